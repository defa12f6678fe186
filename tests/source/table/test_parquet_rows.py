from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hairpipe.errors import ConfigError
from hairpipe.source.profile import Reject
from hairpipe.source.rows.row import Row
from hairpipe.source.table.parquet_rows import ParquetColumns, parquet_rows
from hairpipe.source.table.table_files import TableFile
from hairpipe.storage.folder import Folder

COLUMNS = ParquetColumns(id="id", image="image", named=["id", "image", "born"])


def rows_of(path: Path, columns: ParquetColumns = COLUMNS) -> list[Row | Reject]:
    return list(parquet_rows(TableFile(Folder(path.parent), path.name), columns))


def good(rows: list[Row | Reject]) -> list[Row]:
    return [row for row in rows if isinstance(row, Row)]


def told(rows: list[Row | Reject]) -> list[tuple[str, str, int]]:
    return [(row.reason, row.place, row.rows) for row in rows if isinstance(row, Reject)]


def write(folder: Path, rows: int = 3000, group: int = 1000, **columns: Any) -> Path:
    """Write a table of many small pages."""
    path = folder / "p.parquet"
    dates = pa.array(np.arange(rows) % 40000, pa.int32()).cast(pa.date32())
    given = {"id": [str(row) for row in range(rows)], "image": [f"{row}.jpg" for row in range(rows)]}
    table = pa.table({**given, "born": dates, **columns})
    pq.write_table(
        table,
        path,
        row_group_size=group,
        data_page_size=512,
        write_batch_size=64,
        use_dictionary=False,
        write_page_checksum=True,
    )
    return path


def damage(path: Path, column: str, group: int) -> None:
    """Overwrite some bytes in the middle of a column's part of a row group."""
    metadata = pq.read_metadata(path).row_group(group)
    chunks = [metadata.column(index) for index in range(metadata.num_columns)]
    chunk = next(chunk for chunk in chunks if chunk.path_in_schema == column)
    with path.open("r+b") as handle:
        handle.seek(chunk.data_page_offset + chunk.total_compressed_size // 2)
        handle.write(b"\xff" * 64)


def test_a_date_that_python_has_not_is_null_and_noted(tmp_path: Path) -> None:
    days = np.arange(6000, dtype=np.int32)
    days[4500] = 10**7
    rows = rows_of(write(tmp_path, 6000, 6000, born=pa.array(days).cast(pa.date32())))
    assert len(good(rows)) == len(rows) == 6000
    assert [row.place for row in good(rows) if row.notes] == ["p.parquet row 4500"]
    assert rows[4500] == Row(
        "p.parquet row 4500",
        "p:4500",
        {"id": "4500", "image": "4500.jpg", "born": None},
        ("born can't be read",),
    )


@pytest.mark.parametrize(
    ("values", "expected", "note"),
    [
        (pa.array([2**60, 1], pa.int64()).cast(pa.timestamp("us")), None, "born can't be read"),
        (pa.array([1, 1], pa.int64()).cast(pa.timestamp("us", "Foo/Bar")), None, "born can't be read"),
        (pa.array([1, 1], pa.int64()).cast(pa.timestamp("ns")).cast(pa.int64()), 1, None),
        (pa.array([b"a\xff", b""]).cast(pa.string(), safe=False), "a\ufffd", "some bytes are not UTF-8"),
        (
            pa.array([[b"a\xff", b"b"], []], pa.list_(pa.binary())).cast(pa.list_(pa.string()), safe=False),
            ["a\ufffd", "b"],
            "some bytes are not UTF-8",
        ),
        (
            pa.StructArray.from_arrays(
                [pa.array([10**7, 0], pa.int32()).cast(pa.date32()), pa.array([1, 2])], ["day", "n"]
            ),
            {"day": None, "n": 1},
            "born.day can't be read",
        ),
    ],
)
def test_values_that_python_has_not(tmp_path: Path, values: Any, expected: object, note: str | None) -> None:
    first, second = good(rows_of(write(tmp_path, 2, born=values)))
    assert first.values["born"] == expected
    assert first.notes == ((note,) if note else ())
    assert second.values["id"] == "1"


def test_times_do_not_depend_on_whether_pandas_is_there(tmp_path: Path) -> None:
    times = pa.array([10**9 + 1, None], pa.int64()).cast(pa.timestamp("ns", "UTC"))
    first, _ = good(rows_of(write(tmp_path, 2, born=times)))
    assert type(first.values["born"]).__module__ == "datetime"
    assert first.values["born"].isoformat() == "1970-01-01T00:00:01+00:00"


def test_a_damaged_page_of_an_attribute_costs_no_row(tmp_path: Path) -> None:
    path = write(tmp_path)
    damage(path, "born", 1)
    rows = rows_of(path)
    assert [row.values["id"] for row in good(rows)] == [str(number) for number in range(3000)]
    assert told(rows) == []
    lost = [number for number, row in enumerate(good(rows)) if row.notes]
    assert lost[-1] == 1999
    assert 1000 < lost[0] == 2000 - len(lost)
    assert {note for row in good(rows) for note in row.notes} == {"born can't be read"}


@pytest.mark.parametrize("column", ["id", "image"])
def test_a_damaged_page_of_ids_or_paths_costs_rows_of_its_row_group(tmp_path: Path, column: str) -> None:
    path = write(tmp_path)
    damage(path, column, 1)
    rows = rows_of(path)
    ((reason, place, lost),) = told(rows)
    assert (reason, place) == ("bad_line", f"p.parquet rows {2000 - lost} to 1999")
    assert 0 < lost < 1000
    expected = [number for number in range(3000) if not 2000 - lost <= number < 2000]
    assert [row.place for row in good(rows)] == [f"p.parquet row {number}" for number in expected]


def test_a_column_that_stands_there_twice_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table([pa.array(["1"]), pa.array(["x"]), pa.array(["2"])], ["id", "image", "id"]), path)
    with pytest.raises(ConfigError, match="'p.parquet' has several columns 'id'"):
        rows_of(path)


def test_a_column_that_the_table_lacks_is_told_on_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"id": ["1"], "image": ["x"]}), path)
    (row,) = good(rows_of(path))
    assert row.notes == ("no column 'born' in its file",)


@pytest.mark.parametrize(
    "spoil", [lambda data: b"", lambda data: data[:-20], lambda data: data[: len(data) // 2]]
)
def test_a_table_that_was_cut_off_is_told(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    path = write(tmp_path, 10)
    path.write_bytes(spoil(path.read_bytes()))
    assert told(rows_of(path)) == [("broken_file", "p.parquet row 0", 0)]
