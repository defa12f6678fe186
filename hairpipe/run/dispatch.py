"""Fans batches out over the workers as a Dask bag, a window at a time, and brings every one home.

The window bounds what the scheduler holds and makes it possible to stop, to start a slow batch a second
time and to deal with a lost one while the others go on.
"""

from __future__ import annotations

import contextlib
import itertools
import queue
import time
from asyncio import CancelledError
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import dask.bag as db
from distributed import Client, Future, KilledWorker, futures_of
from distributed.client import ClosedClientError

from hairpipe.cluster.connection import revive_workers
from hairpipe.errors import ClusterError
from hairpipe.run.batch import process_batch
from hairpipe.run.in_flight import InFlight, read_marker
from hairpipe.run.isolated import process_alone
from hairpipe.run.policy import NextStep, after_loss, wants_backup
from hairpipe.run.work import Batch, BatchReport, JobContext
from hairpipe.storage.folder import Folder

BATCHES_AHEAD = 3
_POLL_SECONDS = 0.2
# Asking the scheduler costs a round trip, so not after every batch.
_LOOK_SECONDS = 1.0

Task = Callable[[Batch, JobContext], BatchReport]


class ConnectionLostError(ClusterError):
    """The scheduler is gone, and with it all it knew; what is staged is not."""


@dataclass(frozen=True)
class Attempt:
    """One submission of a batch; `number` makes Dask see a new task."""

    batch: Batch
    task: Task
    number: int = 0

    def __call__(self, context: JobContext) -> BatchReport:
        return self.task(self.batch, context)


@dataclass(frozen=True)
class Lost:
    """A batch whose task came to nothing."""

    batch: Batch
    reason: str
    next_step: NextStep


@dataclass
class _Open:
    """A batch the driver still waits for."""

    attempt: Attempt
    futures: list[Future[Any]]
    started: float = field(default_factory=time.monotonic)
    has_backup: bool = False


def run_attempt(attempt: Attempt, context: JobContext) -> BatchReport:
    """Do one attempt; the function every Dask task runs."""
    return attempt(context)


