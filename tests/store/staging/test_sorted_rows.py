from __future__ import annotations

import pytest

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import bucket_numbers
from hairpipe.store.schema import batch_schema
from hairpipe.store.staging import sorted_rows
from hairpipe.store.staging.batches import read_batch, write_batch
from hairpipe.store.staging.sorted_rows import SortTask, read_sorted, sort_batches, sort_tasks
from tests.store.portraits import CARRY, batch_row

IDS = [f"p{number}" for number in range(40)]
BATCHES = ["u0", "u1", "u2", "u3"]
COUNT = 16


@pytest.fixture
def staged(folder: Folder) -> Folder:
    for number, batch_id in enumerate(BATCHES):
        rows = [batch_row(portrait_id) for portrait_id in IDS[10 * number : 10 * number + 10]]
        write_batch(folder, batch_id, rows, CARRY)
    return folder


@pytest.fixture
def task(staged: Folder) -> SortTask:
    (task,) = sort_tasks(staged, "run", BATCHES, CARRY, COUNT)
    return task


def test_a_buckets_rows_are_what_was_staged_in_its_order(staged: Folder, task: SortTask) -> None:
    counts = sort_batches(task)
    found = read_sorted(staged, task.path, batch_schema(CARRY), COUNT, range(COUNT))
    numbers = bucket_numbers(IDS, COUNT).tolist()
    rows = [row for batch in BATCHES for row in read_batch(staged, batch, batch_schema(CARRY)).to_pylist()]
    for bucket in range(COUNT):
        wanted = [row for row, number in zip(rows, numbers, strict=True) if number == bucket]
        assert (found[bucket].to_pylist() if bucket in found else []) == wanted
        assert counts[bucket] == len(wanted)


def test_only_the_buckets_asked_for_are_read(staged: Folder, task: SortTask) -> None:
    sort_batches(task)
    bucket = int(bucket_numbers(["p0"], COUNT)[0])
    assert {*read_sorted(staged, task.path, batch_schema(CARRY), COUNT, [bucket, COUNT])} == {bucket}


def test_large_batches_are_sorted_apart(staged: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_rows, "BYTES_AT_ONCE", 1)
    tasks = sort_tasks(staged, "run", list(reversed(BATCHES)), CARRY, COUNT)
    assert [task.batch_ids for task in tasks] == [(batch_id,) for batch_id in BATCHES]
    assert len({task.path for task in tasks}) == len(BATCHES)
    assert sort_tasks(staged, "run", [], CARRY, COUNT) == []


def test_a_missing_batch_is_named(folder: Folder) -> None:
    (task,) = sort_tasks(folder, "run", ["u1"], CARRY, COUNT)
    with pytest.raises(StoreError, match=r"u1\.parquet is gone"):
        sort_batches(task)


@pytest.mark.parametrize("damage", ["gone", "cut", "index", "rows"])
def test_a_sorted_file_that_is_lost_or_damaged_is_named(staged: Folder, task: SortTask, damage: str) -> None:
    sort_batches(task)
    data = bytearray(staged.read(task.path))
    if damage == "gone":
        staged.delete(task.path)
    else:
        data[20 if damage == "index" else -20] ^= 1
        staged.write(task.path, bytes(data[: 100 if damage == "cut" else None]))
    with pytest.raises(StoreError, match=r"sorted/run-00000 .* run the same command again"):
        read_sorted(staged, task.path, batch_schema(CARRY), COUNT, range(COUNT))
