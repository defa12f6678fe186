from __future__ import annotations

import pytest

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import bucket_of
from hairpipe.store.manifest import latest_manifest
from hairpipe.store.schema import TableName, table_schemas
from hairpipe.store.store import Store, open_store
from tests.store.portraits import CARRY, batch_row, publish_rows

IDS = [f"p{number}" for number in range(20)]


@pytest.fixture
def store(folder: Folder) -> Store:
    publish_rows(folder, [batch_row(portrait_id) for portrait_id in IDS])
    return open_store(folder)


def test_an_empty_folder_has_empty_tables(folder: Folder) -> None:
    store = open_store(folder)
    assert (store.version, store.buckets, store.carry) == (0, 16, {})
    for table, schema in table_schemas({}).items():
        assert store.read(table).equals(schema.empty_table())
    rows = store.rows_of(TableName.PORTRAITS, ["a"], ["portrait_id", "status"])
    assert (rows.column_names, len(rows)) == (["portrait_id", "status"], 0)


@pytest.mark.parametrize("table", TableName)
def test_a_table_is_read_whole_with_its_schema(store: Store, table: TableName) -> None:
    rows = store.read(table)
    assert rows.schema.equals(table_schemas(CARRY)[table])
    assert set(rows["portrait_id"].to_pylist()) == set(IDS)


def test_chosen_columns_come_in_the_order_of_the_schema(store: Store) -> None:
    assert store.read(TableName.INVENTORY, ["status", "portrait_id"]).column_names == [
        "portrait_id",
        "status",
    ]
    assert store.read(TableName.INVENTORY, ["status", "portrait_id"], []).column_names == [
        "portrait_id",
        "status",
    ]


def test_chosen_buckets_are_read(store: Store) -> None:
    bucket = bucket_of("p3", 16)
    found = store.read(TableName.PORTRAITS, ["portrait_id"], [bucket, 999])["portrait_id"].to_pylist()
    assert found == sorted(portrait_id for portrait_id in IDS if bucket_of(portrait_id, 16) == bucket)


def test_rows_of_chosen_portraits_are_read(store: Store) -> None:
    rows = store.rows_of(TableName.HAIR_COLORS, ["p3", "p7", "never there"], ["portrait_id", "name"])
    assert sorted(row["portrait_id"] for row in rows.to_pylist()) == ["p3", "p3", "p7", "p7"]
    assert len(store.rows_of(TableName.MASKS, [])) == 0


def test_an_opened_store_stays_at_its_version(store: Store) -> None:
    before = store.read(TableName.PORTRAITS)
    publish_rows(store.folder, [batch_row("p3", status="no_face")], run_id="run-2")
    assert store.read(TableName.PORTRAITS).equals(before)
    assert open_store(store.folder).version == 2


@pytest.mark.parametrize("damage", [None, b"nonsense"])
def test_a_damaged_file_is_named_with_a_way_out(store: Store, damage: bytes | None) -> None:
    manifest = latest_manifest(store.folder)
    assert manifest is not None
    path = manifest.entries(TableName.PORTRAITS)[3].object_path
    if damage is None:
        store.folder.delete(path)
    else:
        store.folder.write(path, damage)
    with pytest.raises(StoreError, match=r"portraits/bucket=b03.*hairpipe verify"):
        store.read(TableName.PORTRAITS)


def test_rows_are_counted_bucket_by_bucket(folder: Folder) -> None:
    rows = [batch_row(f"p{number}", status="ok" if number % 3 else "missing") for number in range(30)]
    store = publish_rows(folder, rows)
    assert store.counts(TableName.PORTRAITS, ["status", "hair_color"]) == {
        ("ok", "blue"): 20,
        ("missing", None): 10,
    }
    assert sum(map(len, store.parts(TableName.MASKS, ["region"]))) == 40
    assert Store(folder).counts(TableName.PORTRAITS, ["status"]) == {}
