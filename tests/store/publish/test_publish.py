from __future__ import annotations

from pathlib import Path

import dask.dataframe as dd
import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from hairpipe.errors import ConfigError, LockedError, StoreError, VerifyError
from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import bucket_name, bucket_of
from hairpipe.store.check.verify import verify
from hairpipe.store.lock import LOCK, OutputLock
from hairpipe.store.manifest import changed_buckets, versions
from hairpipe.store.publish.publish import Changes, publish, rebucket, recover
from hairpipe.store.schema import PUBLIC_TABLES, TableName, table_schemas
from hairpipe.store.staging.batches import read_staged, write_batch
from hairpipe.store.store import open_store
from tests.store.portraits import (
    CARRY,
    LATER_COLUMNS,
    batch_row,
    content,
    make_older,
    other_rows,
    publish_rows,
)

IDS = [f"p{number}" for number in range(30)]


def files_of(folder: Folder) -> dict[str, str]:
    """Return every file of a folder with what tells whether it was written again."""
    return {path: info.version for path, info in folder.list()}


def rebucketed(folder: Folder, count: int) -> None:
    with OutputLock(folder, "rebucket") as lock:
        rebucket(recover(folder, lock), lock, count)


def test_every_reader_finds_every_row_once(folder: Folder) -> None:
    publish_rows(folder, [batch_row(portrait_id) for portrait_id in IDS])
    for table, factor in zip(PUBLIC_TABLES, (1, 2, 2), strict=True):
        path = Path(folder.path(table))
        rows = factor * len(IDS)
        by_pandas = pd.read_parquet(path)
        assert len(by_pandas) == rows
        assert by_pandas["bucket"].dtype == "category"
        assert {bucket_of(i, 16) for i in IDS} == {int(name[1:]) for name in by_pandas["bucket"].unique()}
        assert pl.read_parquet(path / "**/*.parquet", hive_partitioning=True).height == rows
        assert len(dd.read_parquet(path)) == rows
        by_duckdb = duckdb.read_parquet(f"{path}/*/*.parquet", hive_partitioning=True)
        assert by_duckdb.aggregate("count(*), count(distinct bucket)").fetchall() == [
            (rows, by_pandas["bucket"].nunique())
        ]


def test_an_output_in_an_object_store_is_the_same(memory_folder: Folder, folder: Folder) -> None:
    for each in (memory_folder, folder):
        publish_rows(each, [batch_row(portrait_id) for portrait_id in IDS])
        publish_rows(each, [batch_row("p3", colors=["red"])], run_id="run-2")
        rebucketed(each, 32)
        assert verify(each).problems == ()
    assert content(memory_folder) == content(folder)
    files = [{path for path, _ in each.list() if "lock" not in path} for each in (memory_folder, folder)]
    assert files[0] == files[1]


def test_only_buckets_with_changes_are_written(folder: Folder) -> None:
    first = publish_rows(folder, [batch_row(portrait_id) for portrait_id in IDS])
    before = files_of(folder)
    second = publish_rows(folder, [batch_row("p3", colors=["red"]), batch_row("new")], run_id="run-2")
    touched = {bucket_of("p3", 16), bucket_of("new", 16)}
    assert set(changed_buckets(first.manifest, second.manifest)) == touched
    after = files_of(folder)
    written = {path for path in after if after[path] != before.get(path) and not path.startswith(".hairpipe")}
    places = {
        table: {f"{table}/bucket={bucket_name(number)}/part.parquet" for number in touched}
        for table in PUBLIC_TABLES
    }
    assert written <= set.union(*places.values())
    assert written >= places[TableName.PORTRAITS] | places[TableName.HAIR_COLORS]


def test_publishing_nothing_writes_nothing(folder: Folder) -> None:
    rows = [batch_row(portrait_id) for portrait_id in IDS]
    publish_rows(folder, rows)
    before = files_of(folder)
    publish_rows(folder, [], run_id="run-2")
    assert files_of(folder) == before


def test_publishing_the_same_again_only_clears_the_staging(folder: Folder) -> None:
    rows = [batch_row(portrait_id) for portrait_id in IDS]
    publish_rows(folder, rows)
    before = files_of(folder)
    assert publish_rows(folder, rows).version == 1
    assert files_of(folder) == before


def test_the_same_rows_give_the_same_files_in_any_batches(tmp_path: Path) -> None:
    digests = []
    for name, size in (("a", 30), ("b", 7)):
        folder = Folder(tmp_path / name)
        rows = [batch_row(portrait_id) for portrait_id in (IDS if name == "a" else reversed(IDS))]
        batches = [rows[start : start + size] for start in range(0, len(rows), size)]
        for number, batch in enumerate(batches):
            write_batch(folder, f"u{number}", batch, CARRY)
        with OutputLock(folder, "run-1") as lock:
            batches_ids = [f"u{number}" for number in range(len(batches))]
            store = publish(
                recover(folder, lock), lock, Changes("run-1", "test", "f1", CARRY, len(IDS), batches_ids)
            )
        assert store.manifest is not None
        digests.append(store.manifest.files)
        assert len(read_staged(folder, CARRY).inventory) == 0
    assert digests[0] == digests[1]


