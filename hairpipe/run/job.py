"""The job: plan, fan out, publish, record; and the same again after the next scrape."""

from __future__ import annotations

import resource
import secrets
import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.config import Config, face_fingerprint, fingerprint
from hairpipe.errors import EXIT_OK, VerifyError
from hairpipe.extract.detectors import FACE_VERSION
from hairpipe.extract.extract import algorithm_version
from hairpipe.extract.result import Box, Face
from hairpipe.folder import Folder
from hairpipe.quality.model import load_user_quality
from hairpipe.run import events
from hairpipe.run.cluster import has_dashboard, open_cluster, worker_threads
from hairpipe.run.crumbs import sweep_all
from hairpipe.run.dispatch import ConnectionLostError, Dispatcher, Lost, connection_losses
from hairpipe.run.plan import Inventory, Plan, PlanLimits, iter_portraits, make_plan
from hairpipe.run.policy import QUARANTINED, exit_code, unit_size, wants_reconnection
from hairpipe.run.preflight import ready_workers
from hairpipe.run.progress import status_words
from hairpipe.run.record import RunRecord, read_record, save_record, seconds_per_portrait
from hairpipe.run.resume import Resumed, left_to_do, staged_statuses, take_staged
from hairpipe.run.rows import refreshed_row
from hairpipe.run.signals import StopRequested, StopSignals, exit_code_of
from hairpipe.run.slurm import join_allocation
from hairpipe.run.work import JobContext, Unit, UnitReport, Work
from hairpipe.source.open import open_source
from hairpipe.store.build import Changes
from hairpipe.store.gc import collect_garbage
from hairpipe.store.lock import OutputLock
from hairpipe.store.publish import publish, recover
from hairpipe.store.runs import append_run
from hairpipe.store.schema import TableName, refresh_schema
from hairpipe.store.staging import STAGING, discard_staged, read_staged
from hairpipe.store.store import Store, open_store

FACE_COLUMNS = ("face_x", "face_y", "face_w", "face_h")


@dataclass(frozen=True)
class Outlook:
    """What a run would do and what it would take.

    Attributes
    ----------
    counts, retried, rejects, notes : mapping of str to int
        See :class:`hairpipe.run.plan.Plan`.
    portraits : int
        Rows that would be extracted anew.
    resumed : int
        Of these, finished by an earlier, interrupted run.
    pictures : int
        Different pictures among them.
    picture_bytes : int
    seconds : float or None
        Worker time by the last run's rate; None where there was none.
    """

    counts: Mapping[str, int]
    retried: Mapping[str, int]
    rejects: Mapping[str, int]
    notes: Mapping[str, int]
    portraits: int
    resumed: int
    pictures: int
    picture_bytes: int
    seconds: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the outlook as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class RunSummary:
    """What a run did, for whoever started it."""

    run_id: str
    output: str
    exit_code: int
    counts: Mapping[str, int]
    rejects: Mapping[str, int]
    statuses: Mapping[str, int]
    seconds: float
    version: int | None


@dataclass
class _Tally:
    """What the units of a run add up to."""

    statuses: Counter[str] = field(default_factory=Counter)
    stage_seconds: Counter[str] = field(default_factory=Counter)
    peak_worker_bytes: int = 0
    portraits: int = 0

    def add(self, report: UnitReport) -> None:
        self.statuses.update(report.statuses)
        self.stage_seconds.update(report.stage_seconds)
        self.peak_worker_bytes = max(self.peak_worker_bytes, report.peak_bytes)
        self.portraits += sum(report.statuses.values())

    @property
    def seconds_per_portrait(self) -> float | None:
        """Worker time a portrait has taken in this run so far."""
        return sum(self.stage_seconds.values()) / self.portraits if self.portraits else None


@dataclass(frozen=True)
class _Prepared:
    """A plan made against one version of the tables, and what is left of it to do."""

    store: Store
    plan: Plan
    resumed: Resumed
    works: tuple[Work, ...]
    context: JobContext
    last_record: Mapping[str, Any] | None


