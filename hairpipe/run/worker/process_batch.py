"""One Dask task: look at a batch's pictures and stage its rows."""

from __future__ import annotations

import faulthandler
import os
import time
from collections import Counter
from collections.abc import Callable

from hairpipe.cluster.memory import peak_bytes
from hairpipe.cluster.threads import single_threaded
from hairpipe.extract.settings import Settings
from hairpipe.plan.context import JobContext, Rate
from hairpipe.plan.tasks import ImageTask
from hairpipe.run.worker.batch import Batch, BatchReport
from hairpipe.run.worker.image import ImageResult, process_image
from hairpipe.run.worker.in_flight import InFlightMarker
from hairpipe.run.worker.rows import Row, batch_rows
from hairpipe.source.profile import Pictures
from hairpipe.storage.folder import Folder
from hairpipe.store.staging.batches import write_batch

# Arming the watchdog costs a few hundred microseconds, so it is done once a second, not once a portrait.
_REARM_SECONDS = 1.0


Process = Callable[[ImageTask, Pictures, Settings, Rate | None], ImageResult]
"""Looks at one picture, as :func:`hairpipe.run.worker.image.process_image` does."""


def process_batch(batch: Batch, context: JobContext, process: Process = process_image) -> BatchReport:
    """Look at every picture of a batch and write its rows to staging, whole or not at all.

    Pictures that killed an earlier attempt are left out and reported as suspects. Doing a batch twice
    gives the same file.

    Parameters
    ----------
    process : callable, optional
        Looks at a picture.

    Raises
    ------
    StoreError
        If the staged file can't be written.
    """
    started = time.perf_counter()
    folder = Folder(context.output)
    marker = InFlightMarker(folder, batch.batch_id)
    watchdog = Watchdog(context.portrait_timeout)
    rows: list[Row] = []
    stages: Counter[str] = Counter()
    with single_threaded(), watchdog:
        for position, task in enumerate(batch.tasks):
            if position in marker.suspects:
                continue
            marker.looking_at(position)
            watchdog.feed()
            result = process(task, context.pictures, context.settings, context.rate)
            rows.extend(batch_rows(task, result, context))
            stages.update(result.stage_seconds)
        marker.looking_at(None)
    before_write = time.perf_counter()
    if rows:
        write_batch(folder, batch.batch_id, rows, context.carry)
    marker.clear()
    ended = time.perf_counter()
    return BatchReport(
        batch_id=batch.batch_id,
        worker=worker_address(),
        statuses=Counter(row["portrait"]["status"] for row in rows),
        suspects=marker.suspects,
        seconds=ended - started,
        stage_seconds={**stages, "write": ended - before_write},
        peak_bytes=peak_bytes(),
    )


def worker_address() -> str:
    """Return the Dask worker's address, or the process id outside of one."""
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:
        return f"process {os.getpid()}"


class Watchdog:
    """Ends the process, from outside of Python, when one portrait takes too long.

    A hang inside native code holds the interpreter's lock, so nothing written in Python could end it.
    The in-flight marker then tells the next attempt which portrait it was.

    Parameters
    ----------
    seconds : float
        What one portrait may take, at least; at most a second more.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._armed = 0.0
        self._nowhere = os.open(os.devnull, os.O_WRONLY)

    def __enter__(self) -> Watchdog:
        self.feed()
        return self

    def feed(self) -> None:
        """Start the time of a portrait."""
        now = time.monotonic()
        if now - self._armed >= _REARM_SECONDS:
            # Which portrait it was is known from the marker; where in the code would tell a user nothing.
            faulthandler.dump_traceback_later(self._seconds + _REARM_SECONDS, exit=True, file=self._nowhere)
            self._armed = now

    def __exit__(self, *_: object) -> None:
        faulthandler.cancel_dump_traceback_later()
        os.close(self._nowhere)
