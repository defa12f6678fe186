from __future__ import annotations

import os
from pathlib import Path

import pytest

from hairpipe.errors import ConfigError
from hairpipe.storage.folder import Folder
from hairpipe.store.check.verify import verify
from hairpipe.store.lock import OutputLock
from hairpipe.store.manifest import versions
from hairpipe.store.publish.gc import DEAD_TEMPORARY_SECONDS, Garbage, collect_garbage
from hairpipe.store.publish.publish import recover
from hairpipe.store.publish.rollback import rollback
from hairpipe.store.staging.batches import read_staged, write_batch
from tests.store.portraits import CARRY, batch_row, content, publish_rows

COLORS = ["red", "blue", "pink", "green", "white"]


def collected(folder: Folder, keep: int) -> Garbage:
    with OutputLock(folder, "gc") as lock:
        return collect_garbage(recover(folder, lock), lock, keep)


@pytest.fixture
def published(folder: Folder) -> Folder:
    """Return an output folder of five versions."""
    for number, color in enumerate(COLORS, start=1):
        publish_rows(folder, [batch_row("a", colors=[color])], run_id=f"run-{number}")
    return folder


def test_the_versions_before_the_current_one_are_kept(published: Folder) -> None:
    before = content(published)
    garbage = collected(published, 2)
    assert garbage.versions == (1, 2)
    assert versions(published) == [3, 4, 5]
    assert (garbage.objects > 0, garbage.bytes > 0) == (True, True)
    assert content(published) == before
    assert verify(published).problems == ()
    with OutputLock(published, "back") as lock:
        store = recover(published, lock)
        with pytest.raises(ConfigError, match="keeps no version 2; it has: 3, 4, 5"):
            rollback(store, lock, 2)
        rollback(store, lock, 3)
    assert verify(published).problems == ()


def test_a_second_time_there_is_nothing_left(published: Folder) -> None:
    collected(published, 0)
    assert collected(published, 0) == Garbage((), 0, 0, 0)
    assert verify(published).problems == ()


def test_what_a_crash_left_behind_goes_and_finished_batches_stay(published: Folder) -> None:
    write_batch(published, "u1", [batch_row("b")], CARRY)
    published.write(f".hairpipe/objects/{'0' * 64}.parquet", b"never named by a manifest")
    temporaries = Path(published.path(".hairpipe/tmp"))
    for name, age in (("old", DEAD_TEMPORARY_SECONDS + 60), ("new", 0)):
        file = temporaries / name
        file.write_bytes(b"half")
        written = file.stat().st_mtime - age
        os.utime(file, (written, written))
    garbage = collected(published, 10)
    assert (garbage.versions, garbage.objects, garbage.temporaries) == ((), 1, 1)
    assert [file.name for file in temporaries.iterdir()] == ["new"]
    assert len(read_staged(published, CARRY).inventory) == 1


def test_a_folder_without_tables_has_no_garbage(folder: Folder) -> None:
    assert collected(folder, 3) == Garbage((), 0, 0, 0)
