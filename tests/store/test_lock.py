from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from typing import Any

import psutil
import pytest

from hairpipe.errors import EXIT_TRY_LATER, LockedError, StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.lock import LOCK, OutputLock, read_holder
from hairpipe.store.lock_holder import DEAD_AFTER_SECONDS, watch_seconds
from hairpipe.store.manifest import read_manifest, write_manifest
from hairpipe.store.publish.publish import commit, recover
from tests.store.portraits import batch_row, publish_rows

HOLD = """
import sys, time
from hairpipe.storage.folder import Folder
from hairpipe.store.lock import OutputLock
with OutputLock(Folder(sys.argv[1]), "other"):
    print("held", flush=True)
    sys.stdin.read()
"""
PARENT = {"pid": os.getppid(), "process_started": psutil.Process(os.getppid()).create_time()}


def rewrite(folder: Folder, **changes: Any) -> None:
    """Change what a lock says of its holder."""
    folder.write(LOCK, json.dumps({**json.loads(folder.read(LOCK)), **changes}).encode())


def leave_behind(folder: Folder, **changes: Any) -> None:
    """Leave a lock as a killed process does."""
    with OutputLock(folder, "other"):
        rewrite(folder, token="theirs", **changes)


def hold_elsewhere(folder: Folder) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, folder.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_lock_is_held_inside_and_free_outside(folder: Folder) -> None:
    assert read_holder(folder) is None
    with OutputLock(folder, "run-1") as lock:
        holder = read_holder(folder)
        assert holder is not None
        assert (holder.run_id, holder.pid) == ("run-1", os.getpid())
        assert holder.process_is_alive()
        assert holder.seems_alive(time.time())
        lock.confirm()
    assert read_holder(folder) is None
    with OutputLock(folder, "run-2"):
        pass


def test_the_second_run_is_told_who_holds_the_folder(folder: Folder) -> None:
    with (
        OutputLock(folder, "run-1"),
        pytest.raises(LockedError, match=f"run run-1 .process {os.getpid()} on") as caught,
        OutputLock(folder, "run-2"),
    ):
        pass
    assert caught.value.exit_code == EXIT_TRY_LATER


def test_a_lock_in_an_object_store_keeps_the_second_out(memory_folder: Folder) -> None:
    with OutputLock(memory_folder, "run-1"), pytest.raises(LockedError), OutputLock(memory_folder, "run-2"):
        pass
    with OutputLock(memory_folder, "run-3"):
        pass


def test_a_living_process_keeps_its_lock_and_a_killed_one_loses_it(folder: Folder) -> None:
    process = hold_elsewhere(folder)
    try:
        with pytest.raises(LockedError, match=f"process {process.pid} "), OutputLock(folder, "run-2"):
            pass
    finally:
        process.kill()
        process.communicate()
    with OutputLock(folder, "run-3"):
        holder = read_holder(folder)
        assert holder is not None
        assert holder.run_id == "run-3"


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        # It gave a sign of life a moment ago.
        (0.0, None),
        (119.0, None),
        (-119.0, None),
        # It seems dead: a few of its beats are waited for, in case a clock was set meanwhile.
        (120.0, 30.0),
        (1e9, 30.0),
        # Written in the future, or the store tells no times: only what is seen counts.
        (-1e9, 120.0),
        (-120.0, 120.0),
        (None, 120.0),
    ],
)
def test_how_long_another_hosts_lock_is_watched(age: float | None, expected: float | None) -> None:
    assert watch_seconds(age, beat_seconds=10, dead_after=120) == expected


def set_time(folder: Folder, seconds_ago: float) -> None:
    """Let a lock's file say that it was written so long ago."""
    then = time.time() - seconds_ago
    os.utime(folder.path(LOCK), (then, then))


@pytest.mark.parametrize(
    ("changes", "silent_seconds", "is_free"),
    [
        ({"process_space": "another host"}, DEAD_AFTER_SECONDS + 1, True),
        ({"process_space": "another host"}, 0.0, False),
        # What its clock says does not count.
        ({"process_space": "another host", "heartbeat": 0.0}, 0.0, False),
        ({"process_space": "another host", "heartbeat": 4e9}, DEAD_AFTER_SECONDS + 1, True),
        # The process id belongs to another process now; the holder's last sign of life decides.
        ({**PARENT, "process_started": 0.0}, DEAD_AFTER_SECONDS + 1, True),
        ({**PARENT, "process_started": 0.0}, 0.0, False),
        # A living process on this host is never taken for dead.
        (PARENT, 10 * DEAD_AFTER_SECONDS, False),
        # This very process could not give it back.
        ({}, 0.0, True),
    ],
)
def test_a_dead_holder_is_told_from_a_living_one(
    folder: Folder, changes: dict[str, Any], silent_seconds: float, is_free: bool
) -> None:
    leave_behind(folder, **changes)
    set_time(folder, silent_seconds)
    if is_free:
        with OutputLock(folder, "run-2", beat_seconds=0.01):
            pass
    else:
        with pytest.raises(LockedError, match="run other"), OutputLock(folder, "run-2"):
            pass


