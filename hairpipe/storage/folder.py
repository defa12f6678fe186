"""A folder on this machine or in an object store, behind one small object.

Everything the job reads or writes goes through a :class:`Folder`, so that ``data/`` and
``s3://bucket/data`` behave alike. A path handed to it is relative to the folder and can't
leave it. What goes wrong with the disk or the store is made one sentence here, and nowhere else.
"""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import IO, Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from hairpipe.errors import ConfigError, HairpipeError
from hairpipe.storage.failures import patience_seconds, words_of
from hairpipe.storage.files import FileInfo
from hairpipe.storage.local_disk import LocalDisk
from hairpipe.storage.messages import failed_open, failed_read, failed_write
from hairpipe.storage.object_store import ObjectStore, storage_options

__all__ = ["FileInfo", "Folder", "OutsideFolderError"]

_TEMPORARY = ".hairpipe/tmp"
# Of the paths that hairpipe makes in a folder.
_LONGEST_NAME = 100


class OutsideFolderError(ValueError):
    """A relative path leads out of its folder."""


class Folder:
    """A folder named by a local path or any fsspec URL.

    An object store that does not answer is tried again for a while; every operation may raise

    - :class:`~hairpipe.errors.StoreError`: the disk or the store can't be had;
    - :class:`~hairpipe.errors.UnreadableError`, which is also an `OSError`: this one file can't be read;
    - :class:`~hairpipe.errors.ConfigError`: there are no credentials, or no such bucket or store.

    Parameters
    ----------
    url : str
        ``out/characters``, ``s3://bucket/characters``, ... What has no ``://`` is a local path as it stands.
    patience : float, optional
        Seconds for which it is tried again; default:
        :func:`hairpipe.storage.failures.patience_seconds`.

    Raises
    ------
    ConfigError
        If there is no such kind of store, its package is not installed, or no folder can have the path.
    """

    def __init__(self, url: str | os.PathLike[str], patience: float | None = None) -> None:
        self.url = os.fspath(url)
        filesystem, root = _file_system(self.url)
        self.filesystem: Any = filesystem
        self.root: str = root.rstrip("/") or "/"
        self.is_local = isinstance(filesystem, LocalFileSystem)
        if self.is_local:
            self._refuse_impossible()
        patience = patience_seconds() if patience is None else patience
        self._files: LocalDisk | ObjectStore = (
            LocalDisk(f"{self.root}/{_TEMPORARY}")
            if self.is_local
            else ObjectStore(filesystem, self.root, patience)
        )
        # The libraries of object stores have errors of their own.
        self._failures: type[Exception] = OSError if self.is_local else Exception

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
        # Where no part is a link, where they lead need not be looked up, which takes far longer.
        if self.is_local and self._has_link(pure):
            real_root = os.path.realpath(self.root)
            if os.path.commonpath([real_root, os.path.realpath(full)]) != real_root:
                raise OutsideFolderError(f"{relative!r} leads out of {self.url} through a link")
        return full

    def _has_link(self, relative: PurePosixPath) -> bool:
        full = self.root
        for part in relative.parts:
            full = f"{full}/{part}"
            if os.path.islink(full):  # noqa: PTH114  called for each picture
                return True
        return False

    def address(self, relative: str) -> str:
        """Return where a file of the folder lies, as other programs open it: a path, or a URL."""
        full = self.path(relative)
        return full if self.is_local else str(self.filesystem.unstrip_protocol(full))

    def _refuse_impossible(self) -> None:
        """Raise ConfigError if the operating system takes no such path, or has no room for names in it."""
        try:
            os.lstat(f"{self.root}/{'x' * _LONGEST_NAME}")
        except OSError as error:
            if error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
                raise ConfigError(
                    f"{self.url} can't be a folder ({words_of(error)}); name another one"
                ) from error

    def refuse_file(self) -> None:
        """Raise ConfigError if the folder's own path is that of a file."""
        if self.is_local and os.path.lexists(self.root) and not os.path.isdir(self.root):  # noqa: PTH112
            raise ConfigError(f"{self.url} is a file; name a folder")

    def read(self, relative: str) -> bytes:
        """Return a file's bytes; `FileNotFoundError` if there is none."""
        full = self.path(relative)
        with self._reading(full):
            return self._files.read(full)

    def read_many(self, relatives: Sequence[str]) -> dict[str, bytes]:
        """Return the bytes of several files, fetched together; those that can't be read are left out."""
        names = {self.path(relative): relative for relative in relatives}
        with self._reading(self.root):
            return {names[full]: data for full, data in self._files.read_many(list(names)).items()}

    def open(self, relative: str) -> IO[bytes]:
        """Open a file for reading in blocks; `FileNotFoundError` if there is none."""
        full = self.path(relative)
        with self._reading(full):
            return self._files.open(full)

    def exists(self, relative: str) -> bool:
        """Return whether the file or folder exists; an empty path is this folder's own."""
        full = self.path(relative) if relative else self.root
        with self._reading(full):
            return self._files.exists(full)

    def info(self, relative: str) -> FileInfo | None:
        """Return a file's size and version, or None where there is no such file."""
        full = self.path(relative)
        with self._reading(full):
            return self._files.info(full)

    def list(self, under: str = "") -> Iterator[tuple[str, FileInfo]]:
        """Yield (path relative to this folder, info) of every file below `under`, sorted by path."""
        top = self.path(under) if under else self.root
        with self._reading(top):
            found = sorted(self._files.list(top), key=lambda entry: entry[0])
        for full, info in found:
            yield full[len(self.root) :].lstrip("/"), info

    def children(self) -> Sequence[str]:
        """Return the names of what lies right in the folder."""
        with self._reading(self.root):
            return self._files.children(self.root)

    def write(self, relative: str, data: bytes) -> None:
        """Write a file whole or not at all."""
        full = self.path(relative)
        with self._writing(full):
            self._files.write(full, data)

    def create(self, relative: str, data: bytes) -> bool:
        """Write a file unless there is one; return whether it was written.

        Of several processes that try at once exactly one succeeds: on a local disk through a hard
        link, in an object store through a conditional put where it knows those.
        """
        full = self.path(relative)
        with self._writing(full):
            return self._files.create(full, data)

    def copy(self, source: str, target: str) -> None:
        """Make `target` the same file as `source`, atomically: a hard link where the disk has them."""
        full = self.path(target)
        with self._writing(full):
            self._files.copy(self.path(source), full)

    def delete(self, relative: str) -> None:
        """Delete a file; nothing happens where there is none."""
        full = self.path(relative)
        with self._writing(full):
            self._files.delete(full)

    def delete_tree(self, relative: str) -> None:
        """Delete a folder and all below it; nothing happens where there is none."""
        full = self.path(relative)
        if full.rstrip("/.") == self.root.rstrip("/."):
            return
        with self._writing(full):
            self._files.delete_tree(full)

    def delete_temporaries(self, older_than: float) -> int:
        """Delete what killed processes left half-written `older_than` seconds ago; return how many files.

        Younger ones may still be in the making.
        """
        if not isinstance(self._files, LocalDisk):
            return 0
        with self._writing(self.path(_TEMPORARY)):
            return self._files.delete_temporaries(older_than)

    def age(self, relative: str) -> float | None:
        """Return how many seconds ago a file was last written, by the clock of the disk or the store.

        A file that is written for the purpose tells what time it is there: no other clock is asked.
        None where the store tells no times.
        """
        full, now = self.path(relative), self.path(f"{_TEMPORARY}/{uuid.uuid4().hex}")
        self.write(f"{_TEMPORARY}/{PurePosixPath(now).name}", b"")
        try:
            with self._reading(full):
                written, probed = self._files.written_at(full), self._files.written_at(now)
        finally:
            with contextlib.suppress(HairpipeError):
                self.delete(f"{_TEMPORARY}/{PurePosixPath(now).name}")
        return None if written is None or probed is None else probed - written

    @contextlib.contextmanager
    def _reading(self, full: str) -> Iterator[None]:
        try:
            yield
        except HairpipeError:
            raise
        except self._failures as error:
            raise failed_read(full, error, self.is_local) from error

    @contextlib.contextmanager
    def _writing(self, full: str) -> Iterator[None]:
        try:
            yield
        except HairpipeError:
            raise
        except self._failures as error:
            raise failed_write(full, error, self.is_local) from error


def _file_system(url: str) -> tuple[Any, str]:
    """Return the file system of a URL, and the path in it."""
    if "://" not in url:
        return fsspec.filesystem("file"), os.path.abspath(os.path.expanduser(url))  # noqa: PTH100, PTH111
    try:
        # A cached listing would hide what other processes have written since.
        options = {"use_listings_cache": False, **storage_options(url.partition("://")[0])}
        filesystem, root = fsspec.core.url_to_fs(url, **options)
    except Exception as error:
        # Foreign code, which may raise anything.
        raise failed_open(url, error) from error
    if not root.strip("/") and not isinstance(filesystem, LocalFileSystem):
        raise ConfigError(f"{url} names no bucket; write it as s3://bucket/folder")
    return filesystem, root
