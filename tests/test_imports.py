"""Which parts of the package import which: arrows point down, never back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import hairpipe

PACKAGE = Path(hairpipe.__file__).parent
MODULES = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}
ANYWHERE = {"errors", "hair_color_names", "status"}
EXTRACT = {"extract", "configuration"}
STORE = {"store", "quality", "storage", *EXTRACT}
SOURCE = {"source", "storage", "configuration"}
LOWEST = {*STORE, *SOURCE}
RUN = {"run", "plan", "cluster", "config", "terminal", *LOWEST}
SHOWN = {"report", "terminal", *LOWEST}
# What each part may import, itself and `ANYWHERE` apart.
ARROWS = {
    "errors": set(),
    "hair_color_names": set(),
    "status": set(),
    "terminal": set(),
    "lean_process": set(),
    "configuration": set(),
    "storage": set(),
    "extract": EXTRACT,
    "source": SOURCE,
    "quality": {*EXTRACT, "storage"},
    "store": STORE,
    "cluster": LOWEST,
    "config": {"cluster", *LOWEST},
    "plan": {"config", *LOWEST},
    "run": RUN,
    "report": SHOWN,
    "results": SHOWN,
    "review": SHOWN,
    "lab": {*RUN, *SHOWN, "lean_process"},
    "commands": {*RUN, *SHOWN, "results", "review", "lab"},
    "cli": {"terminal", "lean_process", "commands"},
    # Each public name is imported when it is asked for.
    "__init__": {"run", "results", *EXTRACT},
}
# Beside the command line, only the demo uses what measures and teaches: its drawings.
FROM_LAB = {"commands.demo": "lab.synthetic"}


def part(module: str) -> str:
    return module.partition(".")[0]


def imported(module: str) -> Iterator[str]:
    """Yield the modules of the package that one imports, wherever in it, but not only for its types."""
    for node in nodes(ast.parse(MODULES[module].read_text())):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            package, _, inside = name.partition(".")
            if package == "hairpipe" and inside:
                yield inside if inside in MODULES else inside.rpartition(".")[0]


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from nodes(node)


@pytest.mark.parametrize("room", sorted(ARROWS))
def test_a_room_imports_only_what_lies_below(room: str) -> None:
    allowed = {room, *ARROWS[room], *ANYWHERE}
    modules = [module for module in MODULES if part(module) == room]
    assert modules
    upward = [
        (module, other) for module in modules for other in imported(module) if part(other) not in allowed
    ]
    assert upward == []


def test_only_the_demo_uses_the_lab() -> None:
    users = {
        module: other
        for module in MODULES
        for other in imported(module)
        if part(other) == "lab" != part(module)
    }
    assert [user for user, other in users.items() if not other.startswith(FROM_LAB.get(user, "-"))] == []


def test_every_room_has_its_place() -> None:
    assert {part(module) for module in MODULES} == set(ARROWS)


def test_no_imports_in_a_circle() -> None:
    assert list(TopologicalSorter({module: imported(module) for module in MODULES}).static_order())


def test_no_folder_holds_more_than_a_dozen_modules() -> None:
    folders = [folder for folder in PACKAGE.rglob("*") if folder.is_dir()]
    assert {
        str(folder): len(modules)
        for folder in folders
        if len(modules := [path for path in folder.glob("*.py") if path.name != "__init__.py"]) > 12
    } == {}
