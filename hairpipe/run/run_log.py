"""What a run leaves of itself: its events as they happen, and its record at the end, whatever the end."""

from __future__ import annotations

import platform
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from hairpipe.cluster.memory import peak_bytes
from hairpipe.config import Config
from hairpipe.errors import EXIT_BUG, EXIT_OK, EXIT_SIGINT, HairpipeError, LockedError, StoreError
from hairpipe.plan.prepare import RunContext
from hairpipe.run.executor import Executor
from hairpipe.storage.folder import Folder
from hairpipe.store.log import events
from hairpipe.store.log.records import RunRecord, save_record
from hairpipe.store.log.run_id import installed_versions
from hairpipe.store.log.runs import DAMAGED_FILE, log_run

DONE = "done"
TOO_MANY_FAILED = "done, but more portraits failed than run.max_failed_share"
# What ended the run may well be the store that the record is to be left in.
_LAST_PATIENCE = 5.0


def how_it_ended(error: BaseException) -> tuple[int, str]:
    """Return the exit code and the sentence for what ended a run."""
    if isinstance(error, HairpipeError):
        return error.exit_code, str(error)
    if isinstance(error, KeyboardInterrupt):
        return EXIT_SIGINT, "stopped by SIGINT"
    return EXIT_BUG, f"a bug: {type(error).__name__}: {error}"


class RunLog:
    """Events and record of one run; an observer of its events.

    Parameters
    ----------
    tell : callable
        Hears what is to be told about the record itself.

    Attributes
    ----------
    prepared : RunContext or None
        Once the run is planned.
    executor : Executor or None
        Once it has begun.
    version : int or None
        Once it has published.
    kept : mapping of str to int
        As in :class:`~hairpipe.store.log.records.RunRecord`.
    """

    def __init__(self, config: Config, run_id: str, tell: events.Observer) -> None:
        self._config = config
        self._run_id = run_id
        self._tell = tell
        self._folder = Folder(config.output)
        self._events = events.EventFile(self._folder, run_id)
        self._started = time.time()
        self._seconds: dict[str, float] = {}
        self.prepared: RunContext | None = None
        self.executor: Executor | None = None
        self.version: int | None = None
        self.kept: Mapping[str, int] = {}

    def __call__(self, event: events.Event) -> None:
        self._events(event)

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return time.time() - self._started

    @property
    def statuses(self) -> Counter[str]:
        """The finished portraits by status."""
        resumed = Counter[str]() if self.prepared is None else self.prepared.resumed.statuses
        return resumed if self.executor is None else self.executor.stats.statuses + resumed

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Note how long a part of the run takes, also one that fails."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[part] = time.perf_counter() - started

    def begin(self) -> None:
        """Keep the events from now on: there is something to do."""
        self._events.begin()

    def close(self, exit_code: int, outcome: str) -> None:
        """Leave the record of a run that ended as it should, or was stopped.

        Raises
        ------
        StoreError
            If it can't be written.
        """
        self._events.flush()
        if log_run(self._folder, self._record(exit_code, outcome)):
            text = f"runs.parquet was damaged: it lies beside as {DAMAGED_FILE}, and was made anew"
            self._tell(events.PlanNoted(text=text))

    def close_failed(self, error: BaseException) -> None:
        """Leave the record of a run that failed, as far as that is possible; if it is not, that is told.

        Parameters
        ----------
        error : BaseException
            What ended it, and is told by whoever catches it.
        """
        exit_code, outcome = how_it_ended(error)
        self._events.add(events.RunFailed(exit_code=exit_code, reason=outcome))
        folder = Folder(self._config.output, patience=_LAST_PATIENCE)
        record = self._record(exit_code, outcome)
        try:
            self._events.flush(folder)
            if isinstance(error, LockedError):
                # runs.parquet is another run's to write now; it adds what is missing there.
                save_record(folder, record)
            else:
                log_run(folder, record)
        except HairpipeError as failure:
            reason = failure.reason if isinstance(failure, StoreError) else None
            text = f"run {self._run_id} could not leave its record: {reason or failure}"
            self._tell(events.RecordLost(text=text))

    def _record(self, exit_code: int, outcome: str) -> RunRecord:
        known: dict[str, Any] = {} if self.prepared is None else _planned(self.prepared)
        if self.executor is not None:
            known |= {
                "stage_seconds": dict(self.executor.stats.stage_seconds),
                "workers": self.executor.workers,
                "threads": self.executor.threads,
                "peak_worker_bytes": self.executor.stats.peak_worker_bytes,
            }
        return RunRecord(
            run_id=self._run_id,
            source=self._config.source.name,
            started_at=datetime.fromtimestamp(self._started, UTC),
            ended_at=datetime.now(UTC),
            exit_code=exit_code,
            outcome=outcome,
            version=self.version,
            config=self._config.model_dump(mode="json"),
            statuses=dict(self.statuses),
            kept=self.kept,
            seconds={**self._seconds, "total": self.seconds},
            peak_driver_bytes=peak_bytes(),
            host=platform.node(),
            versions=installed_versions(),
            **known,
        )


def outcome_of(exit_code: int) -> str:
    """Return the words for a run that published."""
    return DONE if exit_code == EXIT_OK else TOO_MANY_FAILED


def _planned(prepared: RunContext) -> dict[str, Any]:
    plan = prepared.plan
    return {
        "fingerprint": prepared.context.fingerprint,
        "face_fingerprint": prepared.context.face_fingerprint,
        "counts": plan.counts,
        "retried": plan.retried,
        "rejects": plan.rejects,
        "notes": plan.notes,
        "planned": plan.portraits,
        "resumed": prepared.resumed.portraits,
        "picture_bytes": plan.picture_bytes,
    }
