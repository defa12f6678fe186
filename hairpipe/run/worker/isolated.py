"""The last try of a portrait that killed a worker: alone, in a process of its own, with limits.

Run as a module it is the child: it reads one task from standard input, as its parent pickled it. On
standard output it says when it begins to look at the picture, and then what it saw.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import IO

import psutil

from hairpipe.cluster.threads import single_threaded
from hairpipe.errors import ClusterError, HairpipeError
from hairpipe.plan.context import JobContext
from hairpipe.plan.tasks import ImageTask
from hairpipe.run.signals import STOP_SIGNALS
from hairpipe.run.worker.batch import Batch, BatchReport
from hairpipe.run.worker.image import ImageResult, process_image
from hairpipe.run.worker.in_flight import marker_path
from hairpipe.run.worker.process_batch import Watchdog, worker_address
from hairpipe.run.worker.rows import batch_rows
from hairpipe.status import Status
from hairpipe.storage.folder import Folder
from hairpipe.store.staging.batches import write_batch

_POLL_SECONDS = 0.05
# Starting Python and importing the extraction counts as nobody's fault.
_START_SECONDS = 60.0
# Past its limit, the time a parent has to end its child before the child does so itself.
_ORPHAN_SECONDS = 5.0
_LOOKING = b"looking\n"


@dataclass(frozen=True)
class Death:
    """How a child process ended."""

    status: Status
    detail: str


def process_alone(batch: Batch, context: JobContext) -> BatchReport:
    """Look at a batch of one task in a process of its own, and stage what came of it.

    Whatever the picture does to that process, it becomes a row: ``crashed``, ``timed_out`` or
    ``out_of_memory``.

    Parameters
    ----------
    batch : Batch
        With exactly one task.

    Raises
    ------
    StoreError
        If the staged file can't be written.
    ClusterError
        If no process can be started here.
    HairpipeError
        If the source's disk or store can't be had.
    """
    started = time.perf_counter()
    (task,) = batch.tasks
    seen = _run_child(pickle.dumps((task, context)), context)
    seconds = time.perf_counter() - started
    result = ImageResult(seen.status, seen.detail, seconds=seconds) if isinstance(seen, Death) else seen
    rows = batch_rows(task, result, context)
    folder = Folder(context.output)
    write_batch(folder, batch.batch_id, rows, context.carry)
    folder.delete(marker_path(batch.batch_id))
    return BatchReport(
        batch_id=batch.batch_id,
        worker=worker_address(),
        statuses=Counter(str(row["portrait"]["status"]) for row in rows),
        suspects=(),
        seconds=time.perf_counter() - started,
        stage_seconds=result.stage_seconds,
    )


def _run_child(pickled: bytes, context: JobContext) -> ImageResult | Death:
    """Run the child to its end; return what it saw, or how it died."""
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            [sys.executable, "-m", "hairpipe.run.worker.isolated"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as child,
    ):
        try:
            said = _listen(child, pickled, context)
            if isinstance(said, Death):
                return said
            code = child.wait()
        finally:
            child.kill()
            # What a child that died at once has not read would be written on leaving.
            with contextlib.suppress(BrokenPipeError):
                if child.stdin is not None:
                    child.stdin.close()
        if not said.startswith(_LOOKING):
            raise ClusterError(f"can't start a process for a single portrait: {_last_line(complaints, code)}")
    if code == 0:
        seen: ImageResult | HairpipeError = pickle.loads(said.removeprefix(_LOOKING))  # noqa: S301  our own child's
        if isinstance(seen, HairpipeError):
            raise seen
        return seen
    return death_by(code)


def _listen(child: subprocess.Popen[bytes], pickled: bytes, context: JobContext) -> bytes | Death:
    """Hand a child its task and return all it says, or why it is to be ended."""
    to_child, from_child = child.stdin, child.stdout
    if to_child is None or from_child is None:
        raise ValueError("the child has no pipes")
    # A child that dies at once closes its end; how it died is seen below. The pipe stays open: its
    # end tells the child that its parent is gone.
    with contextlib.suppress(BrokenPipeError):
        to_child.write(pickled)
        to_child.flush()
    watched = psutil.Process(child.pid)
    said = b""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        ready, _, _ = select.select([from_child], [], [], _POLL_SECONDS)
        if ready:
            heard = os.read(from_child.fileno(), 1 << 16)
            if not heard:
                return said
            if not said:
                deadline = time.monotonic() + context.portrait_timeout
            said += heard
        if _resident_bytes(watched) > context.portrait_memory:
            return Death(Status.OUT_OF_MEMORY, f"took more than {context.portrait_memory} bytes of memory")
        if time.monotonic() > deadline:
            return Death(Status.TIMED_OUT, f"took more than {context.portrait_timeout:g} s")


def death_by(code: int) -> Death:
    """Return what a child's exit code says of the picture it looked at.

    Parameters
    ----------
    code : int
        As :attr:`subprocess.Popen.returncode`: below 0 the signal that ended it.
    """
    if code == -signal.SIGKILL:
        return Death(Status.OUT_OF_MEMORY, "was killed by the system, which does so when memory runs out")
    how = f"signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"exit code {code}"
    return Death(Status.CRASHED, f"the process that looked at it ended with {how}")


def _last_line(complaints: IO[bytes], code: int) -> str:
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), f"it ended with exit code {code}")


def _resident_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def main() -> None:
    """Be the child: look at the task on standard input, tell what was seen on standard output."""
    # Whoever stops the job stops its parent; a child that died of it would put the blame on the picture.
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    task, context = pickle.load(sys.stdin.buffer)  # noqa: S301  written by our own parent process
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # What native code prints must not get between the parent and what it waits for.
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with answer, single_threaded(), Watchdog(context.portrait_timeout + _ORPHAN_SECONDS):
        answer.write(_LOOKING)
        answer.flush()
        pickle.dump(_seen(task, context), answer)


def _seen(task: ImageTask, context: JobContext) -> ImageResult | HairpipeError:
    """Return what there is to see in a picture, or why it can't be had by no fault of its own."""
    try:
        result = process_image(task, context.pictures, context.settings, context.rate)
    except HairpipeError as error:
        return error
    if result.extraction is None:
        return result
    return replace(result, extraction=replace(result.extraction, steps=None))


def _end_with_parent() -> None:
    # Past Python's own buffer, whose lock this thread would take along when the process ends.
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    main()
