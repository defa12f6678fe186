from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hairpipe.storage.folder import Folder
from hairpipe.store.parquet import DamagedFileError, conform, read_columns, read_parquet, to_parquet

SCHEMA = pa.schema([pa.field("key", pa.string(), nullable=False), pa.field("value", pa.float32())])
ROWS = pa.table({"key": [f"k{i:04d}" for i in range(1000)], "value": [i / 7 for i in range(1000)]}).cast(
    SCHEMA
)


def test_the_same_rows_give_the_same_bytes() -> None:
    pieces = pa.concat_tables([ROWS[:3], ROWS[3:500], ROWS[500:]])
    assert to_parquet(pieces, ["key"]) == to_parquet(ROWS, ["key"])


def test_rows_come_back(folder: Folder) -> None:
    folder.write("a.parquet", to_parquet(ROWS))
    assert read_parquet(folder, "a.parquet", SCHEMA).equals(ROWS)
    assert read_parquet(folder, "a.parquet", SCHEMA, ["value"]).equals(ROWS.select(["value"]))


def test_the_sort_order_is_noted() -> None:
    metadata = pq.ParquetFile(io.BytesIO(to_parquet(ROWS, ["key"]))).metadata
    assert pq.SortingColumn.to_ordering(SCHEMA, metadata.row_group(0).sorting_columns)[0] == (
        ("key", "ascending"),
    )


def test_another_schema_is_damage(folder: Folder) -> None:
    folder.write("a.parquet", to_parquet(ROWS.select(["key"])))
    with pytest.raises(DamagedFileError, match="other columns"):
        read_parquet(folder, "a.parquet", SCHEMA)


def test_columns_that_came_later_are_null_in_older_files(folder: Folder) -> None:
    later = [pa.field("shade_hex", pa.string()), pa.field("second_name", pa.string())]
    today = pa.schema([SCHEMA.field("key"), *later, SCHEMA.field("value")])
    folder.write("a.parquet", to_parquet(ROWS))
    rows = read_parquet(folder, "a.parquet", today)
    assert rows.schema.equals(today)
    assert rows.select(["key", "value"]).equals(ROWS)
    assert rows["shade_hex"].null_count == len(ROWS)
    assert read_parquet(folder, "a.parquet", today, ["shade_hex", "key"]).column_names == ["shade_hex", "key"]


def test_the_columns_of_a_file(folder: Folder) -> None:
    folder.write("a.parquet", to_parquet(ROWS))
    assert read_columns(folder, "a.parquet").equals(SCHEMA)
    folder.write("b.parquet", b"no Parquet")
    with pytest.raises(DamagedFileError):
        read_columns(folder, "b.parquet")


@pytest.mark.parametrize("keep", [0, 3, 100, -1])
def test_a_file_cut_short_is_damage(folder: Folder, keep: int) -> None:
    folder.write("a.parquet", to_parquet(ROWS)[:keep])
    with pytest.raises(DamagedFileError):
        read_parquet(folder, "a.parquet", SCHEMA)


def test_a_flipped_bit_in_a_page_is_damage(folder: Folder) -> None:
    data = bytearray(to_parquet(ROWS))
    data[200] ^= 1
    folder.write("a.parquet", bytes(data))
    with pytest.raises(DamagedFileError):
        read_parquet(folder, "a.parquet", SCHEMA)


def test_a_missing_file_is_not_damage(folder: Folder) -> None:
    with pytest.raises(FileNotFoundError):
        read_parquet(folder, "a.parquet", SCHEMA)


def test_conforming_gives_exactly_the_schema() -> None:
    rows = pa.table({"z": [1], "age": [2]})
    assert conform(rows, pa.schema([("age", pa.int64()), ("new", pa.string())])).to_pylist() == [
        {"age": 2, "new": None}
    ]
