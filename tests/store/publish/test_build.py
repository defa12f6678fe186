from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.publish import build
from hairpipe.store.publish.bucket_merge import current_rows, empty_files, write_object
from hairpipe.store.publish.build import build_files
from hairpipe.store.publish.merge import Changes
from hairpipe.store.schema import TableName
from hairpipe.store.staging import sorted_rows
from hairpipe.store.staging.batches import write_batch
from hairpipe.store.store import Store, open_store
from tests.store.portraits import CARRY, batch_row, other_rows, publish_rows, tables_of, write_others

IDS = [f"p{number}" for number in range(40)]


def test_an_object_is_named_by_its_bytes_and_written_once(folder: Folder) -> None:
    rows = tables_of([batch_row("a")])[TableName.MASKS]
    entry = write_object(folder, TableName.MASKS, 0, rows)
    before = folder.info(entry.object_path)
    again = write_object(folder, TableName.MASKS, 1, rows)
    assert again.object_path == entry.object_path
    assert folder.info(entry.object_path) == before
    assert (entry.rows, entry.bytes) == (2, len(folder.read(entry.object_path)))


def test_an_object_that_is_cut_short_is_written_again(folder: Folder) -> None:
    rows = tables_of([batch_row("a")])[TableName.MASKS]
    entry = write_object(folder, TableName.MASKS, 0, rows)
    folder.write(entry.object_path, b"short")
    write_object(folder, TableName.MASKS, 0, rows)
    assert len(folder.read(entry.object_path)) == entry.bytes


def test_two_rows_with_one_key_are_refused(folder: Folder) -> None:
    rows = tables_of([batch_row("a"), batch_row("a")])[TableName.HAIR_COLORS]
    with pytest.raises(StoreError, match="same portrait_id, source, rank; nothing was published"):
        write_object(folder, TableName.HAIR_COLORS, 0, rows)
    assert list(folder.list(".hairpipe/objects")) == []


def test_empty_files_share_an_object_for_each_table(folder: Folder) -> None:
    entries = empty_files(folder, range(4), CARRY)
    assert len(entries) == 16
    assert len({entry.sha256 for entry in entries}) == 4
    assert {entry.rows for entry in entries} == {0}


@pytest.mark.parametrize("count", [4, 16, 64])
def test_the_buckets_of_any_count_hold_every_row_once(folder: Folder, count: int) -> None:
    publish_rows(folder, [batch_row(portrait_id) for portrait_id in IDS])
    store = open_store(folder)
    found = [
        portrait_id
        for bucket in range(count)
        for portrait_id in current_rows(store, bucket, count)[TableName.PORTRAITS]["portrait_id"].to_pylist()
    ]
    assert sorted(found) == sorted(IDS)
    assert len(current_rows(store, count, count)[TableName.PORTRAITS]) == 0


@pytest.mark.parametrize("rows_at_once", [1, 5])
@pytest.mark.parametrize("bytes_at_once", [1, 60_000])
def test_any_number_of_tasks_gives_the_same_files(
    folder: Folder, rows_at_once: int, bytes_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = [f"u{start}" for start in range(0, len(IDS), 10)]
    for start, batch_id in zip(range(0, len(IDS), 10), batches, strict=True):
        rows = [batch_row(portrait_id) for portrait_id in IDS[start : start + 10]]
        write_batch(folder, batch_id, rows, CARRY)
    changes = Changes("run-1", "test", "f1", CARRY, len(IDS), batches)
    at_once = build_files(Store(folder), changes, CARRY, 16)
    monkeypatch.setattr(build, "ROWS_AT_ONCE", rows_at_once)
    monkeypatch.setattr(sorted_rows, "BYTES_AT_ONCE", bytes_at_once)
    assert build_files(Store(folder), changes, CARRY, 16) == at_once
    assert sum(entry.rows for entry in at_once.files if entry.table == TableName.PORTRAITS) == len(IDS)
    assert len(at_once.files) == 64
    assert at_once.staged == at_once.statuses == {"ok": len(IDS)}
    assert list(folder.list(sorted_rows.SORTED)) == []


def test_a_task_names_files_and_holds_no_rows(folder: Folder) -> None:
    ids = [f"p{number}" for number in range(2000)]
    rows = other_rows({each: f"Name {each}" for each in ids}, removed=ids, dropped=ids, touched=ids)
    batches = [f"u{number}" for number in range(100)]
    for batch_id in batches:
        write_batch(folder, batch_id, [batch_row(batch_id)], CARRY)
    store = Store(folder)
    changes = Changes("run-1", "test", "f1", CARRY, 100, batches, others=write_others(store, rows))
    handed: list[bytes] = []

    def note(function: Callable[[Any], Any], tasks: Iterable[Any], /) -> list[Any]:
        listed = list(tasks)
        handed.extend(map(pickle.dumps, listed))
        return [function(task) for task in listed]

    build_files(store, changes, CARRY, 16, note)
    sort, *merges = handed
    assert b"Name p7" not in sort + b"".join(merges)
    # The ids of the batches to be sorted, and of a merge some paths.
    assert len(sort) < 100 * 30
    assert merges and max(map(len, merges)) < 2000
