"""The job: plan, fan out, publish, record; and the same again after the next scrape."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hairpipe.config import Config
from hairpipe.errors import EXIT_OK, DamagedScrapeError, VerifyError
from hairpipe.folder import Folder
from hairpipe.run import events
from hairpipe.run.changes import changes_of
from hairpipe.run.crumbs import sweep_all
from hairpipe.run.fan_out import FanOut
from hairpipe.run.losses import NOTHING_ALLOWED, Allowed
from hairpipe.run.memory import peak_bytes
from hairpipe.run.policy import exit_code
from hairpipe.run.prepare import Prepared, prepare
from hairpipe.run.progress import status_words
from hairpipe.run.record import RunRecord, new_run_id, save_record
from hairpipe.run.resume import staged_statuses
from hairpipe.run.signals import StopRequested, StopSignals, exit_code_of
from hairpipe.run.slurm import join_allocation
from hairpipe.store.gc import collect_garbage
from hairpipe.store.lock import OutputLock
from hairpipe.store.presence import misplaced_files, put_back, told
from hairpipe.store.publish import publish, recover
from hairpipe.store.runs import append_run
from hairpipe.store.staging import STAGING, discard_staged, read_staged
from hairpipe.store.store import Store


@dataclass(frozen=True)
class RunSummary:
    """What a run did, for whoever started it; `kept` is as in :class:`hairpipe.run.record.RunRecord`."""

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
    config: Config, observers: Iterable[events.Observer] = (), allowed: Allowed = NOTHING_ALLOWED
) -> RunSummary:
    """Extract what is new, changed or stale, publish it and leave a record.

    Parameters
    ----------
    config : Config
    observers : iterable of callable
        Hear every event of the run.
    allowed : Allowed, optional
        What a person has said that this run may do.

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
    run_id = new_run_id()
    with (
        join_allocation(config.cluster),
        OutputLock(folder, run_id) as lock,
        StopSignals() as signals,
    ):
        return _Run(config, run_id, lock, signals, observers, allowed).go()


