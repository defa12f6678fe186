"""Where a run's time went, by its own record and events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_FIELDS = {"worker", "portraits", "seconds", "peak_bytes"}


@dataclass(frozen=True)
class WorkerSpeed:
    """What one worker did.

    Attributes
    ----------
    worker : str
        Its address.
    batches, portraits : int
    seconds : float
        Time in its batches.
    peak_bytes : int
        Of its process's resident memory.
    """

    worker: str
    batches: int
    portraits: int
    seconds: float
    peak_bytes: int

    @property
    def rate(self) -> float:
        """Portraits a second; 0 where no time was spent."""
        return self.portraits / self.seconds if self.seconds > 0 else 0.0


def worker_speeds(events: Iterable[dict[str, Any]]) -> list[WorkerSpeed]:
    """Return what each worker did, by the ``BatchFinished`` events, the busiest first."""
    found: dict[str, WorkerSpeed] = {}
    for event in events:
        if event.get("event") != "BatchFinished" or not event.keys() >= _FIELDS:
            continue
        name = str(event["worker"])
        known = found.get(name, WorkerSpeed(name, 0, 0, 0.0, 0))
        found[name] = WorkerSpeed(
            worker=name,
            batches=known.batches + 1,
            portraits=known.portraits + event["portraits"],
            seconds=known.seconds + event["seconds"],
            peak_bytes=max(known.peak_bytes, event["peak_bytes"]),
        )
    return sorted(found.values(), key=lambda speed: (-speed.portraits, speed.worker))