class Dispatcher:
    """Runs batches on a cluster and tells of each that ends.

    Parameters
    ----------
    context : JobContext
    finished : callable
        Hears of every batch that is staged, once.
    lost : callable
        Hears of every task that came to nothing.
    stopping : callable
        Asked often; True ends the run after what is running.
    wait_seconds : float
        How long a cluster may be without any worker.
    """

    def __init__(
        self,
        context: JobContext,
        *,
        finished: Callable[[Batch, BatchReport], None],
        lost: Callable[[Lost], None],
        stopping: Callable[[], bool],
        wait_seconds: float,
    ) -> None:
        self._context = context
        self._folder = Folder(context.output)
        self._finished = finished
        self._lost = lost
        self._stopping = stopping
        self._wait_seconds = wait_seconds
        self._done: queue.SimpleQueue[tuple[str, Future[Any]]] = queue.SimpleQueue()
        self._open: dict[str, _Open] = {}
        self._new: Iterator[Batch] = iter(())
        self._waiting: deque[Attempt] = deque()
        self._rates: list[float] = []
        self._attempts = 0
        self._losses: Counter[str] = Counter()
        self._suspects: Counter[str] = Counter()
        self._workers = 0
        self._looked = self._had_workers = float("-inf")

    def add(self, batches: Iterable[Batch]) -> None:
        """Take on batches; each is asked for when there is room for it."""
        self._new = itertools.chain(self._new, batches)

    def run(self, client: Client) -> bool:
        """Do all batches; suspects are tried again, each alone, after the others.

        Parameters
        ----------
        client : distributed.Client

        Returns
        -------
        bool
            True when every batch is staged, False when the run was stopped.

        Raises
        ------
        ConnectionLostError
            If the scheduler is gone. Run with another client, the rest is done.
        ClusterError
            If workers die again and again, whatever they do.
        HairpipeError
            Of a task that told why it can't be done, such as a full disk.
        """
        self._had_workers = time.monotonic()
        try:
            while not self._stopping():
                self._look_at_cluster(client)
                self._refill(client)
                if not self._open:
                    return True
                self._take_finished(client)
                self._back_up_slow(client)
        except ConnectionLostError:
            self._waiting.extendleft(entry.attempt for entry in self._open.values())
            self._open.clear()
            raise
        return False

    def abandon(self, client: Client, grace_seconds: float) -> None:
        """Let running tasks end for a while, keep what they stage, cancel the rest."""
        deadline = time.monotonic() + grace_seconds
        with contextlib.suppress(ConnectionLostError):
            while self._open and time.monotonic() < deadline:
                self._look_at_cluster(client)
                self._take_finished(client)
            with connection_losses():
                client.cancel([future for entry in self._open.values() for future in entry.futures])

    def _look_at_cluster(self, client: Client) -> None:
        """Count the workers, and find out whether the scheduler is there at all."""
        if client.status != "running":
            raise ConnectionLostError(_GONE)
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return
        with connection_losses():
            self._workers = len(client.scheduler_info(n_workers=-1)["workers"])
            revive_workers(client)
        now = self._looked = time.monotonic()
        if self._workers:
            self._had_workers = now
        elif now - self._had_workers > self._wait_seconds:
            raise ClusterError(
                f"all Dask workers are gone and none came back within {self._wait_seconds:g} s; see their "
                "logs, then run the same command again to carry on"
            )

    def _refill(self, client: Client) -> None:
        wanted = BATCHES_AHEAD * max(1, self._workers) - len(self._open)
        wave = [Attempt(batch, process_batch) for batch in itertools.islice(self._new, max(wanted, 0))]
        while self._waiting and len(wave) < wanted:
            wave.append(self._waiting.popleft())
        if not wave:
            return
        try:
            futures = self._submit(client, wave)
        except ConnectionLostError:
            self._waiting.extendleft(wave)
            raise
        for attempt, future in zip(wave, futures, strict=True):
            self._open[attempt.batch.batch_id] = _Open(attempt, [future])
            self._watch(attempt.batch.batch_id, future)

    def _submit(self, client: Client, wave: list[Attempt]) -> list[Future[Any]]:
        numbered = []
        for attempt in wave:
            self._attempts += 1
            numbered.append(replace(attempt, number=self._attempts))
        bag = db.from_sequence(numbered, partition_size=1).map(run_attempt, self._context)
        with connection_losses():
            futures: list[Future[Any]] = futures_of(client.persist(bag))
        # The futures of a bag come in no order; its partitions' keys end in their number.
        return sorted(futures, key=_partition)

    def _watch(self, batch_id: str, future: Future[Any]) -> None:
        future.add_done_callback(lambda done: self._done.put((batch_id, done)))

    def _take_finished(self, client: Client) -> None:
        try:
            batch_id, future = self._done.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            return
        entry = self._open.get(batch_id)
        if entry is None or future not in entry.futures:
            return
        if future.status == "finished":
            try:
                with connection_losses():
                    (report,) = future.result()
            except KilledWorker:
                # The result went with its worker, and the same happened to those that did it again.
                self._deal_with_loss(entry, future)
            else:
                self._settle(client, entry, report)
        elif future.status == "error":
            self._deal_with_loss(entry, future)
        else:
            # Not cancelled here: the scheduler has forgotten it, because it was restarted or cut off.
            raise ConnectionLostError(_GONE)

    def _settle(self, client: Client, entry: _Open, report: BatchReport) -> None:
        batch = entry.attempt.batch
        del self._open[batch.batch_id]
        # A batch of suspects alone has nothing to tell yet.
        if report.statuses:
            self._rates.append(report.seconds / report.statuses.total())
            self._finished(batch, report)
        for position in report.suspects:
            suspect = Batch((batch.works[position],), batch.fingerprint)
            self._waiting.append(Attempt(suspect, process_alone))
        spare = [future for future in entry.futures if future.status == "pending"]
        if spare:
            with connection_losses():
                client.cancel(spare)

    def _deal_with_loss(self, entry: _Open, future: Future[Any]) -> None:
        batch = entry.attempt.batch
        entry.futures.remove(future)
        with connection_losses():
            error = future.exception()
        if not isinstance(error, KilledWorker):
            raise error
        if entry.futures:
            return
        del self._open[batch.batch_id]
        note = read_marker(self._folder, batch.batch_id) or InFlight()
        suspects = len(note.suspects) + (note.current is not None)
        self._losses[batch.batch_id] += 1
        grew = suspects > self._suspects[batch.batch_id]
        self._suspects[batch.batch_id] = suspects
        step = after_loss(len(batch.works), self._losses[batch.batch_id], grew)
        self._lost(Lost(batch, "the workers that did it died, one after the other", step))
        if step is NextStep.GIVE_UP:
            raise ClusterError(
                f"workers die again and again, whatever they do (the last was {error.last_worker.address}); "
                "see their logs and their memory, then run the same command again"
            )
        self._waiting.extend(next_attempts(batch, step))

    def _back_up_slow(self, client: Client) -> None:
        if self._waiting:
            return
        now = time.monotonic()
        for batch_id, entry in self._open.items():
            running, portraits = now - entry.started, entry.attempt.batch.portrait_count
            slow = wants_backup(running, portraits, self._rates, len(self._open), self._workers)
            if slow and not entry.has_backup:
                entry.has_backup = True
                copy = replace(entry.attempt, batch=replace(entry.attempt.batch, is_backup=True))
                (future,) = self._submit(client, [copy])
                entry.futures.append(future)
                self._watch(batch_id, future)


def next_attempts(batch: Batch, step: NextStep) -> list[Attempt]:
    """Return what takes the place of a lost batch.

    Parameters
    ----------
    batch : Batch
    step : NextStep
    """
    if step is NextStep.ALONE:
        return [Attempt(batch, process_alone)]
    if step is NextStep.HALVES:
        middle = len(batch.works) // 2
        halves = (batch.works[:middle], batch.works[middle:])
        return [Attempt(replace(batch, works=half), process_batch) for half in halves]
    return [Attempt(batch, process_batch)]


_GONE = "the connection to the Dask scheduler is lost; run the same command again to carry on"


@contextlib.contextmanager
def connection_losses() -> Iterator[None]:
    """Turn the many ways in which Dask says that the scheduler is gone into one.

    Raises
    ------
    ConnectionLostError
    """
    try:
        yield
    except (OSError, CancelledError, ClosedClientError) as error:
        raise ConnectionLostError(_GONE) from error


def _partition(future: Future[Any]) -> int:
    """Return the number of the bag's partition, the end of the key that Dask gives it."""
    key: Any = future.key
    return int(key[1])
