"""Files on a disk of this machine, or on one that it has mounted."""

from __future__ import annotations

import contextlib
import errno
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISDIR
from typing import IO

from hairpipe.storage.files import FileInfo


class LocalDisk:
    """Files by their full paths; what goes wrong is raised as the operating system tells it.

    What is written goes to a temporary name, is synced, and then replaces the file.

    The folder for temporary names is on the same disk as the files.
    """

    def __init__(self, temporaries: str) -> None:
        self._temporaries = Path(temporaries)

    def read(self, full: str) -> bytes:
        """Return a file's bytes."""
        return Path(full).read_bytes()

    def read_many(self, paths: Sequence[str]) -> dict[str, bytes]:
        """Return the bytes of several files; those that can't be had are left out."""
        found = {}
        for path in paths:
            with contextlib.suppress(OSError):
                found[path] = self.read(path)
        return found

    def open(self, full: str) -> IO[bytes]:
        """Open a file for reading in blocks."""
        return Path(full).open("rb")

    def exists(self, full: str) -> bool:
        """Return whether there is such a file or folder."""
        # Path.exists takes what it can't look at for absent.
        try:
            Path(full).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def info(self, full: str) -> FileInfo | None:
        """Return a file's size and version, or None where there is no such file."""
        try:
            stat = Path(full).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return None if S_ISDIR(stat.st_mode) else FileInfo(stat.st_size, str(stat.st_mtime_ns))

    def written_at(self, full: str) -> float | None:
        """Return when a file was last written, in seconds by the clock of where it lies."""
        return Path(full).stat().st_mtime

    def list(self, top: str) -> Iterator[tuple[str, FileInfo]]:
        """Yield (full path, info) of every file below a folder, in any order."""
        pending = [top]
        while pending:
            try:
                entries = os.scandir(pending.pop())
            except (FileNotFoundError, NotADirectoryError):
                continue
            with entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        # It may be deleted while the folder is being read.
                        with contextlib.suppress(FileNotFoundError):
                            stat = entry.stat(follow_symlinks=False)
                            yield entry.path, FileInfo(stat.st_size, str(stat.st_mtime_ns))

    def children(self, top: str) -> Sequence[str]:
        """Return the names of what lies right in a folder."""
        try:
            return [path.name for path in Path(top).iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return []

    def write(self, full: str, data: bytes) -> None:
        """Write a file whole or not at all."""
        with self._temporary_file(data) as temporary:
            Path(full).parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(full)

    def create(self, full: str, data: bytes) -> bool:
        """Write a file unless there is one; return whether it was written.

        Of several processes that try at once exactly one succeeds, through a hard link. Where the disk
        has none, the file is written if none is seen.
        """
        with self._temporary_file(data) as temporary:
            Path(full).parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(temporary, full)
            except FileExistsError:
                return False
            except OSError:
                if Path(full).exists():
                    return False
                temporary.replace(full)
        return True

    def copy(self, source: str, target: str) -> None:
        """Make `target` the same as `source`, atomically: a hard link where the disk has them."""
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        temporary = self._temporary_name()
        try:
            os.link(source, temporary)
            temporary.replace(target)
        except OSError:
            self.write(target, self.read(source))
        finally:
            # Replacing a name by another link to the same file leaves both names in place.
            _remove(temporary)

    def delete(self, full: str) -> None:
        """Delete a file; nothing happens where there is none."""
        Path(full).unlink(missing_ok=True)

    def delete_tree(self, full: str) -> None:
        """Delete a folder and all below it; nothing happens where there is none."""
        path = Path(full)
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
            return
        for folder, folders, names in os.walk(full, topdown=False, onerror=_raise):
            for name in names:
                Path(folder, name).unlink(missing_ok=True)
            for name in folders:
                _remove_folder(Path(folder, name))
        _remove_folder(path)

    def delete_temporaries(self, older_than: float) -> int:
        """Delete what was left half-written more than `older_than` seconds ago; return how many files."""
        deleted = 0
        for path in self._temporaries.glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > older_than:
                    path.unlink()
                    deleted += 1
        return deleted

    @contextmanager
    def _temporary_file(self, data: bytes) -> Iterator[Path]:
        """Yield a synced file with these bytes; what is left of it is deleted afterwards."""
        temporary = self._temporary_name()
        try:
            with temporary.open("wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            yield temporary
        finally:
            _remove(temporary)

    def _temporary_name(self) -> Path:
        self._temporaries.mkdir(parents=True, exist_ok=True)
        return self._temporaries / uuid.uuid4().hex


def _remove(temporary: Path) -> None:
    # What went wrong before is what counts; a file that stays behind is removed later.
    with contextlib.suppress(OSError):
        temporary.unlink(missing_ok=True)


def _remove_folder(folder: Path) -> None:
    """Remove a folder, unless somebody has put something into it meanwhile."""
    try:
        folder.unlink() if folder.is_symlink() else folder.rmdir()
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST):
            raise


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
