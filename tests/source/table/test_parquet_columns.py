"""Parquet read by the column is what it is read row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hairpipe.source.settings import TableSettings
from hairpipe.source.table import parquet_values
from hairpipe.source.table.table import TableSource
from tests.source.table.test_json_columns import CARRY, read_both

ROWS = 6
PLAIN: dict[str, Any] = {
    "id": [f"p{row}" for row in range(ROWS)],
    "name": ["A", "B", None, "ミク", 'a "b"', ""],
    "image": ["a.png", "none.png", None, "../a.png", "a.png", ""],
    **{f"face_{side}": pa.array([1, 2, None, 4, 5, 6], pa.int32()) for side in "xywh"},
    "gender": ["f", None, "m", "", "f", "é"],
    "age": pa.array([1, 2, None, 4, 5, 6], pa.int16()),
    "height": [1.5, None, -0.0, 0.0, 1e300, 7.0],
    "alive": [True, False, None, True, True, True],
}
ODD = [
    *[
        ("id", values)
        for values in (range(ROWS), [1.0, 2.0, 3.0, 4.0, 5.0, 6.5], ["a", "a", " b", "", "c", "d"])
    ],
    ("id", pa.array([2**64 - 1 - row for row in range(ROWS)], pa.uint64())),
    ("id", pa.array([f"p{row}" for row in range(ROWS)]).dictionary_encode()),
    ("id", pa.array([f"p{row}" for row in range(ROWS)], pa.large_string())),
    ("image", [["a.png"], ["a.png", "b.png"], [], None, None, None]),
    ("image", ["http://x/a.png", "[1]", " ", "a/../a.png", "a\0b", "./a.png"]),
    ("name", [1, 2, 3, 4, 5, 6]),
    ("name", ["x ", "\u3000y", "\x00", "\x1fz", "\u2028", "x" * 600]),
    ("name", pa.array([b"\xff"] * ROWS).view(pa.string())),
    ("name", pa.nulls(ROWS)),
    ("age", [1.0, 2.0, None, 4.0, 5.0, 6.0]),
    ("age", [1.5, float("nan"), None, 4.0, 5.0, 6.0]),
    ("age", ["1", "2", "x", "", None, "1e3"]),
    ("age", pa.array([2**64 - 1] * ROWS, pa.uint64())),
    ("height", pa.array([0.1, 0.2, None, -0.0, 1.0, 3.4e38], pa.float32())),
    ("height", [2**53 + 1, 1, 2, 3, 4, 5]),
    ("height", [float("nan"), float("inf"), 1.0, 2.0, 3.0, None]),
    ("gender", [True, None, False, True, True, True]),
    ("alive", ["yes", "no", "x", None, "", "true"]),
    ("face_x", [1.5, None, None, float("nan"), 1e10, -0.0]),
]


def source(folder: Path, columns: dict[str, Any]) -> TableSource:
    (folder / "a.png").write_bytes(b"picture")
    first = {name: values[:1] for name, values in PLAIN.items()}
    first["id"] = ["first"]
    # The first file is read row by row: rows tell which columns there are.
    pq.write_table(pa.table(first), folder / "a.parquet")
    pq.write_table(pa.table(columns), folder / "b.parquet")
    face = {side: f"face_{side}" for side in "xywh"}
    return TableSource(
        TableSettings(kind="table", path=str(folder), columns={"face": face}, carry=CARRY)  # type: ignore[arg-type]
    )


def test_plain_rows_are_read_by_the_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_values, "_ROWS_AT_A_TIME", 2)
    by_row, by_column, tables = read_both(source(tmp_path, PLAIN))
    assert tables == ROWS / 2
    assert by_row == by_column


@pytest.mark.parametrize(("column", "values"), ODD)
def test_odd_columns_are_what_they_are_row_by_row(tmp_path: Path, column: str, values: Any) -> None:
    by_row, by_column, _ = read_both(source(tmp_path, {**PLAIN, column: values}))
    assert by_row == by_column


def test_a_file_without_a_column_is_what_it_is_row_by_row(tmp_path: Path) -> None:
    for left_out in ("name", "age", "face_x"):
        columns = {name: values for name, values in PLAIN.items() if name != left_out}
        by_row, by_column, _ = read_both(source(tmp_path, columns))
        assert by_row == by_column
