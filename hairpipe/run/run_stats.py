"""What the batches of a run add up to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hairpipe.run.work import BatchReport


@dataclass
class RunStats:
    """Counts and times of the batches that are finished.

    Attributes
    ----------
    statuses : Counter of str
        Portraits by status.
    stage_seconds : Counter of str
        Worker time by stage.
    peak_worker_bytes : int
        The most that a worker's process has taken.
    portraits : int
    """

    statuses: Counter[str] = field(default_factory=Counter)
    stage_seconds: Counter[str] = field(default_factory=Counter)
    peak_worker_bytes: int = 0
    portraits: int = 0

    def add(self, report: BatchReport) -> None:
        """Count one more batch."""
        self.statuses.update(report.statuses)
        self.stage_seconds.update(report.stage_seconds)
        self.peak_worker_bytes = max(self.peak_worker_bytes, report.peak_bytes)
        self.portraits += sum(report.statuses.values())

    @property
    def seconds_per_portrait(self) -> float | None:
        """Worker time a portrait has taken in this run so far."""
        return sum(self.stage_seconds.values()) / self.portraits if self.portraits else None
