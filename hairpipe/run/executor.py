"""The work of a run on the configured cluster, whatever becomes of the cluster."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, TypeVar

from distributed import Client

from hairpipe.cluster.connection import has_dashboard, open_cluster, worker_threads
from hairpipe.cluster.preflight import first_readable, ready_workers
from hairpipe.cluster.worker_requirements import WorkerRequirements
from hairpipe.config import Config
from hairpipe.errors import ClusterError
from hairpipe.plan.prepare import RunContext
from hairpipe.run.batch_work import BatchWork, RunStats, workers_die
from hairpipe.run.policy import NextStep, after_lost_merge, wants_reconnection
from hairpipe.run.signals import StopSignals
from hairpipe.run.window import Attempt, ConnectionLostError, NoWorkersError, Window, connection_losses
from hairpipe.run.worker.batch import Process
from hairpipe.run.worker.image import process_image
from hairpipe.store.lock import OutputLock
from hairpipe.store.log import events
from hairpipe.store.manifest import STATE

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


class Executor:
    """Spreads a run's batches and merges over the workers; entered, it closes the cluster at the end.

    Parameters
    ----------
    config : Config
    prepared : RunContext
    lock : OutputLock
        Of the output; a run that has lost it stops.
    signals : StopSignals
    announce : callable
        Hears every event.
    process : callable, optional
        Looks at a picture.

    Attributes
    ----------
    stats : RunStats
        Of the batches that are finished so far.
    workers : int
        There were at the start; 0 before.
    threads : mapping
        Threads found on each worker.
    """

    def __init__(
        self,
        config: Config,
        prepared: RunContext,
        lock: OutputLock,
        signals: StopSignals,
        announce: events.Observer,
        process: Process = process_image,
    ) -> None:
        self._config = config
        self._prepared = prepared
        self._lock = lock
        self._signals = signals
        self._announce = announce
        self._process = process
        self._cluster = ExitStack()
        self._client: Client | None = None
        self.stats = RunStats()
        self.workers = 0
        self.threads: Mapping[str, Mapping[str, int]] = {}

    def __enter__(self) -> Executor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._disconnect()

    def extract(self) -> None:
        """Do the plan's batches; where the cluster is lost, wait for it, or start another, and go on.

        Raises
        ------
        StopRequested
            If a stop signal came before the workers were ready; a later one ends the work quietly.
        LockedError
            If another run has taken the output.
        HairpipeError
            If the cluster can't do the work.
        """
        last = self._prepared.last_record
        work = BatchWork(
            self._prepared.works,
            self._prepared.context,
            self._config.run,
            self.stats,
            seconds_before=None if last is None else last.seconds_per_portrait,
            workers=lambda: self.workers,
            announce=self._announce,
            stopping=self._must_stop,
            process=self._process,
        )
        window = Window(work, self._config.cluster.wait_seconds)
        losses = finished = 0
        while True:
            try:
                client = self._connect()
                if not window.run(client):
                    window.abandon(client, self._config.run.grace_seconds)
                return
            except ConnectionLostError:
                self._disconnect()
                done = len(self.stats.batch_ids)
                losses, finished = (losses + 1 if done == finished else 1), done
                if not wants_reconnection(losses):
                    raise
                self._announce(events.ConnectionLost(wait_seconds=self._config.cluster.wait_seconds))

    def map(self, function: Callable[[_Task], _Result], tasks: Iterable[_Task], /) -> list[_Result]:
        """Call a function with each task on the workers, and here where there are none or they are lost.

        Doing a task twice must do no harm; see :class:`hairpipe.store.publish.build.Execute`.

        Raises
        ------
        LockedError
            If another run has taken the output.
        HairpipeError
            Of a task that told why it can't be done, or if workers die again and again doing it.
        """
        tasks = iter(tasks)
        first = list(itertools.islice(tasks, 2))
        work = _MapWork(function, itertools.chain(first, tasks), self._lock)
        window = Window(work, self._config.cluster.wait_seconds)
        # One task alone is done sooner than sent.
        if self._client is not None and len(first) > 1:
            try:
                window.run(self._client)
            except (ConnectionLostError, NoWorkersError):
                self._announce(events.ClusterNoted(text=_HERE))
                self._disconnect()
        window.finish_here()
        return [work.results[number] for number in sorted(work.results)]

    def _connect(self) -> Client:
        last = self._prepared.last_record
        last_peak = None if last is None else last.peak_worker_bytes
        with self._signals.interrupting(), connection_losses():
            client = self._cluster.enter_context(open_cluster(self._config.cluster))
            notes = self._cluster.enter_context(
                ready_workers(client, self._needs(), self._config.run.portrait_memory, last_peak)
            )
            self.threads = worker_threads(client)
        self._client = client
        for note in notes:
            self._announce(events.ClusterNoted(text=note))
        self.workers = self.workers or len(self.threads)
        dashboard = client.dashboard_link if has_dashboard() else None
        self._announce(
            events.WorkersReady(workers=len(self.threads), threads=self.threads, dashboard=dashboard)
        )
        return client

    def _needs(self) -> WorkerRequirements:
        context = self._prepared.context
        portraits = (work.portraits[0] for work in self._prepared.works)
        return WorkerRequirements(
            output=context.output,
            probe=f"{STATE}/probe/{context.run_id}",
            pictures=context.pictures,
            picture=first_readable(context.pictures, portraits),
            face=context.settings.face,
        )

    def _disconnect(self) -> None:
        self._client = None
        self._cluster.close()

    def _must_stop(self) -> bool:
        self._lock.check()
        return self._signals.stopping


class _MapWork:
    """One function and many tasks; see :class:`hairpipe.run.window.Work`."""

    def __init__(self, function: Callable[[Any], Any], tasks: Iterable[Any], lock: OutputLock) -> None:
        self._function = function
        self._tasks = tasks
        self._lock = lock
        self._losses: dict[str, int] = {}
        self.results: dict[int, Any] = {}

    def attempts(self) -> Iterator[Attempt]:
        for number, task in enumerate(self._tasks):
            yield Attempt(str(number), self._function, (task,))

    def finished(self, attempt: Attempt, result: Any) -> Sequence[Attempt]:
        self.results[int(attempt.key)] = result
        return ()

    def lost(self, attempt: Attempt, worker: str) -> Sequence[Attempt]:
        losses = self._losses[attempt.key] = self._losses.get(attempt.key, 0) + 1
        if after_lost_merge(losses) is NextStep.GIVE_UP:
            raise ClusterError(workers_die(worker))
        return (attempt,)

    def backup(self, attempt: Attempt, seconds: float, unfinished: int, workers: int) -> Attempt | None:
        return None

    def stopping(self) -> bool:
        # A stop that is asked for now comes after the publish, which would only be made once more.
        self._lock.check()
        return False


_HERE = "the Dask workers are lost; what is left of the publish is done by this process"
