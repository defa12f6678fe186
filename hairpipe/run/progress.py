"""Shows a run's progress: a live line on a terminal, plain lines in a log."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn

from hairpipe.run.plan_text import counted_reasons, counted_rejects, times
from hairpipe.status import Status
from hairpipe.store.log.events import (
    BatchFinished,
    BatchLost,
    ClusterNoted,
    ConnectionLost,
    Event,
    LineRejected,
    PlanNoted,
    PortraitQuarantined,
    Published,
    RecordLost,
    RunPlanned,
    RunStarted,
    RunStopped,
    WorkersReady,
)
from hairpipe.terminal import counted, printable

Item = TypeVar("Item")

_REJECTS_TOLD = 3
# What fits beside the bar: on a narrower terminal the counts by status are left out.
_WIDTH_FOR_STATUSES = 70


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
        self._tell = Sentences()
        self._began = self._last = time.monotonic()

    def __enter__(self) -> LogProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __call__(self, event: Event) -> None:
        line = self._tell(event)
        if line is not None:
            self._write(printable(line))
        if isinstance(event, RunPlanned):
            self._total, self._resumed = event.portraits, event.resumed
            self._done = event.resumed
            self._began = self._last = time.monotonic()
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
        share = self._done / max(self._total, 1)
        resumed = self._resumed
        speed = _speed_words(self._done - resumed, self._total - resumed, now - self._began)
        return (
            f"{self._done} of {counted(self._total, 'portrait')} ({share:.0%}), {speed}, "
            f"{status_words(self._statuses)}"
        )


class TerminalProgress:
    """A live bar with rate, time left and, where there is room, how many are ok; one line of any width.

    Parameters
    ----------
    console : rich.console.Console
        Of standard error.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            *_bar_columns(console),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            *([TextColumn("[dim]{task.fields[statuses]}")] if console.width >= _WIDTH_FOR_STATUSES else []),
            console=console,
            transient=True,
            expand=True,
        )
        self._task = self._bar.add_task("", total=None, rate="", statuses="", visible=False)
        self._statuses: Counter[str] = Counter()
        self._tell = Sentences()
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
        line = self._tell(event)
        if line is not None:
            self._console.print(printable(line), markup=False, highlight=False)
        if isinstance(event, RunPlanned):
            self._done = self._resumed = event.resumed
            self._bar.update(
                self._task, total=event.portraits, completed=event.resumed, visible=event.portraits > 0
            )
            self._began = time.monotonic()
        elif isinstance(event, WorkersReady):
            self._began = time.monotonic()
        elif isinstance(event, BatchFinished):
            self._done += event.portraits
            self._statuses.update(event.statuses)
            rate = (self._done - self._resumed) / max(time.monotonic() - self._began, 1e-9)
            ok = self._statuses[Status.OK]
            self._bar.update(
                self._task,
                completed=self._done,
                rate=f"{rate:.1f}/s",
                statuses=f"{ok} ok, {self._statuses.total() - ok} not",
            )


class Sentences:
    """Says what an event is worth on its own; of many rejected lines, where the first few are."""

    def __init__(self) -> None:
        self._run = ""
        self._rejected = 0

    def __call__(self, event: Event) -> str | None:
        """Return a sentence, None for events that only move a count."""
        if isinstance(event, RunStarted):
            self._run = f"{event.output.rstrip('/')}/runs/{event.run_id}"
        if not isinstance(event, LineRejected):
            return told(event)
        self._rejected += 1
        if self._rejected <= _REJECTS_TOLD:
            return f"  {event.place}: {event.detail}"
        more = f"  more of them: {self._run}/events.jsonl"
        return more if self._rejected == _REJECTS_TOLD + 1 else None


