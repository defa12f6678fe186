from __future__ import annotations

from collections.abc import Sequence

import pytest

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import bucket_numbers
from hairpipe.store.schema import TableName, Tables
from hairpipe.store.staging.batches import STAGING, write_batch
from hairpipe.store.staging.sorted_rows import rows_by_group
from tests.store.portraits import CARRY, batch_row

IDS = [f"p{number}" for number in range(40)]
BATCHES = ["u0", "u1", "u2", "u3"]
ASIDE = f"{STAGING}/sorted"


@pytest.fixture
def staged(folder: Folder) -> Folder:
    for number, batch_id in enumerate(BATCHES):
        rows = [batch_row(portrait_id) for portrait_id in IDS[10 * number : 10 * number + 10]]
        write_batch(folder, batch_id, rows, CARRY)
    return folder


def by_group(folder: Folder, groups: Sequence[Sequence[int]], rows_at_once: int) -> list[Tables]:
    return list(rows_by_group(folder, BATCHES, CARRY, groups, 16, rows_at_once))


def ids_in(tables: Tables) -> list[str]:
    found: list[str] = tables[TableName.PORTRAITS]["portrait_id"].to_pylist()
    return found


@pytest.mark.parametrize("rows_at_once", [1, 15, 1000])
@pytest.mark.parametrize("groups", [[range(16)], [range(5), range(5, 16)], [[n] for n in range(16)]])
def test_every_row_is_in_the_group_of_its_bucket(
    staged: Folder, groups: Sequence[Sequence[int]], rows_at_once: int
) -> None:
    found = by_group(staged, groups, rows_at_once)
    assert sorted(portrait_id for tables in found for portrait_id in ids_in(tables)) == sorted(IDS)
    for group, tables in zip(groups, found, strict=True):
        assert {*bucket_numbers(ids_in(tables), 16).tolist()} <= {*group}
        assert {*tables[TableName.MASKS]["portrait_id"].to_pylist()} <= {*ids_in(tables)}
    assert list(staged.list(ASIDE)) == []


def test_rows_of_other_buckets_are_left_out(staged: Folder) -> None:
    for groups in ([range(8)], [range(4), range(4, 8)]):
        found = [portrait_id for tables in by_group(staged, groups, 5) for portrait_id in ids_in(tables)]
        numbers = bucket_numbers(IDS, 16).tolist()
        wanted = [portrait_id for portrait_id, number in zip(IDS, numbers, strict=True) if number < 8]
        assert sorted(found) == sorted(wanted)


def test_of_a_portrait_in_two_batches_the_latest_counts(folder: Folder) -> None:
    write_batch(folder, "u0", [batch_row("a", colors=["red"], minutes=2)], CARRY)
    write_batch(folder, "u1", [batch_row("a", colors=["blue"], minutes=1)], CARRY)
    found = list(rows_by_group(folder, ["u0", "u1"], CARRY, [range(8), range(8, 16)], 16, 1))
    names = [name for tables in found for name in tables[TableName.HAIR_COLORS]["name"].to_pylist()]
    assert names == ["red"]


def test_what_an_interrupted_run_put_aside_is_not_used(staged: Folder) -> None:
    groups = [range(8), range(8, 16)]
    interrupted = rows_by_group(staged, BATCHES, CARRY, groups, 16, 10)
    next(interrupted)
    left = [path for path, _ in staged.list(ASIDE)]
    assert len(left) == 8
    for path in left:
        staged.write(path, b"half")
    found = by_group(staged, groups, 15)
    assert sorted(portrait_id for tables in found for portrait_id in ids_in(tables)) == sorted(IDS)


def test_what_was_put_aside_and_got_lost_is_named(staged: Folder) -> None:
    rows = rows_by_group(staged, BATCHES, CARRY, [range(8), range(8, 16)], 16, 10)
    next(rows)
    staged.delete_tree(ASIDE)
    with pytest.raises(StoreError, match=r"sorted/1-0\.parquet .* run the same command again"):
        next(rows)


def test_no_group_is_no_rows(staged: Folder) -> None:
    assert by_group(staged, [], 10) == []
