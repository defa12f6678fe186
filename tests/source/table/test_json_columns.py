"""JSON Lines read by the column are what they are read one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairpipe.source.portrait_rows import portrait_row, portrait_table, portraits_of
from hairpipe.source.profile import Portrait, Reject
from hairpipe.source.settings import TableSettings
from hairpipe.source.table import lines as lines_module
from hairpipe.source.table.table import TableSource

PLAIN = {
    "id": "a",
    "name": "A",
    "image": "a.png",
    "face_x": 1,
    "face_y": 2.5,
    "face_w": 3,
    "face_h": 4,
    "gender": "female",
    "age": 17,
    "height": 1.5,
    "alive": True,
}
CARRY = {"age": "int", "alive": "bool", "gender": "string", "height": "float"}
ODD_VALUES = [
    *[
        None,
        "",
        " ",
        "x ",
        "\u3000x",
        "1000.0",
        "007",
        "[1]",
        '{"a": 1}',
        "\x00",
        "\x1f",
        "\u2028",
        "é",
        "\ud800",
    ],
    *[0, -0.0, 5, 1.0, 1e400, float("nan"), 2**63, 2**53 + 1, -7, True, [], ["a.png", "b.png"], {"a": 1}],
    *["2020-01-01", "2020-01-01T00:00:00Z", "1e5", "true", "a.png", "http://x/a.png", "../a.png", "x" * 600],
]


@pytest.fixture(autouse=True)
def small_first_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the second line be the first that may be read by the column."""
    monkeypatch.setattr(lines_module, "_FIRST_BLOCK", 1)


def source(folder: Path, text: str) -> TableSource:
    (folder / "profiles.jsonl").write_bytes(text.encode("utf-8", "surrogatepass"))
    (folder / "a.png").write_bytes(b"picture")
    columns = {"face": {side: f"face_{side}" for side in "xywh"}}
    path = str(folder / "profiles.jsonl")
    return TableSource(TableSettings(kind="table", path=path, columns=columns, carry=CARRY))  # type: ignore[arg-type]


def lines(rows: list[str]) -> str:
    """Return rows as a file in which they are the second block, behind one that is read row by row."""
    return "".join(f"{row}\n" for row in [json.dumps({**PLAIN, "id": "first"}), *rows])


def read_both(read: TableSource) -> tuple[list[str], list[str], int]:
    by_row = list(read.portraits())
    by_column: list[Portrait | Reject] = []
    tables = 0
    for found in read.blocks():
        if isinstance(found, pa.Table):
            tables += 1
            portraits = list(portraits_of(found))
            # The columns that a plan compares are what they are of single portraits.
            assert portrait_table([portrait_row(one) for one in portraits]).equals(found)
            by_column += portraits
        else:
            by_column.append(found)
    # Not a number is not equal to itself.
    return [repr(found) for found in by_row], [repr(found) for found in by_column], tables


def test_clean_lines_are_read_by_the_column(tmp_path: Path) -> None:
    rows = [json.dumps({**PLAIN, "id": str(number), "other": [number]}) for number in range(300)]
    rows.append(json.dumps({"id": "bare"}))
    by_row, by_column, tables = read_both(source(tmp_path, lines(rows)))
    assert tables > 1
    assert by_row == by_column


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changed=st.dictionaries(st.sampled_from([*PLAIN]), st.sampled_from(ODD_VALUES), min_size=1, max_size=2)
)
def test_odd_values_are_what_they_are_one_by_one(tmp_path: Path, changed: dict[str, Any]) -> None:
    row = json.dumps({**PLAIN, **changed})
    by_row, by_column, _ = read_both(source(tmp_path, lines([row])))
    assert by_row == by_column


@pytest.mark.parametrize(
    "odd",
    [
        '{"id": "x", "id": "y", "image": "a.png"}',
        '{"id": "x", "image": "a.png"}{"id": "y", "image": "a.png"}',
        '{"id": "x",\n"image": "a.png"}{"id": "y"}',
        '{"id": "x", "image": "a.png", "deep": ' + "[" * 3000 + "]" * 3000 + "}",
        '{"id": "x", "height": NaN}',
        '{"id": "x", "height": 1e999}',
        '{"id": "x", "face_x": -0, "face_y": 0, "face_w": 0, "face_h": 0}',
        '{"id": "x", "name": "\\ud83d\\ude00 \\u0001"}',
        '{"id": "x", "name": "tab\there"}',
        '{"id": "x", "image": "a.png"}\r',
        '{"id": "x", "image": "a.png"} ',
        ' {"id": "x", "image": "a.png"}',
        '[{"id": "x"}]',
        '{"data": {"id": "x"}}',
        '{"id": 12}',
        '{"id": -0}',
        '{"id": 12345678901234567890}',
        "{}",
        "",
        "{",
        "7",
    ],
)
def test_odd_lines_are_what_they_are_one_by_one(tmp_path: Path, odd: str) -> None:
    rows = [json.dumps({**PLAIN, "id": "before"}), odd, json.dumps({**PLAIN, "id": "after"})]
    by_row, by_column, _ = read_both(source(tmp_path, lines(rows)))
    assert by_row == by_column
    by_row, by_column, _ = read_both(source(tmp_path, lines(rows)[:-1]))
    assert by_row == by_column
