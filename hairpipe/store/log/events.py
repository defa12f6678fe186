"""What happens during a run, as typed events, and who hears of it.

The job emits events and knows nothing of progress bars, logs or files; observers are plain
functions that take an event.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hairpipe.storage.folder import Folder
from hairpipe.store.log.records import events_path


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something happened, at `time` (seconds since the epoch)."""

    time: float = field(default_factory=time.time)


@dataclass(frozen=True, kw_only=True)
class RunStarted(Event):
    """A run holds the output folder and begins to plan; `config` is the whole configuration."""

    run_id: str
    output: str
    config: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RunPlanned(Event):
    """The plan is made; `resumed` of its portraits were finished by an earlier, interrupted run."""

    counts: Mapping[str, int]
    rejects: Mapping[str, int]
    notes: Mapping[str, int]
    portraits: int
    resumed: int


@dataclass(frozen=True, kw_only=True)
class PlanNoted(Event):
    """Something about the scrape or the tables that a person should know; the run goes on."""

    text: str


@dataclass(frozen=True, kw_only=True)
class LineRejected(Event):
    """A line of the scrape became no row."""

    reason: str
    place: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class WorkersReady(Event):
    """The cluster is there."""

    workers: int
    threads: Mapping[str, Mapping[str, int]]
    dashboard: str | None


@dataclass(frozen=True, kw_only=True)
class ClusterNoted(Event):
    """Something about the cluster that a person should know; the run goes on."""

    text: str


@dataclass(frozen=True, kw_only=True)
class BatchFinished(Event):
    """A batch's rows are staged."""

    batch_id: str
    worker: str
    portraits: int
    statuses: Mapping[str, int]
    seconds: float
    stage_seconds: Mapping[str, float]
    peak_bytes: int


@dataclass(frozen=True, kw_only=True)
class BatchLost(Event):
    """A batch's task came to nothing; `next_step` says what is done about it."""

    batch_id: str
    reason: str
    next_step: str


@dataclass(frozen=True, kw_only=True)
class ConnectionLost(Event):
    """The scheduler is gone; the run tries this long to connect again."""

    wait_seconds: float


@dataclass(frozen=True, kw_only=True)
class PortraitQuarantined(Event):
    """A portrait killed the process that looked at it, twice: once among others, once alone."""

    portrait_id: str
    image: str | None
    status: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Published(Event):
    """The tables show what the run found."""

    version: int
    buckets: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class RunStopped(Event):
    """A signal ended the run; what is finished is kept for the next one."""

    signal: str
    finished: int


@dataclass(frozen=True, kw_only=True)
class RunFailed(Event):
    """Something ended the run before it was done; `reason` is the sentence that a person is told."""

    exit_code: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RecordLost(Event):
    """The run can't leave its record."""

    text: str


@dataclass(frozen=True, kw_only=True)
class RunFinished(Event):
    """The run is over."""

    exit_code: int
    statuses: Mapping[str, int]
    seconds: float


Observer = Callable[[Event], None]


class Announcer:
    """Hands each event to every observer, in order."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = list(observers)

    def add(self, observer: Observer) -> None:
        """Let one more observer hear what comes."""
        self._observers.append(observer)

    def __call__(self, event: Event) -> None:
        for observer in self._observers:
            observer(event)


class EventFile:
    """Keeps the events of a run as ``runs/<run_id>/events.jsonl``, one JSON object a line.

    An object store has no appending, so the file is written whole, at most every few seconds and
    at the end.
    """

    def __init__(self, folder: Folder, run_id: str, every: float = 2.0) -> None:
        self._folder = folder
        self._path = events_path(run_id)
        self._every = every
        self._lines: list[str] = []
        self._written = 0.0
        self._begun = False

    def __call__(self, event: Event) -> None:
        self.add(event)
        if self._begun and time.monotonic() - self._written >= self._every:
            self.flush()

    def add(self, event: Event) -> None:
        """Take an event in, without writing it yet: its name, its time in ISO 8601, its fields."""
        fields = dataclasses.asdict(event)
        moment = datetime.fromtimestamp(fields.pop("time"), UTC).isoformat(timespec="milliseconds")
        self._lines.append(json.dumps({"event": type(event).__name__, "time": moment, **fields}) + "\n")

    def begin(self) -> None:
        """Write from now on; a run that finds nothing to do never comes here, and leaves no file."""
        self._begun = True
        self.flush()

    def flush(self, folder: Folder | None = None) -> None:
        """Write what has been heard so far, by the output folder's patience or another one's."""
        (folder or self._folder).write(self._path, "".join(self._lines).encode())
        self._written = time.monotonic()
