"""A temporary folder that does not outlive its owner, be that one killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
import weakref
from contextlib import suppress
from pathlib import Path

from hairpipe.errors import StoreError

_LOCK = "lock"
# Making or removing a folder takes less.
_MOMENT_SECONDS = 3600.0


class OwnFolder:
    """A new folder in the machine's temporary one; those of owners that were killed are cleared first."""

    def __init__(self, prefix: str) -> None:
        try:
            parent = Path(tempfile.gettempdir())
            _clear_abandoned(parent, prefix)
            # It gets the name by which others find it when it is locked already.
            made = Path(tempfile.mkdtemp(prefix=f".{prefix}", dir=parent))
            # Open for as long as this process lives: then the operating system frees the lock.
            lock = os.open(made / _LOCK, os.O_CREAT | os.O_RDWR)
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX)
            self.path = made.rename(parent / made.name.removeprefix("."))
        except OSError as error:
            raise StoreError(
                f"a temporary folder is needed and can't be made ({error}); set TMPDIR to one that can be "
                "written to"
            ) from error
        self.remove = weakref.finalize(self, _remove, self.path, lock)


def _remove(path: Path, lock: int) -> None:
    shutil.rmtree(path, ignore_errors=True)
    os.close(lock)


def _clear_abandoned(parent: Path, prefix: str) -> None:
    for path in (*parent.glob(f"{prefix}*"), *parent.glob(f".{prefix}*")):
        # One of somebody else's, or whose owner lives; anybody can put anything there.
        with suppress(OSError):
            if path.name.startswith(".") or not (path / _LOCK).exists():
                # Being made or removed, or its owner was killed while it was.
                if time.time() - path.stat().st_mtime > _MOMENT_SECONDS:
                    shutil.rmtree(path, ignore_errors=True)
                continue
            lock = os.open(path / _LOCK, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)
