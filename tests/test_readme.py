"""The documents: what the commands and Python blocks in them do, and where their links lead."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from hairpipe.lab.synthetic.scrape import write_table_scrape
from hairpipe.lab.synthetic.truth import ScrapePlan
from hairpipe.source.profile import RejectReason
from hairpipe.status import Status
from hairpipe.store.schema import DESCRIBED
from tests.reference import TABLES, written_pages

PROJECT = Path(__file__).parents[1]
README = PROJECT / "README.md"
# Folders that lie in a checkout, but are not of it.
FOREIGN = {".venv", "build", "dist", "hairpipe-demo", "out", ".pytest_cache"}
PAGES = [
    page
    for page in sorted(PROJECT.rglob("*.md"))
    if not FOREIGN & set(page.relative_to(PROJECT).parts) and ".egg-info" not in str(page)
]


def test_your_own_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the README says of one's own database is done, word for word."""
    readme = README.read_text()
    write_table_scrape(tmp_path / "data", ScrapePlan(profiles=12))
    (configuration,) = re.findall(r"```yaml\n(.*?)```", readme, flags=re.DOTALL)
    (tmp_path / "my.yaml").write_text(configuration)
    commands = re.findall(r"^hairpipe (?:plan|run) .*$", readme, flags=re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        arguments = command.partition("#")[0].split()[1:]
        subprocess.run([sys.executable, "-m", "hairpipe.cli", *arguments], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    run_blocks(README)


def test_calling_from_python() -> None:
    run_blocks(PROJECT / ".docs/configuration.md")


def run_blocks(page: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(), flags=re.DOTALL)
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page.name, "exec"), names)


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


def test_columns_and_keys_are_those_that_there_are() -> None:
    for page, text in written_pages().items():
        assert page.read_text() == text, "run python -m tests.reference"
    without = [column.name for columns in DESCRIBED.values() for column in columns if not column.metadata]
    assert without == [], "describe each column in hairpipe/store/columns.py"


def test_every_status_and_reason_to_reject_is_explained() -> None:
    assert [status for status in Status if f"`{status}`" not in TABLES.read_text()] == []
    scrapes = TABLES.with_name("scrapes.md").read_text()
    assert [reason for reason in RejectReason if f"`{reason}`" not in scrapes] == []
