"""The batches of a plan as tasks for the executor: how large each is, and what becomes of a lost one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from hairpipe.config import RunSettings
from hairpipe.errors import ClusterError
from hairpipe.plan.context import JobContext
from hairpipe.plan.tasks import ImageTask
from hairpipe.run.policy import QUARANTINED, NextStep, after_loss, batch_size, wants_backup
from hairpipe.run.window import Attempt
from hairpipe.run.worker.batch import Batch, BatchReport
from hairpipe.run.worker.in_flight import InFlight, read_marker
from hairpipe.run.worker.isolated import process_alone
from hairpipe.run.worker.process_batch import Process, process_batch
from hairpipe.storage.folder import Folder
from hairpipe.store.log import events


@dataclass
class RunStats:
    """Counts and times of the batches that are finished."""

    statuses: Counter[str] = field(default_factory=Counter)
    """Portraits by status."""
    stage_seconds: Counter[str] = field(default_factory=Counter)
    """Worker time by stage."""
    peak_worker_bytes: int = 0
    """The most that a worker's process has taken."""
    portraits: int = 0
    batch_ids: list[str] = field(default_factory=list)

    def add(self, report: BatchReport) -> None:
        """Count one more batch."""
        self.statuses.update(report.statuses)
        self.stage_seconds.update(report.stage_seconds)
        self.peak_worker_bytes = max(self.peak_worker_bytes, report.peak_bytes)
        self.portraits += sum(report.statuses.values())
        self.batch_ids.append(report.batch_id)

    @property
    def seconds_per_portrait(self) -> float | None:
        """Worker time a portrait has taken in this run so far."""
        return sum(self.stage_seconds.values()) / self.portraits if self.portraits else None


class BatchTasks:
    """A plan's batches; see :class:`hairpipe.run.window.Tasks`.

    Parameters
    ----------
    stats : RunStats
        Hears of every batch that is staged.
    seconds_before : float or None
        What a portrait took in the last run.
    workers : callable
        Gives the number of workers there were at the start.
    announce : callable
        Hears the events.
    stopping : callable
        Asked often; True ends the work after what is running.
    process : callable
        Looks at a picture.
    """

    def __init__(
        self,
        tasks: Sequence[ImageTask],
        context: JobContext,
        settings: RunSettings,
        stats: RunStats,
        *,
        seconds_before: float | None = None,
        workers: Callable[[], int],
        announce: events.Observer,
        stopping: Callable[[], bool],
        process: Process,
    ) -> None:
        self._tasks = tasks
        self._context = context
        self._seconds_before = seconds_before
        self._settings = settings
        self._stats = stats
        self._count_workers = workers
        self._announce = announce
        self.stopping = stopping
        self._process = process
        self._rates: list[float] = []
        self._losses: Counter[str] = Counter()
        self._suspects: Counter[str] = Counter()

    def attempts(self) -> Iterator[Attempt]:
        """Yield the batches, each as large as suits what the run has learnt by then."""
        tasks = self._tasks
        given = 0
        while given < len(tasks):
            size = self._settings.batch_size or batch_size(
                left=len(tasks) - given,
                given=given,
                workers=self._count_workers(),
                seconds_per_portrait=self._stats.seconds_per_portrait or self._seconds_before,
                batch_seconds=self._settings.batch_seconds,
            )
            fingerprint = f"{self._context.source_name}\0{self._context.fingerprint}"
            yield self._attempt(Batch(tasks[given : given + size], fingerprint))
            given += size

    def finished(self, attempt: Attempt, report: BatchReport) -> list[Attempt]:
        """Count a staged batch, and return its suspects, each alone."""
        batch = _batch(attempt)
        # A batch of suspects alone has nothing to tell yet.
        if report.statuses:
            self._rates.append(report.seconds / report.statuses.total())
            self._stats.add(report)
            self._tell(batch, report)
        suspects = (Batch((batch.tasks[position],), batch.fingerprint) for position in report.suspects)
        return [self._alone(suspect) for suspect in suspects]

    def lost(self, attempt: Attempt, worker: str) -> list[Attempt]:
        """Return what takes the place of a lost batch.

        Raises
        ------
        ClusterError
            If workers die again and again, whatever they do.
        """
        batch = _batch(attempt)
        marker = read_marker(Folder(self._context.output), batch.batch_id) or InFlight()
        suspects = len(marker.suspects) + (marker.current is not None)
        self._losses[batch.batch_id] += 1
        grew = suspects > self._suspects[batch.batch_id]
        self._suspects[batch.batch_id] = suspects
        step = after_loss(len(batch.tasks), self._losses[batch.batch_id], grew)
        reason = "the workers that did it died, one after the other"
        self._announce(events.BatchLost(batch_id=batch.batch_id, reason=reason, next_step=str(step)))
        if step is NextStep.GIVE_UP:
            raise ClusterError(workers_die(worker))
        return self._next_attempts(batch, step)

    def backup(self, attempt: Attempt, seconds: float, unfinished: int, workers: int) -> Attempt | None:
        """Return a copy of a batch that is clearly behind the others."""
        batch = _batch(attempt)
        if not wants_backup(seconds, batch.portrait_count, self._rates, unfinished, workers):
            return None
        copy = replace(batch, is_backup=True)
        return replace(attempt, arguments=(copy, *attempt.arguments[1:]))

    def _next_attempts(self, batch: Batch, step: NextStep) -> list[Attempt]:
        if step is NextStep.ALONE:
            return [self._alone(batch)]
        if step is NextStep.HALVES:
            middle = len(batch.tasks) // 2
            halves = (batch.tasks[:middle], batch.tasks[middle:])
            return [self._attempt(replace(batch, tasks=half)) for half in halves]
        return [self._attempt(batch)]

    def _attempt(self, batch: Batch) -> Attempt:
        return Attempt(batch.batch_id, process_batch, (batch, self._context, self._process))

    def _alone(self, batch: Batch) -> Attempt:
        return Attempt(batch.batch_id, process_alone, (batch, self._context))

    def _tell(self, batch: Batch, report: BatchReport) -> None:
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
        if len(batch.tasks) > 1:
            return
        for status in QUARANTINED & {*report.statuses}:
            for portrait in (one for task in batch.tasks for one in task.portraits):
                self._announce(
                    events.PortraitQuarantined(
                        portrait_id=portrait.portrait_id,
                        image=portrait.image,
                        status=status,
                        detail="killed the process that looked at it, among others and alone",
                    )
                )


def workers_die(worker: str) -> str:
    """Say that a task was given up, whose last worker was this one."""
    return (
        f"workers die again and again, whatever they do (the last was {worker}); "
        "see their logs and their memory, then run the same command again"
    )


def _batch(attempt: Attempt) -> Batch:
    batch: Batch = attempt.arguments[0]
    return batch