def test_rows_of_an_interrupted_run_are_of_the_run_that_publishes_them(folder: Folder) -> None:
    publish_rows(folder, [batch_row("a", run_id="killed")], run_id="run-2")
    rows = content(folder)
    assert {row["run_id"] for table in ("portraits", "hair_colors") for row in rows[TableName(table)]} == {
        "run-2"
    }


def test_a_carried_attribute_that_comes_rewrites_every_bucket_and_none_goes(folder: Folder) -> None:
    publish_rows(folder, [batch_row(portrait_id) for portrait_id in IDS])
    carry = {"age": "int", "height": "float"}
    store = publish_rows(
        folder, [batch_row("p3", attributes={"age": 3, "height": 1.5})], run_id="run-2", carry=carry
    )
    assert changed_buckets(None, store.manifest) == tuple(range(16))  # type: ignore[arg-type]
    rows = pd.read_parquet(folder.path("portraits")).set_index("portrait_id")
    assert rows["gender"].isna().sum() == 0
    assert rows["height"].dropna().to_dict() == {"p3": 1.5}
    assert rows["age"].isna().sum() == 0
    assert verify(folder).problems == ()


def test_a_carried_attribute_of_another_type_is_refused(folder: Folder) -> None:
    publish_rows(folder, [batch_row("a")])
    before = content(folder)
    with pytest.raises(ConfigError, match="age"):
        publish_rows(folder, [], run_id="run-2", carry={"gender": "string", "age": "float"})
    assert content(folder) == before


def test_the_manifest_counts_what_there_is(folder: Folder) -> None:
    publish_rows(folder, [batch_row("a"), batch_row("b"), batch_row("c", status="missing")])
    store = publish_rows(
        folder,
        [batch_row("b", status="no_face")],
        run_id="run-2",
        planned=2,
        others=other_rows({"c": "Sea"}, dropped=["a"]),
    )
    assert store.manifest is not None
    assert store.manifest.statuses == {"missing": 1, "no_face": 1}
    assert store.manifest.rows == 2
    assert (store.manifest.planned, store.manifest.previous) == (2, 1)
    assert verify(folder).problems == ()


