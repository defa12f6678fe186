"""Who holds an output folder, and whether they are still at work.

No host's clock is trusted. A process on this host is there or not. For any other holder the disk or the
store says how long ago it gave a sign of life; one that seems dead, or dated in the future, is watched.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
import uuid
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, Field

DEAD_AFTER_SECONDS = 120.0
_BEATS_WATCHED = 3
_SAME_START_SECONDS = 2.0
# The year 5138: what lies beyond is no time.
_LATEST_TIME = 1e11
# Tokens of the locks that this process holds now: it may have been unable to give one back.
held_here: set[str] = set()


def watch_seconds(age: float | None, beat_seconds: float, dead_after: float) -> float | None:
    """Return how long to watch another host's lock before it counts as left behind.

    None: it is held, there is nothing to watch.

    Parameters
    ----------
    age : float or None
        Seconds since it was last written, by the clock of where it lies; below 0 if that clock was set
        meanwhile, None where the store tells no times.
    beat_seconds : float
        Time between two signs of life.
    dead_after : float
        Without a sign of life for so long, a holder is dead.
    """
    if age is None or age <= -dead_after:
        return dead_after
    return None if age < dead_after else _BEATS_WATCHED * beat_seconds


class Holder(BaseModel):
    """Who holds a lock."""

    model_config = ConfigDict(frozen=True)

    token: str
    """Unique to this holding."""
    run_id: str
    host: str
    process_space: str
    """Where process ids mean the same: this host's current boot and process namespace."""
    pid: int
    process_started: float
    """Seconds since the epoch."""
    heartbeat: float = Field(ge=0, le=_LATEST_TIME)
    """Seconds since the epoch."""

    @classmethod
    def here(cls, run_id: str) -> Holder:
        """Return this process as a holder for a run."""
        return cls(
            token=uuid.uuid4().hex,
            run_id=run_id,
            host=socket.gethostname(),
            process_space=_process_space(),
            pid=os.getpid(),
            process_started=psutil.Process().create_time(),
            heartbeat=time.time(),
        )

    def process_is_alive(self) -> bool | None:
        """Return whether the holder's process is there, None where it can't be seen from here.

        That is so on another host, and where the process id belongs to another process by now, as it
        may also seem when this host's clock was set.
        """
        if self.process_space != _process_space():
            return None
        if self.pid == os.getpid():
            return self.token in held_here
        try:
            process = psutil.Process(self.pid)
            started = process.create_time()
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
        except psutil.NoSuchProcess:
            return False
        return True if abs(started - self.process_started) < _SAME_START_SECONDS else None

    def seems_alive(self, now: float) -> bool:
        """Return whether the holder seems to be at work, by its own word where nothing else tells.

        `now` is in seconds since the epoch.
        """
        alive = self.process_is_alive()
        return abs(now - self.heartbeat) < DEAD_AFTER_SECONDS if alive is None else alive


def _process_space() -> str:
    """Return what tells this host's current boot and process namespace from any other."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
    with contextlib.suppress(OSError):
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return "/".join(parts)
