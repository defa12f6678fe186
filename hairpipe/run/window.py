"""Keeps a window of tasks on a cluster, as Dask bags, and brings the result of every one home.

The window bounds what the scheduler holds and makes it possible to stop, to start a slow task a second
time and to deal with a lost one while the others go on.
"""

from __future__ import annotations

import contextlib
import itertools
import queue
import time
from asyncio import CancelledError
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import dask.bag as db
from distributed import Client, Future, KilledWorker, futures_of
from distributed.client import ClosedClientError

from hairpipe.cluster.connection import revive_workers
from hairpipe.errors import ClusterError

TASKS_AHEAD = 3
_POLL_SECONDS = 0.2
# Asking the scheduler costs a round trip, so not after every task.
_LOOK_SECONDS = 1.0


class ConnectionLostError(ClusterError):
    """The scheduler is gone, and with it all it knew; what is staged is not."""


class NoWorkersError(ClusterError):
    """All workers are gone, and none came back."""


@dataclass(frozen=True)
class Attempt:
    """One submission of a task; `number` makes Dask see a new one."""

    key: str
    """Of the task; of the attempts at it the first to end counts."""
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    """Pickled with the attempt."""
    number: int = 0

    def __call__(self) -> Any:
        return self.function(*self.arguments)


def run_attempt(attempt: Attempt) -> Any:
    """Do one attempt; the function every Dask task runs."""
    return attempt()


class Tasks(Protocol):
    """A kind of tasks: what there is to do, and what becomes of those that end, are lost or are slow."""

    def attempts(self) -> Iterator[Attempt]:
        """Yield the tasks; each is asked for when there is room for it."""

    def finished(self, attempt: Attempt, result: Any) -> Sequence[Attempt]:
        """Take a result, once for each task, and return what is still to be done after all others."""

    def lost(self, attempt: Attempt, worker: str) -> Sequence[Attempt]:
        """Return what takes the place of a task whose workers died, the last of them `worker`."""

    def backup(self, attempt: Attempt, seconds: float, unfinished: int, workers: int) -> Attempt | None:
        """Return a second copy of a task that has been running for so long, if it is to have one."""

    def stopping(self) -> bool:
        """Say whether no more is to be done; asked often."""


@dataclass
class _Open:
    """A task the driver still waits for."""

    attempt: Attempt
    futures: list[Future[Any]]
    started: float = field(default_factory=time.monotonic)
    has_backup: bool = False


class Window:
    """Does tasks on a cluster.

    Parameters
    ----------
    wait_seconds : float
        How long a cluster may be without any worker.
    """

    def __init__(self, tasks: Tasks, wait_seconds: float) -> None:
        self._tasks = tasks
        self._wait_seconds = wait_seconds
        self._done: queue.SimpleQueue[tuple[str, Future[Any]]] = queue.SimpleQueue()
        self._open: dict[str, _Open] = {}
        self._new = tasks.attempts()
        self._waiting: deque[Attempt] = deque()
        self._attempts = 0
        self._workers = 0
        self._looked = self._had_workers = float("-inf")

    def run(self, client: Client) -> bool:
        """Do all of it; what takes the place of lost tasks comes after the others.

        Returns
        -------
        bool
            True when every task is done, False when the work was stopped.

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
            while not self._tasks.stopping():
                self._look_at_cluster(client)
                self._refill(client)
                if not self._open:
                    return True
                self._take_finished(client)
                self._back_up_slow(client)
        except (ConnectionLostError, NoWorkersError):
            self._waiting.extendleft(entry.attempt for entry in self._open.values())
            self._open.clear()
            raise
        return False

    def abandon(self, client: Client, grace_seconds: float) -> None:
        """Let running tasks end for a while, keep what they give, cancel the rest."""
        deadline = time.monotonic() + grace_seconds
        with contextlib.suppress(ConnectionLostError):
            while self._open and time.monotonic() < deadline:
                self._look_at_cluster(client)
                self._take_finished(client)
            with connection_losses():
                client.cancel([future for entry in self._open.values() for future in entry.futures])

    def finish_here(self) -> None:
        """Do in this process what is left."""
        while attempts := [*self._waiting, *itertools.islice(self._new, 1)]:
            self._waiting.clear()
            for attempt in attempts:
                self._tasks.stopping()
                self._waiting.extend(self._tasks.finished(attempt, attempt()))

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
            raise NoWorkersError(
                f"all Dask workers are gone and none came back within {self._wait_seconds:g} s; see their "
                "logs, then run the same command again to carry on"
            )

    def _refill(self, client: Client) -> None:
        wanted = TASKS_AHEAD * max(1, self._workers) - len(self._open)
        wave = list(itertools.islice(self._new, max(wanted, 0)))
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
            self._open[attempt.key] = _Open(attempt, [future])
            self._watch(attempt.key, future)

    def _submit(self, client: Client, wave: list[Attempt]) -> list[Future[Any]]:
        numbered = []
        for attempt in wave:
            self._attempts += 1
            numbered.append(replace(attempt, number=self._attempts))
        bag = db.from_sequence(numbered, partition_size=1).map(run_attempt)
        with connection_losses():
            futures: list[Future[Any]] = futures_of(client.persist(bag))
        # The futures of a bag come in no order; its partitions' keys end in their number.
        return sorted(futures, key=_partition)

    def _watch(self, key: str, future: Future[Any]) -> None:
        future.add_done_callback(lambda done: self._done.put((key, done)))

    def _take_finished(self, client: Client) -> None:
        try:
            key, future = self._done.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            return
        entry = self._open.get(key)
        if entry is None or future not in entry.futures:
            return
        if future.status == "finished":
            try:
                with connection_losses():
                    (result,) = future.result()
            except KilledWorker:
                # The result went with its worker, and the same happened to those that did it again.
                self._deal_with_loss(entry, future)
            else:
                self._settle(client, entry, result)
        elif future.status == "error":
            self._deal_with_loss(entry, future)
        else:
            # Not cancelled here: the scheduler has forgotten it, because it was restarted or cut off.
            raise ConnectionLostError(_GONE)

    def _settle(self, client: Client, entry: _Open, result: Any) -> None:
        del self._open[entry.attempt.key]
        self._waiting.extend(self._tasks.finished(entry.attempt, result))
        spare = [future for future in entry.futures if future.status == "pending"]
        if spare:
            with connection_losses():
                client.cancel(spare)

    def _deal_with_loss(self, entry: _Open, future: Future[Any]) -> None:
        entry.futures.remove(future)
        with connection_losses():
            error = future.exception()
        if not isinstance(error, KilledWorker):
            raise error
        if not entry.futures:
            del self._open[entry.attempt.key]
            self._waiting.extend(self._tasks.lost(entry.attempt, error.last_worker.address))

    def _back_up_slow(self, client: Client) -> None:
        if self._waiting:
            return
        now = time.monotonic()
        for key, entry in self._open.items():
            if entry.has_backup:
                continue
            copy = self._tasks.backup(entry.attempt, now - entry.started, len(self._open), self._workers)
            if copy is not None:
                entry.has_backup = True
                (future,) = self._submit(client, [copy])
                entry.futures.append(future)
                self._watch(key, future)


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