def test_buckets_double_with_the_rows(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_rows(folder, [batch_row(portrait_id) for portrait_id in IDS])
    monkeypatch.setattr("hairpipe.store.buckets.ROWS_PER_BUCKET", 3)
    more = [f"q{number}" for number in range(40)]
    store = publish_rows(folder, [batch_row(portrait_id) for portrait_id in more], run_id="run-2")
    assert store.buckets == 32
    assert sorted(row["portrait_id"] for row in content(folder)[TableName.PORTRAITS]) == sorted(IDS + more)
    assert verify(folder).problems == ()


def test_rebucketing_keeps_every_row(folder: Folder) -> None:
    publish_rows(folder, [batch_row(portrait_id) for portrait_id in IDS])
    before = content(folder)
    for count in (32, 16):
        rebucketed(folder, count)
        assert content(folder) == before
        assert verify(folder).problems == ()
        assert open_store(folder).buckets == count
        assert len(open_store(folder).read(TableName.INVENTORY)) == len(IDS)
    publish_rows(folder, [batch_row("p3", colors=["red"])], run_id="run-2")
    assert len(content(folder)[TableName.PORTRAITS]) == len(IDS)
    assert verify(folder).problems == ()


def test_a_bucket_count_that_does_not_suit_is_refused(folder: Folder) -> None:
    with pytest.raises(ConfigError, match="no tables yet"):
        rebucketed(folder, 16)
    publish_rows(folder, [batch_row("a")])
    with pytest.raises(ConfigError, match="power of two"):
        rebucketed(folder, 24)
    with pytest.raises(ConfigError, match="8 buckets are too few"):
        rebucketed(folder, 8)
    with pytest.raises(ConfigError, match="65536 buckets are too many for 1 rows.*; take 256 or fewer"):
        rebucketed(folder, 65536)


def test_a_lost_lock_stops_a_publish_before_it_counts(folder: Folder) -> None:
    publish_rows(folder, [batch_row("a")])
    before = content(folder)
    write_batch(folder, "u1", [batch_row("b")], CARRY)
    with OutputLock(folder, "run-2") as lock:
        store = recover(folder, lock)
        folder.delete(LOCK)
        with pytest.raises(LockedError, match="deleted"):
            publish(store, lock, Changes("run-2", "test", "f1", CARRY, 1, ["u1"]))
    assert content(folder) == before
    assert versions(folder) == [1]
    assert read_staged(folder, CARRY).inventory["batch_id"].to_pylist() == ["u1"]


def test_a_batch_that_is_gone_stops_a_publish_before_it_counts(folder: Folder) -> None:
    publish_rows(folder, [batch_row("a")])
    before = content(folder)
    with pytest.raises(StoreError, match=r"gone\.parquet is gone"):
        publish_rows(folder, [], run_id="run-2", batches=["gone"])
    assert content(folder) == before


def test_tables_of_another_origin_are_left_alone(folder: Folder) -> None:
    folder.write("portraits/mine.parquet", b"")
    with pytest.raises(StoreError, match="name another output folder"):
        publish_rows(folder, [batch_row("a")])


def test_tables_from_before_a_column_was_added_gain_it_with_the_next_publish(folder: Folder) -> None:
    publish_rows(folder, [batch_row(portrait_id) for portrait_id in IDS])
    whole = content(folder)
    make_older(folder)
    assert not LATER_COLUMNS.intersection(content(folder)[TableName.PORTRAITS][0])
    assert verify(folder).problems == ()
    publish_rows(folder, [batch_row("p3", colors=["red"])], run_id="run-2")
    assert verify(folder).problems == ()
    for table, wanted in table_schemas(CARRY).items():
        files = [pq.read_schema(folder.path(path)) for path, _ in folder.list(table)]
        assert all(found.equals(wanted) for found in files)
    after = content(folder)
    for table, rows in whole.items():
        assert [row for row in after[table] if row["portrait_id"] != "p3"] == [
            row for row in rows if row["portrait_id"] != "p3"
        ]


def test_an_attribute_that_had_the_name_of_a_later_column_makes_room_for_it(folder: Folder) -> None:
    carry = {**CARRY, "source_": "string"}
    publish_rows(folder, [batch_row("a", attributes={"age": 3, "source_": "manga"})], carry=carry)
    make_older(folder, renamed={"source_": "source"})
    assert content(folder)[TableName.PORTRAITS][0]["source"] == "manga"
    assert verify(folder).problems == ()
    assert open_store(folder).read(TableName.PORTRAITS, ["source"])["source"].to_pylist() == ["test"]
    store = publish_rows(folder, [batch_row("b")], run_id="run-2")
    assert store.carry == CARRY
    assert {row["source"] for row in content(folder)[TableName.PORTRAITS]} == {"test"}
    assert verify(folder).problems == ()


def test_the_same_id_of_two_sources_is_two_portraits(folder: Folder) -> None:
    publish_rows(folder, [batch_row("a", colors=["red"]), batch_row("b")])
    other = [batch_row(each, colors=["green"], source="other") for each in ("a", "c")]
    publish_rows(folder, other, run_id="run-2", source="other")
    changes = {"run_id": "run-3", "source": "other", "planned": 1, "others": other_rows({"a": "Ann"})}
    publish_rows(folder, [], **changes)
    publish_rows(folder, [], run_id="run-4", others=other_rows(removed=["a", "c"], dropped=["b"]))
    rows = {(row["source"], row["portrait_id"]): row for row in content(folder)[TableName.PORTRAITS]}
    assert {key: (row["name"], row["hair_color"], row["last_seen_run_id"]) for key, row in rows.items()} == {
        ("other", "a"): ("Ann", "green", None),
        ("other", "c"): ("C", "green", None),
        ("test", "a"): ("A", "red", "run-1"),
    }
    colors = content(folder)[TableName.HAIR_COLORS]
    assert [(row["portrait_id"], row["source"], row["name"]) for row in colors] == [
        ("a", "other", "green"),
        ("a", "test", "red"),
        ("c", "other", "green"),
    ]
    assert verify(folder).problems == ()


def test_portraits_of_overlapping_batches_count_once(folder: Folder) -> None:
    write_batch(folder, "u0", [batch_row("a"), batch_row("b")], CARRY)
    write_batch(folder, "u1", [batch_row("b"), batch_row("c")], CARRY)
    changes = Changes("run-1", "test", "f1", CARRY, 3, ["u0", "u1"], added=3)
    with OutputLock(folder, "run-1") as lock:
        with pytest.raises(VerifyError, match=r"4 portraits .* hold 3 \(3 ok\); nothing was published"):
            publish(recover(folder, lock), lock, changes, staged=4)
        assert publish(recover(folder, lock), lock, changes, staged=3).manifest.rows == 3  # type: ignore[union-attr]
    assert verify(folder).problems == ()
