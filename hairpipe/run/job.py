"""The job: plan, fan out, publish, record; and the same again after the next scrape."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from hairpipe.cluster.slurm import join_allocation
from hairpipe.config import Config
from hairpipe.errors import EXIT_OK, DamagedScrapeError, VerifyError
from hairpipe.plan.losses import NOTHING_ALLOWED, Allowed
from hairpipe.plan.prepare import RunContext, prepare
from hairpipe.plan.tasks import TASK_FILES, write_tasks
from hairpipe.run.changes import write_changes
from hairpipe.run.executor import Executor
from hairpipe.run.policy import exit_code
from hairpipe.run.progress import status_words
from hairpipe.run.run_log import RunLog, outcome_of
from hairpipe.run.signals import StopRequested, StopSignals, exit_code_of
from hairpipe.run.worker.image import process_image
from hairpipe.run.worker.in_flight import clear_all
from hairpipe.run.worker.process_batch import Process
from hairpipe.storage.folder import Folder
from hairpipe.store.check.presence import misplaced_files, put_back, told
from hairpipe.store.lock import OutputLock
from hairpipe.store.log import events
from hairpipe.store.log.run_id import new_run_id
from hairpipe.store.publish.gc import collect_garbage, kept_for_damage
from hairpipe.store.publish.merge import Changes
from hairpipe.store.publish.publish import publish, publish_labels, recover
from hairpipe.store.staging.batches import STAGING, discard_staged
from hairpipe.store.store import Store


@dataclass(frozen=True)
class RunSummary:
    """What a run did, for whoever started it; `kept` is as in `RunRecord`."""

    run_id: str
    output: str
    exit_code: int
    counts: Mapping[str, int]
    rejects: Mapping[str, int]
    statuses: Mapping[str, int]
    seconds: float
    version: int | None
    kept: Mapping[str, int] = field(default_factory=dict)


def run_job(
    config: Config,
    observers: Iterable[events.Observer] = (),
    allowed: Allowed = NOTHING_ALLOWED,
    process: Process = process_image,
) -> RunSummary:
    """Extract what is new, changed or stale, publish it and leave a record.

    Parameters
    ----------
    observers : iterable of callable
        Hear every event of the run.
    allowed : Allowed, optional
        What a person has said that this run may do.
    process : callable, optional
        Looks at a picture on a worker.

    Returns
    -------
    RunSummary
        Its exit code says how the run ended.

    Raises
    ------
    HairpipeError
        What stopped the run before it could finish; the published tables are whole.
    """
    folder = Folder(config.output)
    folder.refuse_file()
    run_id = new_run_id()
    tell = events.Announcer(*observers)
    with (
        join_allocation(config.cluster),
        OutputLock(folder, run_id, notice=lambda text: tell(events.PlanNoted(text=text))) as lock,
        StopSignals() as signals,
    ):
        return _Run(config, run_id, lock, signals, tell, allowed, process).go()


class _Run:
    """One execution of the job, under the lock."""

    def __init__(
        self,
        config: Config,
        run_id: str,
        lock: OutputLock,
        signals: StopSignals,
        tell: events.Observer,
        allowed: Allowed,
        process: Process,
    ) -> None:
        self._config = config
        self._process = process
        self._allowed = allowed
        self._folder = Folder(config.output)
        self._run_id = run_id
        self._lock = lock
        self._signals = signals
        self._log = RunLog(config, run_id, tell)
        self._announce = events.Announcer(tell, self._log)

    def go(self) -> RunSummary:
        """Plan, extract, publish; whatever comes of it is recorded."""
        try:
            return self._go()
        except BaseException as error:
            self._log.close_failed(error)
            raise

    def _go(self) -> RunSummary:
        config = self._config.model_dump(mode="json")
        self._announce(events.RunStarted(run_id=self._run_id, output=self._config.output, config=config))
        with Executor(self._config, self._lock, self._signals, self._announce, self._process) as executor:
            self._log.executor = executor
            try:
                prepared, changes = self._planned(executor)
            except StopRequested:
                return self._stopped(self._signals.received or signal.SIGTERM)
            plan = prepared.plan
            self._announce(
                events.RunPlanned(
                    counts=plan.counts,
                    rejects=plan.rejects,
                    notes=plan.notes,
                    portraits=plan.portraits,
                    resumed=prepared.resumed.portraits,
                )
            )
            for note in prepared.notes:
                self._announce(events.PlanNoted(text=note))
            if plan.is_empty:
                self._publish_labels(prepared.store)
                return self._summary(EXIT_OK)
            self._log.begin()
            for reject in plan.reported_rejects:
                self._announce(
                    events.LineRejected(reason=str(reject.reason), place=reject.place, detail=reject.detail)
                )
            with self._log.timed("extract"), suppress(StopRequested):
                if prepared.tasks:
                    executor.extract(prepared)
            if self._signals.received is not None:
                return self._stopped(self._signals.received)
            published = self._publish(prepared, changes, executor)
        return self._finish(published)

    def _planned(self, executor: Executor) -> tuple[RunContext, Changes]:
        with self._log.timed("plan"):
            store = recover(self._folder, self._lock)
            # Of a run that was interrupted.
            self._folder.delete_tree(TASK_FILES)
            self._put_back_files(store)
            with self._signals.interrupting():
                prepared = prepare(self._config, store, self._run_id, self._allowed, executor.digest_pictures)
            self._log.prepared = prepared
            # What the rest of the run needs of it is in files by then.
            with prepared.plan.database:
                if prepared.complaints:
                    raise DamagedScrapeError(f"{'; '.join(prepared.complaints)}; nothing was done")
                discard_staged(self._folder, prepared.resumed.outdated)
                with self._signals.interrupting():
                    tasks = write_tasks(prepared.plan.task_rows(), self._folder, self._run_id)
                    changes = write_changes(
                        prepared,
                        keeps_removed=self._config.run.removed == "keep",
                        replaces_good=self._allowed.failures,
                    )
        return replace(prepared, tasks=tasks), changes

    def _put_back_files(self, store: Store) -> None:
        files = misplaced_files(store)
        put_back(store, self._lock, files)
        for note in told(store, files, "put back from the copies that are kept"):
            self._announce(events.PlanNoted(text=note))

    def _publish_labels(self, store: Store) -> None:
        published = publish_labels(store, self._lock)
        if published.version != store.version:
            self._log.version = published.version
            text = f"what people said in `hairpipe review` is in the tables, version {published.version}"
            self._announce(events.PlanNoted(text=text))

    def _stopped(self, received: signal.Signals) -> RunSummary:
        """What is staged waits for the next run; the published tables stay as they are."""
        self._announce(events.RunStopped(signal=received.name, finished=self._log.statuses.total()))
        code = exit_code_of(received)
        self._log.close(code, f"stopped by {received.name}")
        return self._summary(code)

    def _publish(self, prepared: RunContext, changes: Changes, executor: Executor) -> Store:
        statuses = self._log.statuses
        plan = prepared.plan
        batch_ids = (*prepared.resumed.batch_ids, *executor.stats.batch_ids)
        if plan.portraits != statuses.total():
            raise VerifyError(
                f"{plan.portraits} portraits were planned, and {statuses.total()} reported as done "
                f"({status_words(statuses)}); nothing was published: run the same command again"
            )
        began = time.perf_counter()
        with self._log.timed("publish"):
            changes = replace(changes, batches=batch_ids)
            # Counted in the files: what workers reported may be more than what they left.
            published = publish(prepared.store, self._lock, changes, executor.map, staged=plan.portraits)
        manifest = published.manifest
        self._log.version, self._log.kept = published.version, published.kept_results()
        self._announce(
            events.Published(
                version=published.version,
                buckets=0 if manifest is None else manifest.buckets,
                seconds=time.perf_counter() - began,
            )
        )
        return published

    def _finish(self, published: Store) -> RunSummary:
        statuses = self._log.statuses
        code = exit_code(statuses, self._config.run.max_failed_share)
        self._announce(events.RunFinished(exit_code=code, statuses=dict(statuses), seconds=self._log.seconds))
        self._log.close(code, outcome_of(code))
        garbage = collect_garbage(published, self._lock, self._config.run.keep_versions)
        for text in kept_for_damage(garbage):
            self._announce(events.PlanNoted(text=text))
        clear_all(self._folder)
        # All that was planned is published; what a slow copy of a batch staged too late is left.
        self._folder.delete_tree(STAGING)
        self._folder.delete_tree(TASK_FILES)
        return self._summary(code)

    def _summary(self, code: int) -> RunSummary:
        plan = None if self._log.prepared is None else self._log.prepared.plan
        return RunSummary(
            run_id=self._run_id,
            output=self._config.output,
            exit_code=code,
            counts={} if plan is None else plan.counts,
            rejects={} if plan is None else plan.rejects,
            statuses=dict(self._log.statuses),
            seconds=self._log.seconds,
            version=self._log.version,
            kept=self._log.kept,
        )
