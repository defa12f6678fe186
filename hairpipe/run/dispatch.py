"""Fans units out over the workers as a Dask bag, a window at a time, and brings every one home.

The window bounds what the scheduler holds and makes it possible to stop, to start a slow unit a second
time and to deal with a lost one while the others go on.
"""

from __future__ import annotations

import queue
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import dask.bag as db
from distributed import Client, Future, KilledWorker, futures_of

from hairpipe.errors import ClusterError
from hairpipe.folder import Folder
from hairpipe.run.crumbs import Note, read_note
from hairpipe.run.isolated import process_alone
from hairpipe.run.policy import NextStep, after_loss, wants_backup
from hairpipe.run.unit import process_unit
from hairpipe.run.work import JobContext, Unit, UnitReport

UNITS_AHEAD = 3
_POLL_SECONDS = 0.2

Task = Callable[[Unit, JobContext], UnitReport]


@dataclass(frozen=True)
class Attempt:
    """One submission of a unit; `number` makes Dask see a new task."""

    unit: Unit
    task: Task
    number: int = 0

    def __call__(self, context: JobContext) -> UnitReport:
        return self.task(self.unit, context)


@dataclass(frozen=True)
class Lost:
    """A unit whose task came to nothing."""

    unit: Unit
    reason: str
    next_step: NextStep


@dataclass
class _Open:
    """A unit the driver still waits for."""

    attempt: Attempt
    futures: list[Future[Any]]
    started: float = field(default_factory=time.monotonic)
    has_backup: bool = False


def run_attempt(attempt: Attempt, context: JobContext) -> UnitReport:
    """Do one attempt; the function every Dask task runs."""
    return attempt(context)


