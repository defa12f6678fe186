"""The work of a plan on the configured cluster, whatever becomes of the cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from hairpipe.cluster.connection import has_dashboard, open_cluster, worker_threads
from hairpipe.cluster.preflight import ready_workers
from hairpipe.config import Config
from hairpipe.plan.plan import iter_portraits
from hairpipe.plan.prepare import RunContext
from hairpipe.run.dispatch import ConnectionLostError, Dispatcher, Lost, connection_losses
from hairpipe.run.policy import QUARANTINED, batch_size, wants_reconnection
from hairpipe.run.run_stats import RunStats
from hairpipe.run.signals import StopSignals
from hairpipe.run.work import Batch, BatchReport
from hairpipe.store.lock import OutputLock
from hairpipe.store.log import events


class FanOut:
    """Spreads a plan's works over the workers, in batches, and tells of what becomes of them.

    Parameters
    ----------
    config : Config
    prepared : RunContext
    lock : OutputLock
        Of the output; a run that has lost it stops.
    signals : StopSignals
    announce : callable
        Hears every event.

    Attributes
    ----------
    tally : RunStats
        Of the batches that are finished so far.
    batch_ids : list of str
        Their ids.
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
    ) -> None:
        self._config = config
        self._prepared = prepared
        self._lock = lock
        self._signals = signals
        self._announce = announce
        self.tally = RunStats()
        self.batch_ids: list[str] = []
        self.workers = 0
        self.threads: Mapping[str, Mapping[str, int]] = {}

    def run(self) -> None:
        """Do the plan's work; where the cluster is lost, wait for it, or start another, and go on.

        Raises
        ------
        StopRequested
            If a stop signal came before the workers were ready; a later one ends the run quietly.
        LockedError
            If another run has taken the output.
        HairpipeError
            If the cluster can't do the work.
        """
        dispatcher = Dispatcher(
            self._prepared.context,
            finished=self._batch_finished,
            lost=self._batch_lost,
            stopping=self._must_stop,
            wait_seconds=self._config.cluster.wait_seconds,
        )
        losses = finished = 0
        while True:
            try:
                return self._run_on_cluster(dispatcher)
            except ConnectionLostError:
                losses = losses + 1 if len(self.batch_ids) == finished else 1
                finished = len(self.batch_ids)
                if not wants_reconnection(losses):
                    raise
                self._announce(events.ConnectionLost(wait_seconds=self._config.cluster.wait_seconds))

    def _run_on_cluster(self, dispatcher: Dispatcher) -> None:
        last = self._prepared.last_record
        last_peak = None if last is None else last.peak_worker_bytes
        with ExitStack() as stack:
            with self._signals.interrupting(), connection_losses():
                client = stack.enter_context(open_cluster(self._config.cluster))
                notes = stack.enter_context(
                    ready_workers(client, self._prepared.context, self._prepared.works, last_peak)
                )
                threads = worker_threads(client)
            for note in notes:
                self._announce(events.ClusterNoted(text=note))
            if not self.workers:
                self.workers = len(threads)
                dispatcher.add(self._batches())
            self.threads = threads
            dashboard = client.dashboard_link if has_dashboard() else None
            self._announce(events.WorkersReady(workers=len(threads), threads=threads, dashboard=dashboard))
            if not dispatcher.run(client):
                dispatcher.abandon(client, self._config.run.grace_seconds)

    def _must_stop(self) -> bool:
        self._lock.check()
        return self._signals.stopping

    def _batches(self) -> Iterator[Batch]:
        """Yield the work in batches, each as large as suits what the run has learnt by then."""
        settings, works, context = self._config.run, self._prepared.works, self._prepared.context
        last = self._prepared.last_record
        before = None if last is None else last.seconds_per_portrait
        given = 0
        while given < len(works):
            size = settings.batch_size or batch_size(
                left=len(works) - given,
                given=given,
                workers=self.workers,
                seconds_per_portrait=self.tally.seconds_per_portrait or before,
                batch_seconds=settings.batch_seconds,
            )
            yield Batch(works[given : given + size], f"{context.source_name}\0{context.fingerprint}")
            given += size

    def _batch_finished(self, batch: Batch, report: BatchReport) -> None:
        self.tally.add(report)
        self.batch_ids.append(report.batch_id)
        self._announce(
            events.BatchFinished(
                batch_id=report.batch_id,
                worker=report.worker,
                portraits=sum(report.statuses.values()),
                statuses=dict(report.statuses),
                seconds=report.seconds,
                stage_seconds=dict(report.stage_seconds),
                peak_bytes=report.peak_bytes,
            )
        )
        if len(batch.works) > 1:
            return
        for status in QUARANTINED & {*report.statuses}:
            for portrait in iter_portraits(batch.works):
                self._announce(
                    events.PortraitQuarantined(
                        portrait_id=portrait.portrait_id,
                        image=portrait.image,
                        status=status,
                        detail="killed the process that looked at it, among others and alone",
                    )
                )

    def _batch_lost(self, lost: Lost) -> None:
        self._announce(
            events.BatchLost(batch_id=lost.batch.batch_id, reason=lost.reason, next_step=str(lost.next_step))
        )
