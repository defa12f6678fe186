"""The lock of an output folder: one run at a time, and a dead run's lock is taken over.

The guarantee. On a local disk, and on a network disk with working ``flock``, two processes never
both get the lock. In an object store a free lock is taken by a conditional put, where the store
has it; two processes that take over the same dead holder's lock at the same moment may both believe
they have it, and the one that lost finds out at its next heartbeat or, at the latest, when it commits,
for a version's manifest is created only once.

How a holder that is at work is told from a dead one: :mod:`hairpipe.store.lock_holder`.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from pydantic import ValidationError

from hairpipe.errors import HairpipeError, LockedError, StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.lock_holder import DEAD_AFTER_SECONDS, Holder, held_here, watch_seconds
from hairpipe.store.manifest import STATE

logger = logging.getLogger(__name__)

LOCK = f"{STATE}/lock"
_GUARD = f"{STATE}/lock.guard"
BEAT_SECONDS = 10.0


class OutputLock:
    """Holds an output folder for one run, from ``with`` to its end.

    Parameters
    ----------
    beat_seconds : float
        Time between two heartbeats.
    dead_after : float
        Without a sign of life for so long, another holder is dead.
    notice : callable, optional
        Hears a sentence before another host's lock is watched, which takes a while.

    Raises
    ------
    LockedError
        On entry, if another run that is alive holds the folder.
    """

    def __init__(
        self,
        folder: Folder,
        run_id: str,
        beat_seconds: float = BEAT_SECONDS,
        dead_after: float = DEAD_AFTER_SECONDS,
        notice: Callable[[str], None] = logger.warning,
    ) -> None:
        self._folder = folder
        # The next beat is the next try.
        self._impatient = Folder(folder.url, patience=0)
        self._beat_seconds = beat_seconds
        self._dead_after = dead_after
        self._notice = notice
        self._ended = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="hairpipe-lock", daemon=True)
        self._beaten_at = 0.0
        self._holder = Holder.here(run_id)

    def __enter__(self) -> OutputLock:
        dead: Holder | None = None
        while (other := self._take(dead)) is not None:
            if not self._is_dead(other):
                raise LockedError(_held_by(self._folder, other))
            dead = other
        self._beaten_at = _uptime()
        self.confirm()
        held_here.add(self._holder.token)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        held_here.discard(self._holder.token)
        folder = self._folder if error is None else self._impatient
        try:
            with _alone(folder):
                if self._is_mine(folder):
                    folder.delete(LOCK)
        except HairpipeError as failure:
            # What ended the run, if anything did, is what counts.
            if error is None:
                logger.warning("the lock stays behind, and the next run takes it over: %s", failure)

    def check(self) -> None:
        """Raise LockedError if another run was seen to have taken the lock; nothing is read."""
        if self._lost.is_set():
            raise LockedError(f"another run has taken the lock of {self._folder.url}; see `hairpipe status`")

    def confirm(self) -> None:
        """Check that the lock is still held, and renew it where others may take it for left behind.

        Raises
        ------
        LockedError
            If another run has taken it, or its heart beats no more.
        StoreError
            If that can't be told.
        """
        if not self._is_mine(self._folder):
            self._lost.set()
            other = read_holder(self._folder)
            if other is None:
                raise LockedError(f"the lock of {self._folder.url} was deleted; run the same command again")
            raise LockedError(_held_by(self._folder, other))
        if self._thread.ident is not None and not self._thread.is_alive():
            raise LockedError(
                f"the lock of {self._folder.url} is no longer kept alive; run the same command again"
            )
        if _uptime() - self._beaten_at > self._dead_after / 2:
            self._renew(self._folder)

    def _take(self, dead: Holder | None) -> Holder | None:
        """Take the lock unless another has it who is not known to be dead; return that one."""
        with _alone(self._folder):
            other = read_holder(self._folder)
            if other is not None and other != dead:
                return other
            mine = self._holder.model_dump_json().encode()
            if other is not None or self._folder.exists(LOCK):
                self._folder.write(LOCK, mine)
            else:
                self._folder.create(LOCK, mine)
        return None

    def _is_dead(self, other: Holder) -> bool:
        alive = other.process_is_alive()
        if alive is not None:
            return not alive
        seconds = watch_seconds(self._folder.age(LOCK), self._beat_seconds, self._dead_after)
        if seconds is None:
            return False
        self._notice(
            f"watching for up to {seconds:.0f} s whether run {other.run_id} on {other.host} is still at work"
        )
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, self._beat_seconds / 4))
            seen = read_holder(self._folder)
            if seen != other:
                # Given back, or alive.
                return seen is None
        return True

    def _is_mine(self, folder: Folder) -> bool:
        holder = read_holder(folder)
        return holder is not None and holder.token == self._holder.token

    def _renew(self, folder: Folder) -> None:
        """Give a sign of life, unless the lock is another's."""
        with _alone(folder):
            if not self._is_mine(folder):
                self._lost.set()
                return
            beat = self._holder.model_copy(update={"heartbeat": time.time()})
            folder.write(LOCK, beat.model_dump_json().encode())
        self._beaten_at = _uptime()

    def _beat(self) -> None:
        while not self._ended.wait(self._beat_seconds) and not self._lost.is_set():
            # The disk may be full or the store away for a moment; what matters is checked before publishing.
            with contextlib.suppress(HairpipeError):
                self._renew(self._impatient)


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
        folder.create(_GUARD, b"")
    with folder.open(_GUARD) as guard:
        try:
            fcntl.flock(guard, fcntl.LOCK_EX)
        except OSError as error:
            raise StoreError(
                f"can't lock {folder.path(_GUARD)}: {error.strerror}; the output's disk must support flock"
            ) from error
        yield


def _held_by(folder: Folder, holder: Holder) -> str:
    beat = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(holder.heartbeat))
    return (
        f"run {holder.run_id} (process {holder.pid} on {holder.host}, last sign of life {beat} UTC) "
        f"holds {folder.url}; wait until it is done, or stop it"
    )


def _uptime() -> float:
    """Return seconds that also pass while the machine sleeps, which Python's monotonic clock leaves out."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
