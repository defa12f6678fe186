"""A face detector that does to its process what some pictures do to theirs.

A test marks pictures; what a mark does is written in their first pixel.
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import NoReturn

import hairpipe.run.worker.process_batch
import hairpipe.store.publish.bucket_merge
from hairpipe.extract.face.box import Detection
from hairpipe.extract.result import Box, Image
from tests.run.dask_processes import wait_until

GATES = "CHAOS_GATES"
_CHUNK = 64 * 2**20
# Longer than any test waits.
_AN_HOUR = 3600.0


class Mark(Enum):
    """What a marked picture does; the value is the green of its first pixel."""

    ABORT = 1
    SEGFAULT = 2
    EXIT = 3
    HANG_NATIVE = 4
    HANG_PYTHON = 5
    EAT_MEMORY = 6
    # The first process that looks at it waits until the test opens the gate of that number.
    GATE = 7
    # The first process that looks at it dies while it writes its batch.
    DIE_WRITING = 8
    # No fault of a picture: the code around it is broken.
    BUG = 9
    # Neither: the batch of the first process that looks at it loses a row on the way to its file.
    LOST_ROW = 10
    # The first process that looks at it dies when it merges a bucket.
    DIE_MERGING = 11


MARK_RED = 201


class Deadly:
    """Sees a face in the middle of every picture, and obeys the marks."""

    name = "deadly"

    def detect(self, image: Image) -> list[Detection]:
        """Return the middle of a picture as a face, if the process is still there."""
        red, green, number = (int(value) for value in image[0, 0])
        if red == MARK_RED:
            _DEEDS[Mark(green)](number)
        height, width = image.shape[:2]
        return [Detection(Box(width * 0.25, height * 0.35, width * 0.5, height * 0.4), 1.0)]


def is_first(number: int) -> bool:
    """Return whether no other process has come to the mark of this number before; leave a sign."""
    try:
        Path(os.environ[GATES], f"reached-{number}").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _hang_in_python(number: int) -> None:
    threading.Event().wait()


def _eat_memory(number: int) -> None:
    eaten = []
    # An end, for the sake of the machine, where nobody stops it.
    while len(eaten) < 32:
        eaten.append(b"x" * _CHUNK)
    _hang_in_python(number)


def _wait_at_gate(number: int) -> None:
    if is_first(number):
        wait_until(Path(os.environ[GATES], f"open-{number}").exists, _AN_HOUR)


def _die_writing(number: int) -> None:
    if is_first(number):
        os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment, misc]


def _break_batch(number: int) -> None:
    def broken(*_: object) -> NoReturn:
        raise ZeroDivisionError("a bug")

    hairpipe.run.worker.process_batch.batch_rows = broken


def _lose_row(number: int) -> None:
    if not is_first(number):
        return
    write = hairpipe.run.worker.process_batch.write_batch
    hairpipe.run.worker.process_batch.write_batch = lambda folder, batch_id, rows, carry: write(
        folder, batch_id, rows[:-1], carry
    )


def _die_merging(number: int) -> None:
    def die(*_: object) -> NoReturn:
        Path(os.environ[GATES], f"died-{number}").touch()
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    if is_first(number):
        hairpipe.store.publish.bucket_merge.write_object = die


_DEEDS: dict[Mark, Callable[[int], object]] = {
    Mark.ABORT: lambda number: os.abort(),
    Mark.SEGFAULT: lambda number: ctypes.string_at(0),
    Mark.EXIT: lambda number: os._exit(3),
    # PyDLL keeps the interpreter's lock: no other thread of the process runs again.
    Mark.HANG_NATIVE: lambda number: ctypes.PyDLL(None).pause(),
    Mark.HANG_PYTHON: _hang_in_python,
    Mark.EAT_MEMORY: _eat_memory,
    Mark.GATE: _wait_at_gate,
    Mark.DIE_WRITING: _die_writing,
    Mark.BUG: _break_batch,
    Mark.LOST_ROW: _lose_row,
    Mark.DIE_MERGING: _die_merging,
}
