"""The last try of a portrait that killed a worker: alone, in a process of its own, with limits.

Run as a module it is the child: it reads one unit from standard input, as its parent pickled it, and
stages it.
"""

from __future__ import annotations

import contextlib
import json
import pickle
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass

import psutil

from hairpipe.folder import Folder
from hairpipe.run.crumbs import crumb_path
from hairpipe.run.portrait import Look, look_at
from hairpipe.run.rows import unit_rows
from hairpipe.run.unit import single_threaded, worker_address
from hairpipe.run.work import JobContext, Unit, UnitReport, Work
from hairpipe.status import Status
from hairpipe.store.staging import write_unit

_POLL_SECONDS = 0.05
# Starting Python and importing the extraction counts as nobody's fault.
_START_SECONDS = 30.0


@dataclass(frozen=True)
class Death:
    """How a child process ended."""

    status: Status
    detail: str


def process_alone(unit: Unit, context: JobContext) -> UnitReport:
    """Look at a unit of one work in a process of its own, and stage what came of it.

    Whatever the picture does to that process, it becomes a row: ``crashed``, ``timed_out`` or
    ``out_of_memory``.

    Parameters
    ----------
    unit : Unit
        With exactly one work.
    context : JobContext
    """
    started = time.perf_counter()
    outcome = _run_child(pickle.dumps((unit, context)), context)
    if isinstance(outcome, Death):
        (work,) = unit.works
        look = Look(outcome.status, outcome.detail, seconds=time.perf_counter() - started)
        statuses = _stage(work, look, unit, context)
    else:
        statuses = outcome
    Folder(context.output).delete(crumb_path(unit.unit_id))
    return UnitReport(
        unit_id=unit.unit_id,
        worker=worker_address(),
        statuses=statuses,
        suspects=(),
        seconds=time.perf_counter() - started,
    )


def _stage(work: Work, look: Look, unit: Unit, context: JobContext) -> Counter[str]:
    rows = unit_rows(work, look, context)
    write_unit(Folder(context.output), unit.unit_id, rows, context.carry)
    return Counter(str(row["portrait"]["status"]) for row in rows)


def _run_child(task: bytes, context: JobContext) -> Death | Counter[str]:
    """Run the child to its end; return how it died, or the statuses it staged."""
    child = subprocess.Popen(
        [sys.executable, "-m", "hairpipe.run.isolated"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + context.portrait_timeout + _START_SECONDS
    try:
        if child.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(task)
                child.stdin.close()
        watched = psutil.Process(child.pid)
        while True:
            try:
                code = child.wait(timeout=_POLL_SECONDS)
                break
            except subprocess.TimeoutExpired:
                pass
            if _resident_bytes(watched) > context.portrait_memory:
                return Death(
                    Status.OUT_OF_MEMORY, f"took more than {context.portrait_memory} bytes of memory"
                )
            if time.monotonic() > deadline:
                return Death(Status.TIMED_OUT, f"took more than {context.portrait_timeout:g} s")
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    if code == 0 and child.stdout is not None:
        return Counter(json.loads(child.stdout.read()))
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return Death(Status.CRASHED, f"the process that looked at it ended with {how}")


def _resident_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def main() -> None:
    """Be the child: stage the unit on standard input, tell the statuses on standard output."""
    unit, context = pickle.load(sys.stdin.buffer)  # noqa: S301  written by our own parent process
    (work,) = unit.works
    with single_threaded():
        look = look_at(work, context.pictures, context.settings)
    json.dump(_stage(work, look, unit, context), sys.stdout)


if __name__ == "__main__":
    main()