def plan_job(config: Config) -> Outlook:
    """Say what a run would do; nothing is written.

    Parameters
    ----------
    config : Config
    """
    prepared = _prepare(config, open_store(Folder(config.output)), new_run_id())
    plan = prepared.plan
    rate = seconds_per_portrait(prepared.last_record)
    return Outlook(
        counts=plan.counts,
        retried=plan.retried,
        rejects=plan.rejects,
        notes=plan.notes,
        portraits=plan.portraits,
        resumed=len(prepared.resumed.portrait_ids),
        pictures=len(plan.works),
        picture_bytes=plan.picture_bytes,
        seconds=None if rate is None else rate * sum(len(work.portraits) for work in prepared.works),
    )


def run_job(config: Config, observers: Iterable[events.Observer] = ()) -> RunSummary:
    """Extract what is new, changed or stale, publish it and leave a record.

    Parameters
    ----------
    config : Config
    observers : iterable of callable
        Hear every event of the run.

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
        return _Run(config, run_id, lock, signals, observers).go()


class _Run:
    """One execution of the job, under the lock."""

    def __init__(
        self,
        config: Config,
        run_id: str,
        lock: OutputLock,
        signals: StopSignals,
        observers: Iterable[events.Observer],
    ) -> None:
        self._config = config
        self._folder = Folder(config.output)
        self._run_id = run_id
        self._lock = lock
        self._signals = signals
        self._event_file = events.EventFile(self._folder, run_id)
        self._announce = events.Announcer(*observers, self._event_file)
        self._started = time.time()
        self._seconds: dict[str, float] = {}
        self._tally = _Tally()
        self._unit_ids: list[str] = []
        self._workers = 0
        self._threads: Mapping[str, Mapping[str, int]] = {}

    def go(self) -> RunSummary:
        """Plan, extract, publish."""
        self._announce(events.RunStarted(run_id=self._run_id, output=self._config.output))
        try:
            prepared = self._planned()
        except StopRequested:
            return self._stopped_planning()
        plan = prepared.plan
        self._announce(
            events.RunPlanned(
                counts=plan.counts,
                rejects=plan.rejects,
                notes=plan.notes,
                portraits=plan.portraits,
                resumed=len(prepared.resumed.portrait_ids),
            )
        )
        if plan.is_empty:
            return self._summary(prepared, None, EXIT_OK)
        self._event_file.begin()
        for reject in plan.reported_rejects:
            self._announce(
                events.LineRejected(reason=str(reject.reason), place=reject.place, detail=reject.detail)
            )
        with self._timed("extract"), suppress(StopRequested):
            if prepared.works:
                self._extract(prepared)
        if self._signals.received is not None:
            return self._stopped(prepared, self._signals.received)
        return self._publish(prepared)

    def _planned(self) -> _Prepared:
        with self._timed("plan"):
            store = recover(self._folder, self._lock)
            with self._signals.interrupting():
                prepared = _prepare(self._config, store, self._run_id)
            discard_staged(self._folder, prepared.resumed.outdated)
        return prepared

    def _extract(self, prepared: _Prepared) -> None:
        """Do the plan's work; where the cluster is lost, wait for it, or start another, and go on."""
        dispatcher = Dispatcher(
            prepared.context,
            finished=self._unit_finished,
            lost=self._unit_lost,
            stopping=lambda: self._signals.stopping,
            wait_seconds=self._config.cluster.wait_seconds,
        )
        losses = finished = 0
        while True:
            try:
                return self._extract_on_cluster(prepared, dispatcher)
            except ConnectionLostError:
                losses = losses + 1 if len(self._unit_ids) == finished else 1
                finished = len(self._unit_ids)
                if not wants_reconnection(losses):
                    raise
                self._announce(events.ConnectionLost(wait_seconds=self._config.cluster.wait_seconds))

    def _extract_on_cluster(self, prepared: _Prepared, dispatcher: Dispatcher) -> None:
        last_peak = (prepared.last_record or {}).get("peak_worker_bytes")
        with ExitStack() as stack:
            with self._signals.interrupting(), connection_losses():
                client = stack.enter_context(open_cluster(self._config.cluster))
                notes = stack.enter_context(
                    ready_workers(client, prepared.context, prepared.works, last_peak)
                )
                threads = worker_threads(client)
            for note in notes:
                self._announce(events.ClusterNoted(text=note))
            if not self._workers:
                self._workers = len(threads)
                dispatcher.add(self._units(prepared))
            self._threads = threads
            dashboard = client.dashboard_link if has_dashboard() else None
            self._announce(events.WorkersReady(workers=len(threads), threads=threads, dashboard=dashboard))
            if not dispatcher.run(client):
                dispatcher.abandon(client, self._config.run.grace_seconds)

    def _units(self, prepared: _Prepared) -> Iterator[Unit]:
        """Yield the work in units, each as large as suits what the run has learnt by then."""
        settings, works = self._config.run, prepared.works
        before = seconds_per_portrait(prepared.last_record)
        given = 0
        while given < len(works):
            size = settings.unit_size or unit_size(
                left=len(works) - given,
                given=given,
                workers=self._workers,
                seconds_per_portrait=self._tally.seconds_per_portrait or before,
                unit_seconds=settings.unit_seconds,
            )
            yield Unit(works[given : given + size], prepared.context.fingerprint)
            given += size

    def _unit_finished(self, unit: Unit, report: UnitReport) -> None:
        self._tally.add(report)
        self._unit_ids.append(report.unit_id)
        self._announce(
            events.UnitFinished(
                unit_id=report.unit_id,
                worker=report.worker,
                portraits=sum(report.statuses.values()),
                statuses=dict(report.statuses),
                seconds=report.seconds,
                stage_seconds=dict(report.stage_seconds),
                peak_bytes=report.peak_bytes,
            )
        )
        if len(unit.works) > 1:
            return
        for status in QUARANTINED & {*report.statuses}:
            for portrait in iter_portraits(unit.works):
                self._announce(
                    events.PortraitQuarantined(
                        portrait_id=portrait.portrait_id,
                        image=portrait.image,
                        status=status,
                        detail="killed the process that looked at it, among others and alone",
                    )
                )

    def _unit_lost(self, lost: Lost) -> None:
        self._announce(
            events.UnitLost(unit_id=lost.unit.unit_id, reason=lost.reason, next_step=str(lost.next_step))
        )

    def _stopped_planning(self) -> RunSummary:
        """There is nothing to record yet, and what earlier runs have staged stays where it is."""
        received = self._signals.received or signal.SIGTERM
        self._announce(events.RunStopped(signal=received.name, finished=0))
        seconds = time.time() - self._started
        return RunSummary(
            self._run_id, self._config.output, exit_code_of(received), {}, {}, {}, seconds, version=None
        )

    def _stopped(self, prepared: _Prepared, received: signal.Signals) -> RunSummary:
        """What is staged waits for the next run; the published tables stay as they are."""
        finished = self._tally.portraits + len(prepared.resumed.portrait_ids)
        self._announce(events.RunStopped(signal=received.name, finished=finished))
        summary = self._summary(prepared, None, exit_code_of(received))
        self._record(prepared, summary)
        return summary

    def _publish(self, prepared: _Prepared) -> RunSummary:
        statuses = self._statuses(prepared)
        plan = prepared.plan
        unit_ids = (*prepared.resumed.unit_ids, *self._unit_ids)
        # Counted in the files: what workers reported may be more than what they left.
        found = staged_statuses(read_staged(self._folder, prepared.context.carry), unit_ids)
        if not plan.portraits == found.total() == statuses.total():
            raise VerifyError(
                f"{plan.portraits} portraits were planned and {statuses.total()} reported as done, but the "
                f"staged files hold {found.total()} ({status_words(found)}); nothing was published: run "
                "the same command again"
            )
        with self._timed("publish"):
            published = publish(prepared.store, self._lock, _changes(self._config, prepared, unit_ids))
        manifest = published.manifest
        self._announce(
            events.Published(
                version=published.version,
                buckets=0 if manifest is None else manifest.buckets,
                seconds=self._seconds["publish"],
            )
        )
        code = exit_code(statuses, self._config.run.max_failed_share)
        summary = self._summary(prepared, published.version, code)
        self._announce(events.RunFinished(exit_code=code, statuses=dict(statuses), seconds=summary.seconds))
        self._record(prepared, summary)
        collect_garbage(published, self._lock, self._config.run.keep_versions)
        sweep_all(self._folder)
        # All that was planned is published; what a slow copy of a unit staged too late is left.
        self._folder.delete_tree(STAGING)
        return summary

    def _statuses(self, prepared: _Prepared) -> Counter[str]:
        return self._tally.statuses + prepared.resumed.statuses

    def _summary(self, prepared: _Prepared, version: int | None, code: int) -> RunSummary:
        return RunSummary(
            run_id=self._run_id,
            output=self._config.output,
            exit_code=code,
            counts=prepared.plan.counts,
            rejects=prepared.plan.rejects,
            statuses=dict(self._statuses(prepared)),
            seconds=time.time() - self._started,
            version=version,
        )

    def _record(self, prepared: _Prepared, summary: RunSummary) -> None:
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
            seconds={**self._seconds, "total": summary.seconds},
            stage_seconds=dict(self._tally.stage_seconds),
            workers=self._workers,
            threads=self._threads,
            peak_worker_bytes=self._tally.peak_worker_bytes,
            peak_driver_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
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


