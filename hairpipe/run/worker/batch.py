"""What the driver hands to workers, and what they hand back."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from hairpipe.plan.tasks import ImageTask, TaskRange


@dataclass(frozen=True)
class Batch:
    """The picture tasks that one Dask task handles."""

    tasks: Sequence[ImageTask]
    """Most often a range in the files of a plan, which the worker reads."""
    fingerprint: str = ""
    """Of the run's settings."""
    is_backup: bool = False
    """Whether this is the second copy of a slow batch. It has notes and a staged file of its own: both copies
    may be at work at once, and each may have died on other pictures."""

    @cached_property
    def batch_id(self) -> str:
        """Hash of the portraits in it and of the settings: the same tasks have the same id in any run."""
        digest = hashlib.blake2b(self.fingerprint.encode(), digest_size=10)
        for portrait_id, version in self._portraits:
            digest.update(f"{portrait_id}\0{version}\0".encode())
        return digest.hexdigest() + ("-backup" if self.is_backup else "")

    @cached_property
    def portrait_count(self) -> int:
        """Rows this batch will give."""
        return sum(1 for _ in self._portraits)

    @property
    def _portraits(self) -> Iterator[tuple[str, str | None]]:
        if isinstance(self.tasks, TaskRange):
            return self.tasks.portraits()
        return ((one.portrait_id, one.version) for task in self.tasks for one in task.portraits)


@dataclass(frozen=True)
class BatchReport:
    """What a task returns to the driver: counts, no rows."""

    batch_id: str
    worker: str
    """Address of the worker that did it."""
    statuses: Counter[str]
    """Rows written, by status."""
    suspects: tuple[int, ...]
    """Positions in the batch of the tasks that killed an earlier attempt and were left out."""
    seconds: float
    """Wall time of the task."""
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    """Where the time went: read, decode, extract, write."""
    peak_bytes: int = 0
    """The worker process's peak resident memory."""
