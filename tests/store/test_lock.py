from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from hairpipe.errors import EXIT_TRY_LATER, LockedError
from hairpipe.folder import Folder
from hairpipe.store.lock import DEAD_AFTER_SECONDS, LOCK, OutputLock, read_holder

HOLD = """
import sys, time
from hairpipe.folder import Folder
from hairpipe.store.lock import OutputLock
with OutputLock(Folder(sys.argv[1]), "other"):
    print("held", flush=True)
    sys.stdin.read()
"""


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
        assert holder.is_alive(time.time())
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
    ("changes", "silent_seconds", "is_free"),
    [
        ({"process_space": "another host"}, DEAD_AFTER_SECONDS + 1, True),
        ({"process_space": "another host"}, 0.0, False),
        # The process id belongs to another process now; the holder's last sign of life decides.
        ({"process_started": 0.0}, DEAD_AFTER_SECONDS + 1, True),
        ({"process_started": 0.0}, 0.0, False),
        # A living process on this host is never taken for dead.
        ({}, 10 * DEAD_AFTER_SECONDS, False),
    ],
)
def test_a_dead_holder_is_told_from_a_living_one(
    folder: Folder, changes: dict[str, Any], silent_seconds: float, is_free: bool
) -> None:
    leave_behind(folder, heartbeat=time.time() - silent_seconds, **changes)
    if is_free:
        with OutputLock(folder, "run-2"):
            pass
    else:
        with pytest.raises(LockedError, match="run other"), OutputLock(folder, "run-2"):
            pass


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
        with pytest.raises(LockedError, match="run run-2"):
            lock.confirm()
        assert lock.is_lost
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
            return lock.is_lost

        _wait_until(is_lost_when_taken)


def _try_to_take(url: str, all_have_tried: Any, results: Any) -> None:
    try:
        with OutputLock(Folder(url), f"run-{os.getpid()}"):
            all_have_tried.wait()
            results.put("held")
    except LockedError:
        all_have_tried.wait()
        results.put("refused")


def test_of_many_that_take_over_a_dead_lock_one_gets_it(folder: Folder) -> None:
    leave_behind(folder, process_space="another host", heartbeat=0.0)
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