class Dispatcher:
    """Runs units on a cluster and tells of each that ends.

    Parameters
    ----------
    client : distributed.Client
    context : JobContext
    finished : callable
        Hears of every unit that is staged, once.
    lost : callable
        Hears of every task that came to nothing.
    stopping : callable
        Asked often; True ends the run after what is running.
    """

    def __init__(
        self,
        client: Client,
        context: JobContext,
        *,
        finished: Callable[[Unit, UnitReport], None],
        lost: Callable[[Lost], None],
        stopping: Callable[[], bool],
    ) -> None:
        self._client = client
        self._context = context
        self._folder = Folder(context.output)
        self._finished = finished
        self._lost = lost
        self._stopping = stopping
        self._done: queue.SimpleQueue[tuple[str, Future[Any]]] = queue.SimpleQueue()
        self._open: dict[str, _Open] = {}
        self._waiting: deque[Attempt] = deque()
        self._seconds: list[float] = []
        self._attempts = 0
        self._losses: Counter[str] = Counter()
        self._suspects: Counter[str] = Counter()

    def run(self, units: Iterable[Unit]) -> bool:
        """Do all units; suspects are tried again, each alone, after the others.

        Returns
        -------
        bool
            True when every unit is staged, False when the run was stopped.
        """
        self._waiting.extend(Attempt(unit, process_unit) for unit in units)
        while (self._waiting or self._open) and not self._stopping():
            self._refill()
            self._take_finished()
            self._back_up_slow()
        return not (self._waiting or self._open)

    def abandon(self, grace_seconds: float) -> None:
        """Let running tasks end for a while, keep what they stage, cancel the rest."""
        running = [future for entry in self._open.values() for future in entry.futures]
        deadline = time.monotonic() + grace_seconds
        while self._open and time.monotonic() < deadline and self._is_running(running):
            self._take_finished()
        if self._client.status == "running":
            self._client.cancel(running, force=True)

    def _is_running(self, futures: list[Future[Any]]) -> bool:
        return self._client.status == "running" and any(future.status == "pending" for future in futures)

    def _refill(self) -> None:
        wanted = UNITS_AHEAD * max(1, self._worker_count()) - len(self._open)
        wave = [self._waiting.popleft() for _ in range(min(max(wanted, 0), len(self._waiting)))]
        if wave:
            for attempt, future in zip(wave, self._submit(wave), strict=True):
                self._open[attempt.unit.unit_id] = _Open(attempt, [future])

    def _submit(self, wave: list[Attempt]) -> list[Future[Any]]:
        numbered = []
        for attempt in wave:
            self._attempts += 1
            numbered.append(Attempt(attempt.unit, attempt.task, self._attempts))
        bag = db.from_sequence(numbered, partition_size=1).map(run_attempt, self._context)
        futures: list[Future[Any]] = futures_of(self._client.persist(bag))
        # The futures of a bag come in no order; its partitions' keys end in their number.
        futures.sort(key=_partition)
        for attempt, future in zip(wave, futures, strict=True):
            unit_id = attempt.unit.unit_id
            future.add_done_callback(lambda done, unit_id=unit_id: self._done.put((unit_id, done)))
        return futures

    def _take_finished(self) -> None:
        try:
            unit_id, future = self._done.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            self._check_connection()
            return
        entry = self._open.get(unit_id)
        if entry is None or future not in entry.futures:
            return
        if future.status == "finished":
            (report,) = future.result()
            self._settle(entry, report)
        else:
            self._deal_with_loss(entry, future)

    def _settle(self, entry: _Open, report: UnitReport) -> None:
        unit = entry.attempt.unit
        del self._open[unit.unit_id]
        spare = [future for future in entry.futures if future.status == "pending"]
        if spare:
            self._client.cancel(spare)
        self._seconds.append(report.seconds)
        self._finished(unit, report)
        for position in report.suspects:
            self._waiting.append(Attempt(Unit((unit.works[position],)), process_alone))

    def _deal_with_loss(self, entry: _Open, future: Future[Any]) -> None:
        unit = entry.attempt.unit
        entry.futures.remove(future)
        error = future.exception() if future.status == "error" else None
        if error is not None and not isinstance(error, KilledWorker):
            raise error
        if entry.futures:
            return
        del self._open[unit.unit_id]
        note = read_note(self._folder, unit.unit_id) or Note()
        suspects = len(note.suspects) + (note.current is not None)
        self._losses[unit.unit_id] += 1
        grew = suspects > self._suspects[unit.unit_id]
        self._suspects[unit.unit_id] = suspects
        step = after_loss(len(unit.works), self._losses[unit.unit_id], grew)
        self._lost(Lost(unit, _reason(error), step))
        for attempt in next_attempts(unit, step):
            self._waiting.appendleft(attempt)

    def _back_up_slow(self) -> None:
        if self._waiting:
            return
        now = time.monotonic()
        for entry in self._open.values():
            slow = wants_backup(now - entry.started, self._seconds, len(self._open), self._worker_count())
            if slow and not entry.has_backup:
                entry.has_backup = True
                entry.futures.extend(self._submit([entry.attempt]))

    def _worker_count(self) -> int:
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def _check_connection(self) -> None:
        if self._client.status in ("running", "connecting"):
            return
        raise ClusterError(
            "the connection to the Dask scheduler is lost; run the same command again to carry on"
        )


def next_attempts(unit: Unit, step: NextStep) -> list[Attempt]:
    """Return what takes the place of a lost unit.

    Parameters
    ----------
    unit : Unit
    step : NextStep
    """
    if step is NextStep.ALONE:
        return [Attempt(unit, process_alone)]
    if step is NextStep.HALVES:
        middle = len(unit.works) // 2
        return [Attempt(Unit(half), process_unit) for half in (unit.works[:middle], unit.works[middle:])]
    return [Attempt(unit, process_unit)]


def _partition(future: Future[Any]) -> int:
    """Return the number of the bag's partition, the end of the key that Dask gives it."""
    key: Any = future.key
    return int(key[1])


def _reason(error: Any) -> str:
    return "cancelled" if error is None else f"{type(error).__name__}: {error}"[:300]
