"""Shows a run's progress: a live line on a terminal, plain lines in a log."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hairpipe.store.events import (
    BatchFinished,
    BatchLost,
    ClusterNoted,
    ConnectionLost,
    Event,
    PlanNoted,
    PortraitQuarantined,
    Published,
    RecordLost,
    RunPlanned,
    RunStarted,
    RunStopped,
    WorkersReady,
)
from hairpipe.terminal import printable


class LogProgress:
    """Writes a plain line now and then, for logs and pipes.

    Parameters
    ----------
    write : callable
        Takes one line.
    every : float
        Seconds between lines about batches.
    """

    def __init__(self, write: Callable[[str], None], every: float = 10.0) -> None:
        self._write = write
        self._every = every
        self._total = 0
        self._done = 0
        self._resumed = 0
        self._statuses: Counter[str] = Counter()
        self._began = self._last = time.monotonic()

    def __enter__(self) -> LogProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __call__(self, event: Event) -> None:
        line = told(event)
        if line is not None:
            self._write(printable(line))
        if isinstance(event, RunPlanned):
            self._total, self._resumed = event.portraits, event.resumed
            self._done = event.resumed
        elif isinstance(event, WorkersReady):
            self._began = self._last = time.monotonic()
        elif isinstance(event, BatchFinished):
            self._done += event.portraits
            self._statuses.update(event.statuses)
            now = time.monotonic()
            if now - self._last >= self._every or self._done >= self._total:
                self._last = now
                self._write(self._rate_line(now))

    def _rate_line(self, now: float) -> str:
        rate = (self._done - self._resumed) / max(now - self._began, 1e-9)
        left = (self._total - self._done) / rate if rate else 0.0
        share = self._done / max(self._total, 1)
        return (
            f"{self._done} of {self._total} portraits ({share:.0%}), {rate:.1f} a second, "
            f"{left:.0f} s left, {status_words(self._statuses)}"
        )


class TerminalProgress:
    """A live bar with rate, time left and counts by status.

    Parameters
    ----------
    console : rich.console.Console
        Of standard error.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("[dim]{task.fields[statuses]}"),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("portraits", total=None, rate="", statuses="", visible=False)
        self._statuses: Counter[str] = Counter()
        self._resumed = 0
        self._done = 0
        self._began = time.monotonic()

    def __enter__(self) -> TerminalProgress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, event: Event) -> None:
        line = told(event)
        if line is not None:
            self._console.print(printable(line), markup=False, highlight=False)
        if isinstance(event, RunPlanned):
            self._done = self._resumed = event.resumed
            self._bar.update(
                self._task, total=event.portraits, completed=event.resumed, visible=event.portraits > 0
            )
        elif isinstance(event, WorkersReady):
            self._began = time.monotonic()
        elif isinstance(event, BatchFinished):
            self._done += event.portraits
            self._statuses.update(event.statuses)
            rate = (self._done - self._resumed) / max(time.monotonic() - self._began, 1e-9)
            self._bar.update(
                self._task,
                completed=self._done,
                rate=f"{rate:.1f}/s",
                statuses=status_words(self._statuses),
            )


def told(event: Event) -> str | None:
    """Return the sentence an event is worth on its own, None for those that only move a count."""
    match event:
        case RunStarted():
            return f"run {event.run_id} into {event.output}"
        case RunPlanned():
            return planned_words(event)
        case WorkersReady():
            workers = "1 worker" if event.workers == 1 else f"{event.workers} workers"
            return f"{workers} ready" + (f", dashboard {event.dashboard}" if event.dashboard else "")
        case ClusterNoted() | PlanNoted() | RecordLost():
            return f"note: {event.text}"
        case ConnectionLost():
            return f"the connection to the Dask cluster is lost; trying again for {event.wait_seconds:g} s"
        case BatchLost():
            return f"batch {event.batch_id} was lost ({event.reason}); next: {event.next_step}"
        case PortraitQuarantined():
            return f"portrait {event.portrait_id!r} is quarantined as {event.status}: {event.detail}"
        case Published():
            return f"published version {event.version}: {event.buckets} buckets in {event.seconds:.1f} s"
        case RunStopped():
            kept = f"{event.finished} finished portraits are kept"
            return f"stopped by {event.signal}; {kept}, the same command carries on"
        case _:
            return None


def planned_words(event: RunPlanned) -> str:
    """Return a plan's counts as one line."""
    counts = (
        ", ".join(f"{count} {reason}" for reason, count in event.counts.items() if count) or "nothing to do"
    )
    rejects = "".join(f", {count} lines rejected ({reason})" for reason, count in event.rejects.items())
    notes = "".join(f"; {count} times: {note}" for note, count in event.notes.items())
    resumed = f"; {event.resumed} finished by an earlier run" if event.resumed else ""
    return f"plan: {counts}{rejects}{notes}{resumed}"


def status_words(statuses: Counter[str]) -> str:
    """Return counts by status, most first, as one line."""
    return ", ".join(f"{count} {status}" for status, count in statuses.most_common())
