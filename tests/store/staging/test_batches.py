from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.schema import TableName, batch_schema
from hairpipe.store.staging.batches import (
    discard_staged,
    read_batch,
    read_staged,
    staged_path,
    tables_of,
    write_batch,
)
from tests.store.portraits import CARRY, batch_row

SCHEMA = batch_schema(CARRY)


def test_the_same_rows_give_the_same_file(folder: Folder) -> None:
    write_batch(folder, "u1", [batch_row("a")], CARRY)
    write_batch(folder, "u2", [batch_row("a")], CARRY)
    assert folder.read(staged_path("u1")) == folder.read(staged_path("u2"))


def test_a_batch_without_portraits_is_a_batch(folder: Folder) -> None:
    write_batch(folder, "u1", [], CARRY)
    assert read_staged(folder, CARRY).unusable == ()
    assert len(tables_of(read_batch(folder, "u1", SCHEMA), CARRY)[TableName.PORTRAITS]) == 0


def test_the_inventory_of_all_batches_is_read(folder: Folder) -> None:
    write_batch(folder, "u2", [batch_row("b"), batch_row("c")], CARRY)
    write_batch(folder, "u1", [batch_row("a")], CARRY)
    inventory = read_staged(folder, CARRY).inventory
    assert inventory.select(["batch_id", "portrait_id"]).to_pylist() == [
        {"batch_id": "u1", "portrait_id": "a"},
        {"batch_id": "u2", "portrait_id": "b"},
        {"batch_id": "u2", "portrait_id": "c"},
    ]


def test_nothing_staged_is_no_batches(folder: Folder) -> None:
    staged = read_staged(folder, CARRY)
    assert len(staged.inventory) == 0


def test_damaged_and_foreign_files_are_named_and_left_alone(folder: Folder) -> None:
    write_batch(folder, "good", [batch_row("a")], CARRY)
    write_batch(folder, "foreign", [batch_row("b", attributes={})], {"height": "float"})
    folder.write(staged_path("cut"), folder.read(staged_path("good"))[:-10])
    folder.write(staged_path("empty"), b"")
    folder.write(".hairpipe/staging/notes.txt", b"hello")
    before = list(folder.list())
    staged = read_staged(folder, CARRY)
    assert staged.inventory["batch_id"].to_pylist() == ["good"]
    assert staged.unusable == ("cut", "empty", "foreign")
    assert list(folder.list()) == before


def test_a_damaged_batch_found_late_is_deleted_and_named(folder: Folder) -> None:
    write_batch(folder, "u1", [batch_row("a")], CARRY)
    data = bytearray(folder.read(staged_path("u1")))
    first_column = pq.ParquetFile(io.BytesIO(data)).metadata.row_group(0).column(0)
    data[first_column.data_page_offset + first_column.total_compressed_size // 2] ^= 1
    folder.write(staged_path("u1"), bytes(data))
    with pytest.raises(StoreError, match=r"u1\.parquet .* run the same command again"):
        read_batch(folder, "u1", SCHEMA)
    assert not folder.exists(staged_path("u1"))


def test_a_missing_batch_is_named(folder: Folder) -> None:
    with pytest.raises(StoreError, match=r"u1\.parquet is gone"):
        read_batch(folder, "u1", SCHEMA)


def test_discarded_batches_are_gone(folder: Folder) -> None:
    write_batch(folder, "u1", [batch_row("a")], CARRY)
    discard_staged(folder, ["u1", "never there"])
    assert len(read_staged(folder, CARRY).inventory) == 0


@pytest.mark.parametrize("order", [("u1", "u2"), ("u2", "u1")])
def test_of_a_portrait_in_two_batches_the_latest_counts(folder: Folder, order: tuple[str, str]) -> None:
    write_batch(folder, order[0], [batch_row("a", colors=["red"], minutes=1), batch_row("b")], CARRY)
    write_batch(folder, order[1], [batch_row("a", colors=["blue", "pink"], minutes=2)], CARRY)
    rows = pa.concat_tables([read_batch(folder, batch_id, SCHEMA) for batch_id in ("u1", "u2")])
    tables = tables_of(rows, CARRY)
    assert sorted(tables[TableName.PORTRAITS]["portrait_id"].to_pylist()) == ["a", "b"]
    colors = tables[TableName.HAIR_COLORS].to_pylist()
    assert [row["name"] for row in colors if row["portrait_id"] == "a"] == ["blue", "pink"]
    assert len(tables[TableName.MASKS]) == 4


def test_columns_left_out_are_null(folder: Folder) -> None:
    row = batch_row("a")
    del row["portrait"]["name"]
    carry = {**CARRY, "height": "float"}
    write_batch(folder, "u1", [row], carry)
    portraits = tables_of(read_batch(folder, "u1", batch_schema(carry)), carry)[TableName.PORTRAITS]
    assert portraits.select(["name", "height", "age"]).to_pylist() == [
        {"name": None, "height": None, "age": 17}
    ]


def test_a_missing_key_is_refused(folder: Folder) -> None:
    row = batch_row("a")
    del row["inventory"]["source"]
    with pytest.raises(ValueError, match="source"):
        write_batch(folder, "u1", [row], CARRY)
