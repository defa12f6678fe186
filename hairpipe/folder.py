"""A folder on this machine or in an object store, behind one small object.

Everything the job reads or writes goes through a :class:`Folder`, so that ``data/`` and
``s3://bucket/data`` behave alike. A path handed to it is relative to the folder and can't
leave it.
"""

from __future__ import annotations

import errno
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from stat import S_ISDIR
from typing import IO, Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from hairpipe.errors import StoreError

_TEMPORARY = ".hairpipe/tmp"
_REMEDIES = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EACCES: "no permission to write there; change the folder's permissions or name another one",
    errno.EPERM: "no permission to write there; change the folder's permissions or name another one",
    errno.EROFS: "the file system is read-only; make it writable or name another folder",
}


class OutsideFolderError(ValueError):
    """A relative path leads out of its folder."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What a listing tells of a file.

    Attributes
    ----------
    size : int
        Bytes.
    version : str
        Changes when the content may have changed: the modification time in nanoseconds on
        a local disk, the ETag in an object store.
    """

    size: int
    version: str


class Folder:
    """A folder named by a local path or any fsspec URL.

    Parameters
    ----------
    url : str
        ``out/characters``, ``s3://bucket/characters``, ...
    """

    def __init__(self, url: str | os.PathLike[str]) -> None:
        self.url = os.fspath(url)
        # A cached listing would hide what other processes have written since.
        filesystem, root = fsspec.core.url_to_fs(self.url, use_listings_cache=False)
        self.filesystem: Any = filesystem
        self.root: str = root.rstrip("/") or "/"
        self.is_local = isinstance(filesystem, LocalFileSystem)

    def __repr__(self) -> str:
        return f"Folder({self.url!r})"

    def __reduce__(self) -> tuple[type[Folder], tuple[str]]:
        return Folder, (self.url,)

    def path(self, relative: str) -> str:
        """Return the full path of a file of the folder, for the file system.

        Raises
        ------
        OutsideFolderError
            If `relative` is absolute, climbs out with ``..`` or, on a local disk, leaves
            the folder through a symbolic link.
        """
        pure = PurePosixPath(relative.replace("\\", "/"))
        if pure.is_absolute() or ".." in pure.parts or "\0" in relative:
            raise OutsideFolderError(f"{relative!r} leads out of {self.url}")
        full = f"{self.root}/{pure}"
        if self.is_local:
            real_root = os.path.realpath(self.root)
            if os.path.commonpath([real_root, os.path.realpath(full)]) != real_root:
                raise OutsideFolderError(f"{relative!r} leads out of {self.url} through a link")
        return full

    def address(self, relative: str) -> str:
        """Return where a file of the folder lies, as other programs open it: a path, or a URL."""
        full = self.path(relative)
        return full if self.is_local else str(self.filesystem.unstrip_protocol(full))

    def read(self, relative: str) -> bytes:
        """Return a file's bytes; `FileNotFoundError` if there is none."""
        full = self.path(relative)
        if self.is_local:
            return Path(full).read_bytes()
        data: bytes = self.filesystem.cat_file(full)
        return data

    def open(self, relative: str) -> IO[bytes]:
        """Open a file for reading in blocks."""
        handle: IO[bytes] = self.filesystem.open(self.path(relative), "rb")
        return handle

    def exists(self, relative: str) -> bool:
        """Return whether the file or folder exists."""
        return bool(self.filesystem.exists(self.path(relative)))

    def info(self, relative: str) -> FileInfo | None:
        """Return a file's size and version, or None where there is no such file."""
        full = self.path(relative)
        if self.is_local:
            try:
                stat = Path(full).stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
            if S_ISDIR(stat.st_mode):
                return None
            return FileInfo(stat.st_size, str(stat.st_mtime_ns))
        try:
            detail = self.filesystem.info(full)
        except FileNotFoundError:
            return None
        return _remote_info(detail) if detail["type"] == "file" else None

    def list(self, under: str = "") -> Iterator[tuple[str, FileInfo]]:
        """Yield (path relative to this folder, info) of every file below `under`, sorted by path."""
        top = self.path(under) if under else self.root
        if self.is_local:
            yield from sorted(_local_files(top, self.root))
            return
        try:
            self.filesystem.invalidate_cache(top)
            found = self.filesystem.find(top, detail=True)
        except FileNotFoundError:
            return
        for full in sorted(found):
            yield full[len(self.root) + 1 :], _remote_info(found[full])

    def write(self, relative: str, data: bytes) -> None:
        """Write a file whole or not at all.

        On a local disk the bytes go to a temporary name under ``.hairpipe/tmp``, are synced,
        and replace the file; an object store's put is atomic already.

        Raises
        ------
        StoreError
            If the disk is full, the folder not writable, ...
        """
        full = self.path(relative)
        with _writing(full):
            if not self.is_local:
                self.filesystem.pipe_file(full, data)
                return
            with self._temporary_file(data) as temporary:
                Path(full).parent.mkdir(parents=True, exist_ok=True)
                temporary.replace(full)

    def create(self, relative: str, data: bytes) -> bool:
        """Write a file unless there is one; return whether it was written.

        Of several processes that try at once exactly one succeeds: on a local disk through a hard
        link, in an object store through a conditional put where it knows those.

        Raises
        ------
        StoreError
            As for `write`.
        """
        full = self.path(relative)
        with _writing(full):
            try:
                if not self.is_local:
                    self.filesystem.pipe_file(full, data, mode="create")
                    return True
                with self._temporary_file(data) as temporary:
                    Path(full).parent.mkdir(parents=True, exist_ok=True)
                    os.link(temporary, full)
            except FileExistsError:
                return False
        return True

    def copy(self, source: str, target: str) -> None:
        """Make `target` the same file as `source`, atomically: a hard link where the disk has them.

        Raises
        ------
        StoreError
            As for `write`.
        """
        full = Path(self.path(target))
        with _writing(full):
            if not self.is_local:
                self.filesystem.cp_file(self.path(source), self.path(target))
                return
            full.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._temporary_name()
            try:
                os.link(self.path(source), temporary)
                temporary.replace(full)
            except OSError:
                self.write(target, self.read(source))
            finally:
                # Replacing a name by another link to the same file leaves both names in place.
                temporary.unlink(missing_ok=True)

    def delete(self, relative: str) -> None:
        """Delete a file; nothing happens where there is none."""
        full = self.path(relative)
        with _writing(full):
            if self.is_local:
                Path(full).unlink(missing_ok=True)
            elif self.filesystem.exists(full):
                self.filesystem.rm_file(full)

    def delete_tree(self, relative: str) -> None:
        """Delete a folder and all below it; nothing happens where there is none."""
        full = self.path(relative)
        with _writing(full):
            if full != self.root and self.filesystem.exists(full):
                self.filesystem.rm(full, recursive=True)

    def delete_temporaries(self, older_than: float) -> int:
        """Delete what killed processes left half-written; return how many files.

        Parameters
        ----------
        older_than : float
            Seconds since the last write; younger ones may still be in the making.
        """
        if not self.is_local:
            return 0
        deleted = 0
        for path in Path(self.path(_TEMPORARY)).glob("*"):
            with _writing(path):
                try:
                    if time.time() - path.stat().st_mtime > older_than:
                        path.unlink()
                        deleted += 1
                except FileNotFoundError:
                    continue
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
            temporary.unlink(missing_ok=True)

    def _temporary_name(self) -> Path:
        folder = Path(self.root) / _TEMPORARY
        folder.mkdir(parents=True, exist_ok=True)
        return folder / uuid.uuid4().hex


@contextmanager
def _writing(full: str | Path) -> Iterator[None]:
    """Turn what the operating system says of a failed write into one sentence for a person."""
    try:
        yield
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, f"{error.strerror or error}; see to that")
        raise StoreError(f"can't write {full}: {remedy}, then run the same command again") from error


def _local_files(top: str, root: str) -> Iterator[tuple[str, FileInfo]]:
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
                    stat = entry.stat(follow_symlinks=False)
                    yield entry.path[len(root) :].lstrip("/"), FileInfo(stat.st_size, str(stat.st_mtime_ns))


def _remote_info(detail: dict[str, Any]) -> FileInfo:
    version = detail.get("ETag") or detail.get("etag") or detail.get("LastModified") or detail.get("mtime")
    return FileInfo(int(detail["size"]), str(version).strip('"'))
