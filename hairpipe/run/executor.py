"""What a run has its cluster do, whatever becomes of the cluster."""

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
from hairpipe.plan.comparison.digests import Take, digest_tasks, read_digests
from hairpipe.plan.context import JobContext
from hairpipe.plan.prepare import RunContext
from hairpipe.run.batch_tasks import BatchTasks, RunStats, workers_die
from hairpipe.run.policy import NextStep, after_lost_merge, wants_reconnection
from hairpipe.run.signals import StopSignals
from hairpipe.run.window import Attempt, ConnectionLostError, NoWorkersError, Window, connection_losses
from hairpipe.run.worker.image import process_image
from hairpipe.run.worker.process_batch import Process
from hairpipe.store.lock import OutputLock
from hairpipe.store.log import events
from hairpipe.store.log.records import RunRecord
from hairpipe.store.manifest import STATE

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


class Executor:
    """Spreads what a run has to do over the workers; entered, it closes the cluster at the end.

    Parameters
    ----------
    lock : OutputLock
        Of the output; a run that has lost it stops.
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
        lock: OutputLock,
        signals: StopSignals,
        announce: events.Observer,
        process: Process = process_image,
    ) -> None:
        self._config = config
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

    def extract(self, prepared: RunContext) -> None:
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
        last = prepared.last_record
        tasks = BatchTasks(
            prepared.tasks,
            prepared.context,
            self._config.run,
            self.stats,
            seconds_before=None if last is None else last.seconds_per_portrait,
            workers=lambda: self.workers,
            announce=self._announce,
            stopping=self._must_stop,
            process=self._process,
        )
        window = Window(tasks, self._config.cluster.wait_seconds)
        losses = finished = 0
        while True:
            try:
                shown = (task.portraits[0] for task in prepared.tasks)
                images = (portrait.image if portrait.problem is None else None for portrait in shown)
                client = self._connect(prepared.context, last, images)
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

    def digest_pictures(
        self, context: JobContext, last_record: RunRecord | None, images: Iterable[str], take: Take, /
    ) -> None:
        """Read pictures for their digests: a few here, many on the workers.

        See :class:`hairpipe.plan.prepare.DigestPictures`, and :meth:`map` for what is raised.
        """
        tasks = digest_tasks(context.pictures, images)
        first = list(itertools.islice(tasks, 2))
        if len(first) > 1:
            self._connect(context, last_record, first[0].images)
        self._spread(read_digests, itertools.chain(first, tasks), lambda _, digests: take(digests))

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
        results: dict[int, _Result] = {}
        self._spread(function, tasks, results.__setitem__)
        return [results[number] for number in sorted(results)]

    def _spread(
        self,
        function: Callable[[_Task], _Result],
        tasks: Iterable[_Task],
        take: Callable[[int, _Result], None],
    ) -> None:
        """Hand over a task's number and its result, each as it comes."""
        tasks = iter(tasks)
        first = list(itertools.islice(tasks, 2))
        mapped = _MapTasks(function, itertools.chain(first, tasks), take, self._lock)
        window = Window(mapped, self._config.cluster.wait_seconds)
        # One task alone is done sooner than sent.
        if self._client is not None and len(first) > 1:
            try:
                window.run(self._client)
            except (ConnectionLostError, NoWorkersError):
                self._announce(events.ClusterNoted(text=_HERE))
                self._disconnect()
        window.finish_here()

    def _connect(
        self, context: JobContext, last_record: RunRecord | None, images: Iterable[str | None]
    ) -> Client:
        """Return the client of the cluster, which is started or waited for if it isn't there."""
        if self._client is not None:
            return self._client
        required = WorkerRequirements(
            output=context.output,
            probe=f"{STATE}/probe/{context.run_id}",
            pictures=context.pictures,
            picture=first_readable(context.pictures, images),
            face=context.settings.face,
        )
        last_peak = None if last_record is None else last_record.peak_worker_bytes
        with self._signals.interrupting(), connection_losses():
            client = self._cluster.enter_context(open_cluster(self._config.cluster))
            notes = self._cluster.enter_context(
                ready_workers(client, required, self._config.run.portrait_memory, last_peak)
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

    def _disconnect(self) -> None:
        self._client = None
        self._cluster.close()

    def _must_stop(self) -> bool:
        self._lock.check()
        return self._signals.stopping


class _MapTasks:
    """One function and many tasks; see :class:`hairpipe.run.window.Tasks`."""

    def __init__(
        self,
        function: Callable[[Any], Any],
        tasks: Iterable[Any],
        take: Callable[[int, Any], None],
        lock: OutputLock,
    ) -> None:
        self._function = function
        self._tasks = tasks
        self._take = take
        self._lock = lock
        self._losses: dict[str, int] = {}

    def attempts(self) -> Iterator[Attempt]:
        for number, task in enumerate(self._tasks):
            yield Attempt(str(number), self._function, (task,))

    def finished(self, attempt: Attempt, result: Any) -> Sequence[Attempt]:
        self._take(int(attempt.key), result)
        return ()

    def lost(self, attempt: Attempt, worker: str) -> Sequence[Attempt]:
        losses = self._losses[attempt.key] = self._losses.get(attempt.key, 0) + 1
        if after_lost_merge(losses) is NextStep.GIVE_UP:
            raise ClusterError(workers_die(worker))
        return (attempt,)

    def backup(self, attempt: Attempt, seconds: float, unfinished: int, workers: int) -> Attempt | None:
        return None

    def stopping(self) -> bool:
        # A stop interrupts the plan, and comes after the publish, which would only be made once more.
        self._lock.check()
        return False


_HERE = (
    "the Dask workers are lost; what is left of their part of the plan or the publish is done by this process"
)
