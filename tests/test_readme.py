"""The documents: what the commands and Python blocks in them do, and where their links lead."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
README = PROJECT / "README.md"
# Folders that lie in a checkout, but are not of it.
FOREIGN = {".venv", "build", "dist", "hairpipe-demo", "out", ".pytest_cache"}
PAGES = [
    page
    for page in sorted(PROJECT.rglob("*.md"))
    if not FOREIGN & set(page.relative_to(PROJECT).parts) and ".egg-info" not in str(page)
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which `hairpipe demo` was run."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "hairpipe.cli", "demo", "--profiles", "80"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Hair colours in the database" in done.stdout
    assert (folder / "hairpipe-demo/out/runs.parquet").exists()
    return folder


@pytest.mark.parametrize("page", ["questions.md", "configuration.md"])
def test_python_blocks_run(demo: Path, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", (PROJECT / ".docs" / page).read_text(), flags=re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, page, "exec"), names)


def test_commands_of_the_readme_exist() -> None:
    from hairpipe.cli import COMMANDS

    told = set(re.findall(r"hairpipe ([a-z]+)", README.read_text()))
    assert {name for name in told if name in COMMANDS} == set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(page)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(PROJECT), link
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_paths_that_are_named_exist(page: Path) -> None:
    named = set(re.findall(r"`((?:hairpipe|configs|tests|jobs|\.ci|\.docs)/[\w./-]+)`", page.read_text()))
    assert [path for path in sorted(named) if not (PROJECT / path).exists()] == []


def test_every_page_is_one_click_from_the_readme() -> None:
    linked = {link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", README.read_text())}
    pages = {str(page.relative_to(PROJECT)) for page in PAGES if page != README}
    # The labels are explained to whoever finds them.
    assert pages - linked == {".labels/README.md"}


def anchors(page: Path) -> set[str]:
    """Return what GitHub calls the headings of a page."""
    found: set[str] = set()
    for title in re.findall(r"^#+ (.+)$", without_code(page), flags=re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", title.strip().lower())
        anchor, again = words.replace(" ", "-"), 0
        while (name := f"{anchor}-{again}" if again else anchor) in found:
            again += 1
        found.add(name)
    return found


def without_code(page: Path) -> str:
    return re.sub(r"^( *)```.*?^\1```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