class _Run:
    """One execution of the job, under the lock."""

    def __init__(
        self,
        config: Config,
        run_id: str,
        lock: OutputLock,
        signals: StopSignals,
        observers: Iterable[events.Observer],
        allowed: Allowed,
    ) -> None:
        self._config = config
        self._allowed = allowed
        self._folder = Folder(config.output)
        self._run_id = run_id
        self._lock = lock
        self._signals = signals
        self._event_file = events.EventFile(self._folder, run_id)
        self._announce = events.Announcer(*observers, self._event_file)
        self._started = time.time()
        self._seconds: dict[str, float] = {}
        self._kept: Mapping[str, int] = {}

    def go(self) -> RunSummary:
        """Plan, extract, publish."""
        self._announce(events.RunStarted(run_id=self._run_id, output=self._config.output))
        try:
            prepared = self._planned()
        except StopRequested:
            return self._stopped_planning()
        plan = prepared.plan
        work = FanOut(self._config, prepared, self._lock, self._signals, self._announce)
        self._announce(
            events.RunPlanned(
                counts=plan.counts,
                rejects=plan.rejects,
                notes=plan.notes,
                portraits=plan.portraits,
                resumed=len(prepared.resumed.portrait_ids),
            )
        )
        for note in prepared.notes:
            self._announce(events.PlanNoted(text=note))
        if plan.is_empty:
            return self._summary(prepared, work, None, EXIT_OK)
        self._event_file.begin()
        for reject in plan.reported_rejects:
            self._announce(
                events.LineRejected(reason=str(reject.reason), place=reject.place, detail=reject.detail)
            )
        with self._timed("extract"), suppress(StopRequested):
            if prepared.works:
                work.run()
        if self._signals.received is not None:
            return self._stopped(prepared, work, self._signals.received)
        return self._publish(prepared, work)

    def _planned(self) -> Prepared:
        with self._timed("plan"):
            store = recover(self._folder, self._lock)
            self._put_back_files(store)
            with self._signals.interrupting():
                prepared = prepare(self._config, store, self._run_id, self._allowed)
            if prepared.complaints:
                raise DamagedScrapeError(f"{'; '.join(prepared.complaints)}; nothing was done")
            discard_staged(self._folder, prepared.resumed.outdated)
        return prepared

    def _put_back_files(self, store: Store) -> None:
        files = misplaced_files(store)
        put_back(store, self._lock, files)
        for note in told(store, files, "put back from the copies that are kept"):
            self._announce(events.PlanNoted(text=note))

    def _stopped_planning(self) -> RunSummary:
        """There is nothing to record yet, and what earlier runs have staged stays where it is."""
        received = self._signals.received or signal.SIGTERM
        self._announce(events.RunStopped(signal=received.name, finished=0))
        seconds = time.time() - self._started
        return RunSummary(
            self._run_id, self._config.output, exit_code_of(received), {}, {}, {}, seconds, version=None
        )

    def _stopped(self, prepared: Prepared, work: FanOut, received: signal.Signals) -> RunSummary:
        """What is staged waits for the next run; the published tables stay as they are."""
        finished = work.tally.portraits + len(prepared.resumed.portrait_ids)
        self._announce(events.RunStopped(signal=received.name, finished=finished))
        summary = self._summary(prepared, work, None, exit_code_of(received))
        self._record(prepared, work, summary)
        return summary

    def _publish(self, prepared: Prepared, work: FanOut) -> RunSummary:
        statuses = _statuses(prepared, work)
        plan = prepared.plan
        unit_ids = (*prepared.resumed.unit_ids, *work.unit_ids)
        # Counted in the files: what workers reported may be more than what they left.
        found = staged_statuses(read_staged(self._folder, prepared.context.carry), unit_ids)
        if not plan.portraits == found.total() == statuses.total():
            raise VerifyError(
                f"{plan.portraits} portraits were planned and {statuses.total()} reported as done, but the "
                f"staged files hold {found.total()} ({status_words(found)}); nothing was published: run "
                "the same command again"
            )
        with self._timed("publish"):
            changes = changes_of(
                prepared,
                unit_ids,
                keeps_removed=self._config.run.removed == "keep",
                replaces_good=self._allowed.failures,
            )
            published = publish(prepared.store, self._lock, changes)
        manifest, self._kept = published.manifest, published.kept_results()
        self._announce(
            events.Published(
                version=published.version,
                buckets=0 if manifest is None else manifest.buckets,
                seconds=self._seconds["publish"],
            )
        )
        code = exit_code(statuses, self._config.run.max_failed_share)
        summary = self._summary(prepared, work, published.version, code)
        self._announce(events.RunFinished(exit_code=code, statuses=dict(statuses), seconds=summary.seconds))
        self._record(prepared, work, summary)
        collect_garbage(published, self._lock, self._config.run.keep_versions)
        sweep_all(self._folder)
        # All that was planned is published; what a slow copy of a unit staged too late is left.
        self._folder.delete_tree(STAGING)
        return summary

    def _summary(self, prepared: Prepared, work: FanOut, version: int | None, code: int) -> RunSummary:
        return RunSummary(
            run_id=self._run_id,
            output=self._config.output,
            exit_code=code,
            counts=prepared.plan.counts,
            rejects=prepared.plan.rejects,
            statuses=dict(_statuses(prepared, work)),
            seconds=time.time() - self._started,
            version=version,
            kept=self._kept,
        )

    def _record(self, prepared: Prepared, work: FanOut, summary: RunSummary) -> None:
        plan = prepared.plan
        record = RunRecord(
            run_id=self._run_id,
            source=self._config.source.name,
            started_at=datetime.fromtimestamp(self._started, UTC).isoformat(),
            ended_at=datetime.now(UTC).isoformat(),
            config=self._config.model_dump(mode="json"),
            fingerprint=prepared.context.fingerprint,
            face_fingerprint=prepared.context.face_fingerprint,
            counts=plan.counts,
            retried=plan.retried,
            rejects=plan.rejects,
            notes=plan.notes,
            planned=plan.portraits,
            resumed=len(prepared.resumed.portrait_ids),
            picture_bytes=plan.picture_bytes,
            statuses=summary.statuses,
            kept=summary.kept,
            seconds={**self._seconds, "total": summary.seconds},
            stage_seconds=dict(work.tally.stage_seconds),
            workers=work.workers,
            threads=work.threads,
            peak_worker_bytes=work.tally.peak_worker_bytes,
            peak_driver_bytes=peak_bytes(),
            version=summary.version,
            exit_code=summary.exit_code,
        )
        save_record(self._folder, record)
        append_run(self._folder, record.table_row())

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self._seconds[part] = time.perf_counter() - started


def _statuses(prepared: Prepared, work: FanOut) -> Counter[str]:
    return work.tally.statuses + prepared.resumed.statuses