@contextmanager
def progress_of(
    noun: str, console: Console | None = None, every: float = 10.0
) -> Iterator[Callable[[int, int], None]]:
    """Show on standard error how many are done: a bar, or a line now and then where there is no terminal.

    Parameters
    ----------
    noun : str
        What one of them is called.
    console : rich.console.Console, optional
        Of standard error.
    every : float
        Seconds between the lines.

    Yields
    ------
    callable
        To be told how many are done, and of how many; at the start that none is.
    """
    console = console or Console(stderr=True)
    began = last = time.monotonic()
    bar = Progress(
        *_bar_columns(console),
        TextColumn(f"{noun}s, {{task.fields[rate]}}"),
        TimeRemainingColumn(compact=True),
        console=console,
        transient=True,
        expand=True,
    )
    task = bar.add_task("", total=0, rate="")

    def tell(done: int, total: int) -> None:
        nonlocal began, last
        now = time.monotonic()
        if not done:
            began = last = now
        if is_live(console):
            bar.start()
            bar.update(task, completed=done, total=total, rate=f"{done / max(now - began, 1e-9):.1f}/s")
        elif now - last >= every:
            last = now
            speed = _speed_words(done, total, now - began)
            console.print(
                f"{done} of {counted(total, noun)} ({done / total:.0%}), {speed}",
                highlight=False,
                soft_wrap=True,
            )

    try:
        yield tell
    finally:
        if bar.live.is_started:
            bar.stop()


def watched(
    items: Sequence[Item], console: Console | None = None, every: float = 10.0, noun: str = "picture"
) -> Iterable[Item]:
    """Yield each item once, and show on standard error how many are done; see :func:`progress_of`."""
    with progress_of(noun, console, every) as tell:
        for done, item in enumerate(items, 1):
            yield item
            tell(done, len(items))


def _speed_words(done: int, total: int, seconds: float) -> str:
    """Say how fast it went, and how long it will take from here."""
    rate = done / max(seconds, 1e-9)
    return f"{rate:.1f} a second, {(total - done) / rate if rate else 0.0:.0f} s left"


def is_live(console: Console) -> bool:
    """Return whether a console can show a moving bar; else it would come at the end, all at once."""
    return console.is_terminal and not console.is_dumb_terminal


def _bar_columns(console: Console) -> list[ProgressColumn]:
    return [BarColumn(bar_width=None), TextColumn("{task.completed:.0f}/{task.total:.0f}")]


def told(event: Event) -> str | None:
    """Return the sentence an event is worth on its own, None for those that only move a count."""
    match event:
        case RunStarted():
            return f"run {event.run_id} into {event.output}"
        case RunPlanned():
            return planned_words(event)
        case WorkersReady():
            return f"{counted(event.workers, 'worker')} ready" + (
                f", dashboard {event.dashboard}" if event.dashboard else ""
            )
        case ClusterNoted() | PlanNoted() | RecordLost():
            return f"note: {event.text}"
        case ConnectionLost():
            return f"the connection to the Dask cluster is lost; trying again for {event.wait_seconds:g} s"
        case BatchLost():
            return f"batch {event.batch_id} was lost ({event.reason}); next: {event.next_step}"
        case PortraitQuarantined():
            return f"portrait {event.portrait_id!r} is quarantined as {event.status}: {event.detail}"
        case Published():
            buckets = counted(event.buckets, "bucket")
            return f"published version {event.version}: {buckets} in {event.seconds:.1f} s"
        case RunStopped():
            finished = counted(event.finished, "finished portrait")
            return f"stopped by {event.signal}; {finished} kept, the same command carries on"
        case _:
            return None


def planned_words(event: RunPlanned) -> str:
    """Return a plan's counts as one line."""
    notes = "".join(f"; {times(count)}: {note}" for note, count in event.notes.items())
    resumed = f"; {event.resumed} finished by an earlier run" if event.resumed else ""
    return f"plan: {counted_reasons(event.counts)}{counted_rejects(event.rejects)}{notes}{resumed}"


def status_words(statuses: Counter[str]) -> str:
    """Return counts by status, most first, as one line."""
    return ", ".join(f"{count} {status}" for status, count in statuses.most_common())