@pytest.mark.parametrize("silent_seconds", [-365 * 24 * 3600.0, DEAD_AFTER_SECONDS + 1])
def test_whatever_the_clocks_say_a_beating_heart_keeps_the_lock(
    folder: Folder, silent_seconds: float
) -> None:
    leave_behind(folder, process_space="another host")
    set_time(folder, silent_seconds)
    told: list[str] = []

    def beat(sentence: str) -> None:
        told.append(sentence)
        rewrite(folder, heartbeat=1.0)

    with (
        pytest.raises(LockedError, match="run other"),
        OutputLock(folder, "run-2", beat_seconds=0.01, dead_after=60, notice=beat),
    ):
        pass
    assert len(told) == 1
    assert "whether run other on" in told[0]


def test_a_lock_from_the_future_does_not_block_until_then(folder: Folder) -> None:
    leave_behind(folder, process_space="another host", heartbeat=4e9)
    set_time(folder, -365 * 24 * 3600.0)
    with OutputLock(folder, "run-2", beat_seconds=0.01, dead_after=0.1) as lock:
        lock.confirm()


def test_a_dead_process_that_nobody_has_buried_holds_nothing(folder: Folder) -> None:
    process = hold_elsewhere(folder)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    with OutputLock(folder, "run-2"):
        pass
    process.communicate()


def test_a_lock_that_was_not_kept_alive_is_renewed_before_it_counts(folder: Folder) -> None:
    with OutputLock(folder, "run-1", beat_seconds=3600, dead_after=0.01) as lock:
        set_time(folder, 3600)
        threading.Event().wait(0.01)
        lock.confirm()
        age = folder.age(LOCK)
        assert age is not None
        assert age < 60


def test_a_lock_whose_heart_has_stopped_does_not_count(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OutputLock, "_beat", lambda lock: None)
    with OutputLock(folder, "run-1") as lock:
        lock._thread.join()
        with pytest.raises(LockedError, match="no longer kept alive"):
            lock.confirm()


def test_a_folder_in_the_place_of_the_lock_is_named(folder: Folder) -> None:
    folder.write(f"{LOCK}/x", b"")
    with pytest.raises(StoreError, match="can't read .*/lock: Is a directory"), OutputLock(folder, "run-1"):
        pass


def test_only_one_run_publishes_a_version(folder: Folder) -> None:
    publish_rows(folder, [batch_row("a")])
    with OutputLock(folder, "run-2") as lock:
        store = recover(folder, lock)
        other = read_manifest(folder, 1).model_copy(update={"version": 2, "run_id": "other"})
        write_manifest(folder, other)
        with pytest.raises(LockedError, match="another run has published version 2"):
            commit(store, lock, other.model_copy(update={"run_id": "mine"}))
    assert read_manifest(folder, 2).run_id == "other"


def test_a_damaged_lock_is_taken_over(folder: Folder) -> None:
    folder.write(LOCK, b"{")
    with OutputLock(folder, "run-1") as lock:
        lock.confirm()
        holder = read_holder(folder)
    assert holder is not None
    assert holder.run_id == "run-1"


def test_a_holder_notices_that_its_lock_was_taken_and_leaves_it_alone(folder: Folder) -> None:
    with OutputLock(folder, "run-1") as lock:
        rewrite(folder, token="theirs", run_id="run-2")
        lock.check()
        with pytest.raises(LockedError, match="run run-2"):
            lock.confirm()
        with pytest.raises(LockedError, match="another run has taken the lock"):
            lock.check()
    holder = read_holder(folder)
    assert holder is not None
    assert holder.run_id == "run-2"


def test_the_heart_beats_until_the_lock_is_taken(folder: Folder) -> None:
    with OutputLock(folder, "run-1", beat_seconds=0.01) as lock:
        first = read_holder(folder)
        assert first is not None
        _wait_until(
            lambda: (holder := read_holder(folder)) is not None and holder.heartbeat > first.heartbeat
        )

        def is_lost_when_taken() -> bool:
            # A beat may be under way and write over what is written here.
            rewrite(folder, token="theirs")
            try:
                lock.check()
            except LockedError:
                return True
            return False

        _wait_until(is_lost_when_taken)


def _try_to_take(url: str, all_have_tried: Any, results: Any) -> None:
    try:
        with OutputLock(Folder(url), f"run-{os.getpid()}", beat_seconds=0.1):
            all_have_tried.wait()
            results.put("held")
    except LockedError:
        all_have_tried.wait()
        results.put("refused")


def test_of_many_that_take_over_a_dead_lock_one_gets_it(folder: Folder) -> None:
    leave_behind(folder, process_space="another host")
    set_time(folder, DEAD_AFTER_SECONDS + 1)
    context = multiprocessing.get_context("fork")
    count = 6
    all_have_tried, results = context.Barrier(count), context.Queue()
    takers = [
        context.Process(target=_try_to_take, args=(folder.url, all_have_tried, results)) for _ in range(count)
    ]
    for taker in takers:
        taker.start()
    seen = sorted(results.get(timeout=60) for _ in range(count))
    for taker in takers:
        taker.join()
    assert seen == ["held"] + ["refused"] * (count - 1)


def _wait_until(condition: Any) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)
