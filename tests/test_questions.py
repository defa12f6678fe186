"""The ten questions of the documents: what the tables of the demo answer is what is printed there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import nbformat
import pandas as pd
import pytest

from tests.answers import NOTEBOOK, QUESTIONS, blocks, last_value, run_cells, shown


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which `hairpipe demo` was run, as the documents say."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "hairpipe.cli", "demo"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Hair colours in the database" in done.stdout
    return folder


# A few tests and not thirty: on another process each would draw and run a demo of its own.
def test_answers_are_the_printed_ones_in_pandas_duckdb_and_polars(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(demo)
    start, *questions = QUESTIONS.read_text().split("\n## ")
    assert len(questions) == 10
    names: dict[str, Any] = {}
    for _, block in blocks(start):
        last_value(block, names)
    for question in questions:
        (_, pandas), (_, printed), (_, sql), (_, polars) = blocks(question)
        answer = last_value(pandas, names)
        assert alike(words(shown(answer)), words(printed)), f"{shown(answer)}run python -m tests.answers"
        rows = rows_of(answer)
        assert alike(rows, sorted_rows(duckdb.sql(sql).fetchall())), question
        assert alike(rows, sorted_rows(last_value(polars, names).rows())), question


def test_the_tables_can_be_read_as_their_page_says(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    ((_, block),) = [
        found for found in blocks(QUESTIONS.with_name("tables.md").read_text()) if found[0] == "python"
    ]
    names: dict[str, Any] = {}
    last_value(block, names)
    rows = [len(names[engine]) for engine in ("by_pandas", "by_duckdb", "by_polars", "by_dask")]
    assert rows == [500] * 4
    assert 0 < len(names["good"].portraits) < 500


def test_the_data_page_shows_what_its_blocks_give(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    names: dict[str, Any] = {}
    given = ""
    for language, block in blocks(QUESTIONS.with_name("data.md").read_text()):
        if language == "python":
            given = shown(last_value(block, names))
        elif language == "sh":
            given = subprocess.check_output(block, shell=True, text=True).replace("nearest.png\n", "")
        else:
            assert alike(words(given), words(block)), given


def test_the_notebook_runs_and_shows_what_it_gives(demo: Path) -> None:
    book, written = run_cells(demo), nbformat.read(NOTEBOOK, as_version=4)
    pictures = 0
    for cell, shown_there in zip(book.cells, written.cells, strict=True):
        for output, other in zip(cell.get("outputs", []), shown_there.get("outputs", []), strict=True):
            assert output.data.keys() == other.data.keys()
            pictures += "image/png" in output.data
    assert pictures == 10


def words(text: str) -> list[list[Any]]:
    """Return each line's words and numbers."""
    return [[number(word) for word in line.split()] for line in text.splitlines() if line.strip()]


def number(word: str) -> float | str:
    return float(word) if re.fullmatch(r"-?\d+(\.\d+)?", word) else word


def rows_of(answer: pd.DataFrame | pd.Series[Any]) -> list[list[Any]]:
    named = answer.reset_index() if answer.index.name else answer
    return sorted_rows(named.itertuples(index=False))


def sorted_rows(rows: Any) -> list[list[Any]]:
    """Return rows that can be compared: engines order equals as they like, and count nothing as null."""
    found = [
        [0.0 if cell is None else cell if isinstance(cell, str) else float(cell) for cell in row]
        for row in rows
    ]
    return sorted(found, key=lambda row: [str(cell) for cell in row if isinstance(cell, str)] or row)


def alike(one: list[list[Any]], other: list[list[Any]]) -> bool:
    """Say whether rows are the same, but for numbers that another processor may round elsewhere."""
    return [len(row) for row in one] == [len(row) for row in other] and all(
        mine == theirs if isinstance(mine, str) else mine == pytest.approx(theirs, rel=0.05, abs=0.011)
        for row, other_row in zip(one, other, strict=True)
        for mine, theirs in zip(row, other_row, strict=True)
    )