def new_run_id() -> str:
    """Return an id that sorts by time and is unique: ``20260131T235959Z-1a2b3c``."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def _prepare(config: Config, store: Store, run_id: str) -> _Prepared:
    settings = config.settings
    source = open_source(config.source)
    pictures = source.pictures()
    rate = load_user_quality(store.folder)
    algorithm = algorithm_version(settings) + ("" if rate is None else f".quality-{rate.digest}")
    context = JobContext(
        run_id=run_id,
        output=config.output,
        source_name=config.source.name,
        carry=dict(config.source.carry),
        pictures=pictures,
        settings=settings,
        fingerprint=fingerprint(settings, algorithm),
        face_fingerprint=face_fingerprint(settings, FACE_VERSION),
        portrait_timeout=config.run.portrait_timeout,
        portrait_memory=config.run.portrait_memory,
        rate=rate,
    )
    plan = make_plan(
        source.portraits(),
        Inventory(store.read(TableName.INVENTORY)),
        pictures,
        config.source.name,
        PlanLimits(
            fingerprint=context.fingerprint,
            max_attempts=config.run.max_attempts,
            placeholder_profiles=config.run.placeholder_profiles,
            drops_removed=config.run.removed == "drop",
        ),
        known_faces=lambda ids: _known_faces(store, ids, context.face_fingerprint),
    )
    staged = read_staged(store.folder, context.carry)
    resumed = take_staged(plan, staged, config.source.name, context.fingerprint)
    return _Prepared(
        store=store,
        plan=plan,
        resumed=resumed,
        works=left_to_do(plan.works, resumed),
        context=context,
        last_record=None if store.manifest is None else read_record(store.folder, store.manifest.run_id),
    )


def _known_faces(store: Store, ids: list[str], fingerprint: str) -> dict[str, tuple[Face, str]]:
    """Return the faces that earlier runs found with the same detector settings, and in which picture."""
    same = store.rows_of(TableName.INVENTORY, ids, ["portrait_id", "face_fingerprint"])
    same = same.filter(pc.equal(same["face_fingerprint"], fingerprint))
    columns = ["portrait_id", "image_digest", "face_source", "face_score", "face_count", *FACE_COLUMNS]
    rows = store.rows_of(TableName.PORTRAITS, same["portrait_id"].to_pylist(), columns)
    return {
        row["portrait_id"]: (
            Face(
                Box(*(row[name] for name in FACE_COLUMNS)),
                row["face_source"],
                row["face_score"],
                row["face_count"],
            ),
            row["image_digest"],
        )
        for row in rows.to_pylist()
        if row["face_x"] is not None and row["image_digest"] is not None
    }


def _changes(config: Config, prepared: _Prepared, unit_ids: Iterable[str]) -> Changes:
    plan, context = prepared.plan, prepared.context
    keeps = config.run.removed == "keep"
    return Changes(
        run_id=context.run_id,
        fingerprint=context.fingerprint,
        carry=context.carry,
        planned=plan.portraits + len(plan.renamed),
        units=tuple(unit_ids),
        refreshed=_refreshed(plan, context),
        removed=plan.removed if keeps else (),
        dropped=() if keeps else plan.removed,
        last_seen_run_id=None if prepared.last_record is None else prepared.last_record["run_id"],
    )


def _refreshed(plan: Plan, context: JobContext) -> pa.Table:
    rows = [refreshed_row(portrait, context) for portrait in plan.renamed]
    return pa.Table.from_pylist(rows, refresh_schema(context.carry))
