"""Whatever moment a publish is cut off at, the next command ends with the old or the new version."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.check.verify import verify
from hairpipe.store.lock import OutputLock
from hairpipe.store.manifest import applied_version, versions
from hairpipe.store.publish.publish import Changes, publish, rebucket, recover
from hairpipe.store.publish.rollback import rollback
from hairpipe.store.schema import KEYS, TableName
from hairpipe.store.staging.batches import write_batch
from hairpipe.store.store import Store
from tests.store.portraits import CARRY, batch_row, content, other_rows, publish_rows, write_others

IDS = [f"p{number}" for number in range(12)]
Command = Callable[[Store, OutputLock], Store]


class Killed(BaseException):
    """The process is gone."""


class DyingFolder(Folder):
    """A folder whose process dies right before it changes the disk for the n-th time."""

    def __init__(self, url: str, changes_left: int) -> None:
        super().__init__(url)
        self.changes_left = changes_left

    def _change(self) -> None:
        if self.changes_left == 0:
            raise Killed
        self.changes_left -= 1

    def write(self, relative: str, data: bytes) -> None:
        self._change()
        super().write(relative, data)

    def create(self, relative: str, data: bytes) -> bool:
        self._change()
        return super().create(relative, data)

    def copy(self, source: str, target: str) -> None:
        self._change()
        super().copy(source, target)

    def delete(self, relative: str) -> None:
        self._change()
        super().delete(relative)


def publish_changes(store: Store, lock: OutputLock) -> Store:
    changes = Changes(
        run_id="run-3",
        source="test",
        fingerprint="f1",
        carry=CARRY,
        planned=3,
        batches=["u1", "u2"],
        others=write_others(store, other_rows({"p2": "Two"}, removed=["p3"], dropped=["p4"])),
        last_seen_run_id="run-2",
    )
    return publish(store, lock, changes)


COMMANDS: dict[str, Command] = {
    "publish": publish_changes,
    "double": lambda store, lock: rebucket(store, lock, 4),
    "halve": lambda store, lock: rebucket(store, lock, 1),
    "rollback": lambda store, lock: rollback(store, lock, 1),
}


@pytest.fixture(scope="module", autouse=True)
def few_buckets() -> Iterator[None]:
    """Start with one bucket, so that there are not too many moments to die at."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("hairpipe.store.buckets.FEWEST_BUCKETS", 1)
        yield


@pytest.fixture(scope="module")
def before(few_buckets: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an output folder of two versions, the second with twice the buckets, and staged batches."""
    path = tmp_path_factory.mktemp("before") / "out"
    folder = Folder(path)
    publish_rows(folder, [batch_row(portrait_id) for portrait_id in IDS])
    with OutputLock(folder, "run-2") as lock:
        rebucket(recover(folder, lock), lock, 2)
    write_batch(folder, "u1", [batch_row("p1", colors=["red"])], CARRY)
    write_batch(folder, "u2", [batch_row("q", status="no_face")], CARRY)
    return path


def undisturbed(
    command: Command, before: Path, path: Path
) -> tuple[dict[TableName, list[dict[str, Any]]], int]:
    """Return what readers see after a command, and how often it changes the disk."""
    enough = 10**6
    folder = DyingFolder(_fresh_copy(before, path).url, enough)
    with OutputLock(Folder(folder.url), "undisturbed") as lock:
        command(recover(folder, lock), lock)
    return content(folder), enough - folder.changes_left


def unique_keys(tables: dict[TableName, list[dict[str, Any]]]) -> bool:
    keys = {table: [tuple(row[key] for key in KEYS[table]) for row in rows] for table, rows in tables.items()}
    return all(len(found) == len(set(found)) for found in keys.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_killed_anywhere_is_done_or_undone_by_the_next(
    name: str, before: Path, tmp_path: Path
) -> None:
    command = COMMANDS[name]
    old = content(Folder(before))
    new, changes = undisturbed(command, before, tmp_path / "undisturbed")
    for moment in range(changes):
        folder = _fresh_copy(before, tmp_path / "out")
        with OutputLock(folder, "killed") as lock, pytest.raises(Killed):
            command(recover(DyingFolder(folder.url, moment), lock), lock)
        cut_off = content(folder)
        assert unique_keys(cut_off)
        if name == "publish":
            assert all(
                row in old[table] or row in new[table] for table, rows in cut_off.items() for row in rows
            )
        with OutputLock(folder, "next") as lock:
            store = recover(folder, lock)
            assert content(folder) == (new if store.version == 3 else old)
            assert verify(folder).problems == ()
            if store.version == 2:
                command(store, lock)
        assert content(folder) == new
        assert verify(folder).problems == ()


def test_recovering_twice_is_recovering_once(before: Path, tmp_path: Path) -> None:
    _, changes = undisturbed(publish_changes, before, tmp_path / "undisturbed")
    folder = _fresh_copy(before, tmp_path / "out")
    with OutputLock(folder, "killed") as lock, pytest.raises(Killed):
        publish_changes(recover(DyingFolder(folder.url, changes - 4), lock), lock)
    assert versions(folder)[-1] == 3
    assert applied_version(folder) == 2
    assert "being published" in verify(folder).problems[0].what
    with OutputLock(folder, "killed again") as lock, pytest.raises(Killed):
        recover(DyingFolder(folder.url, 2), lock)
    with OutputLock(folder, "next") as lock:
        recover(folder, lock)
        recovered = content(folder)
        recover(DyingFolder(folder.url, 0), lock)
    assert content(folder) == recovered
    assert verify(folder).problems == ()


class FullFolder(DyingFolder):
    """A folder on a disk that is full from the n-th write on."""

    def _change(self) -> None:
        if self.changes_left == 0:
            raise StoreError("the disk is full")
        self.changes_left -= 1


def test_a_full_disk_leaves_the_tables_and_the_work(before: Path, tmp_path: Path) -> None:
    folder = _fresh_copy(before, tmp_path / "out")
    old = content(folder)
    with OutputLock(folder, "full") as lock, pytest.raises(StoreError):
        publish_changes(recover(FullFolder(folder.url, 3), lock), lock)
    assert content(folder) == old
    with OutputLock(folder, "next") as lock:
        assert publish_changes(recover(folder, lock), lock).version == 3
    assert verify(folder).problems == ()


def test_pandas_reads_whole_tables_during_many_publishes(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    publish_rows(folder, [batch_row(portrait_id) for portrait_id in IDS])
    ended = threading.Event()
    failures: list[str] = []
    reads = 0

    def read_again_and_again() -> None:
        nonlocal reads
        while not ended.is_set():
            for table, rows in (("portraits", 12), ("hair_colors", None), ("masks", 24)):
                found = pd.read_parquet(folder.path(table))
                if found.duplicated(list(KEYS[TableName(table)])).any():
                    failures.append(f"{table} has a row twice")
                if rows is not None and len(found) != rows:
                    failures.append(f"{table} has {len(found)} rows")
            reads += 1

    reader = threading.Thread(target=read_again_and_again)
    reader.start()
    try:
        for number in range(15):
            colors = ["red"] if number % 2 else ["blue", "pink"]
            publish_rows(
                folder,
                [batch_row(portrait_id, colors=colors) for portrait_id in IDS],
                run_id=f"run-{number + 2}",
            )
    finally:
        ended.set()
        reader.join()
    assert failures == []
    assert reads > 1


def _fresh_copy(source: Path, target: Path) -> Folder:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return Folder(target)
