"""The lock of an output folder: one run at a time, and a dead run's lock is taken over.

The guarantee. On a local disk, and on a network disk with working ``flock``, two processes never
both get the lock. In an object store a free lock is taken by a conditional put, where the store
has it; two processes that take over the same dead holder's lock at the same moment may both believe
they have it, and the one that lost finds out at its next heartbeat or, at the latest, right before
it publishes. Hosts' clocks must agree to within a minute.
"""

from __future__ import annotations

import fcntl
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from hairpipe.errors import LockedError, StoreError
from hairpipe.folder import Folder
from hairpipe.store.manifest import STATE

LOCK = f"{STATE}/lock"
_GUARD = f"{STATE}/lock.guard"
BEAT_SECONDS = 10.0
DEAD_AFTER_SECONDS = 120.0
_SAME_START_SECONDS = 2.0


class Holder(BaseModel):
    """Who holds a lock.

    Attributes
    ----------
    token : str
        Unique to this holding.
    run_id : str
    host : str
    process_space : str
        Where process ids mean the same: this host's current boot and process namespace.
    pid : int
    process_started : float
        Seconds since the epoch.
    heartbeat : float
        Seconds since the epoch.
    """

    model_config = ConfigDict(frozen=True)

    token: str
    run_id: str
    host: str
    process_space: str
    pid: int
    process_started: float
    heartbeat: float

    def is_alive(self, now: float) -> bool:
        """Return whether the holder may still be at work.

        Where its process can be seen, that decides; a process id that now belongs to another process,
        and a holder on another host, are judged by the heartbeat.
        """
        if self.process_space == _process_space():
            try:
                started = psutil.Process(self.pid).create_time()
            except psutil.NoSuchProcess:
                return False
            if abs(started - self.process_started) < _SAME_START_SECONDS:
                return True
        return now - self.heartbeat < DEAD_AFTER_SECONDS


class OutputLock:
    """Holds an output folder for one run, from ``with`` to its end.

    Parameters
    ----------
    folder : Folder
        The output folder.
    run_id : str
    beat_seconds : float
        Time between two heartbeats.

    Raises
    ------
    LockedError
        On entry, if another run that is alive holds the folder.
    """

    def __init__(self, folder: Folder, run_id: str, beat_seconds: float = BEAT_SECONDS) -> None:
        self._folder = folder
        self._beat_seconds = beat_seconds
        self._ended = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="hairpipe-lock", daemon=True)
        self._holder = Holder(
            token=uuid.uuid4().hex,
            run_id=run_id,
            host=socket.gethostname(),
            process_space=_process_space(),
            pid=os.getpid(),
            process_started=psutil.Process().create_time(),
            heartbeat=time.time(),
        )

    def __enter__(self) -> OutputLock:
        with _alone(self._folder):
            other = read_holder(self._folder)
            if other is not None and other.is_alive(time.time()):
                raise LockedError(_held_by(self._folder, other))
            mine = self._holder.model_dump_json().encode()
            if other is not None or self._folder.exists(LOCK):
                self._folder.write(LOCK, mine)
            else:
                self._folder.create(LOCK, mine)
        self.confirm()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        with _alone(self._folder):
            if self._is_mine():
                self._folder.delete(LOCK)

    @property
    def is_lost(self) -> bool:
        """Whether another run was seen to have taken the lock."""
        return self._lost.is_set()

    def confirm(self) -> None:
        """Check that the lock is still held.

        Raises
        ------
        LockedError
            If another run has taken it.
        """
        if not self._is_mine():
            self._lost.set()
            other = read_holder(self._folder)
            if other is None:
                raise LockedError(f"the lock of {self._folder.url} was deleted; run the same command again")
            raise LockedError(_held_by(self._folder, other))

    def _is_mine(self) -> bool:
        holder = read_holder(self._folder)
        return holder is not None and holder.token == self._holder.token

    def _beat(self) -> None:
        while not self._ended.wait(self._beat_seconds):
            try:
                with _alone(self._folder):
                    if not self._is_mine():
                        self._lost.set()
                        return
                    beat = self._holder.model_copy(update={"heartbeat": time.time()})
                    self._folder.write(LOCK, beat.model_dump_json().encode())
            except (OSError, StoreError):
                # The disk may be full or away for a moment; what matters is checked before publishing.
                continue


def read_holder(folder: Folder) -> Holder | None:
    """Return who holds an output folder, alive or dead; None if nobody does."""
    try:
        return Holder.model_validate_json(folder.read(LOCK))
    except (FileNotFoundError, ValidationError):
        return None


@contextmanager
def _alone(folder: Folder) -> Iterator[None]:
    """Keep other processes of a local disk out while the lock is looked at and changed.

    The operating system frees a ``flock`` when its process dies, so this one can't be left behind.
    """
    if not folder.is_local:
        yield
        return
    if not folder.exists(_GUARD):
        folder.write(_GUARD, b"")
    with Path(folder.path(_GUARD)).open("rb") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


def _held_by(folder: Folder, holder: Holder) -> str:
    beat = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(holder.heartbeat))
    return (
        f"run {holder.run_id} (process {holder.pid} on {holder.host}, last sign of life {beat} UTC) "
        f"holds {folder.url}; wait until it is done, or stop it"
    )


def _process_space() -> str:
    """Return what tells this host's current boot and process namespace from any other."""
    parts = [socket.gethostname()]
    for read in (_boot_id, _process_namespace):
        parts.append(read())
    return "/".join(parts)


def _boot_id() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""


def _process_namespace() -> str:
    path = Path("/proc/self/ns/pid")
    return str(path.readlink()) if path.is_symlink() else ""
