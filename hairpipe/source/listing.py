"""Which picture files there are, how large, and whether they lie inside their folder.

A plan asks this of every portrait, so it must cost no more than one system call a picture on a
disk and one listing in an object store.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import Enum, auto
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from hairpipe.errors import ConfigError
from hairpipe.source.paths import STATE, is_written_by_hairpipe, only_plain, plain_path
from hairpipe.source.remote_listing import RemoteListing
from hairpipe.storage.failures import FailureKind, kind_of
from hairpipe.storage.folder import FileInfo, Folder, OutsideFolderError
from hairpipe.storage.messages import failed_read

# Resolved folders kept in memory: more than a sharded scrape has, few enough to stay small.
_REMEMBERED_FOLDERS = 100_000

# Each level is a Python call: deeper paths, which only a hostile scrape has, are resolved whole.
_DEEPEST = 50

# Where so many files took longer than this each, in seconds, as on a disk in a network, threads look at the
# rest.
_TO_TELL, _SLOW_ANSWER, _THREADS = 100, 0.0005, 8


class Listing(Protocol):
    """The files of a folder."""

    def find(self, relative: str) -> FileInfo | None:
        """Return a file's size and version, or None where there is no such file.

        Raises
        ------
        OutsideFolderError
            If `relative` leads out of the folder.
        """

    def find_plain(self, paths: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Return the sizes and the versions of many files at once.

        Both are null for whatever is not plainly a file that its path leads to: what that is, :meth:`find`
        tells.
        """

    def names(self, under: str = "") -> Iterator[str]:
        """Yield the relative path of every file below `under`, links too, in a fixed order.

        Hidden files and folders are left out, and so is what hairpipe itself has written into the folder
        or one below it: these are no part of a scrape.
        """

    def contents(self, names: Sequence[str], at_most: int) -> dict[str, bytes]:
        """Return the bytes of small files; those larger than `at_most` and those gone are left out."""


def listing_of(folder: Folder) -> Listing:
    """Return the cheapest :class:`Listing` of a folder."""
    return LocalListing(folder) if folder.is_local else RemoteListing(folder)


class _Kind(Enum):
    """What is known of a folder below the root."""

    PLAIN = auto()
    LINKED = auto()
    ABSENT = auto()


class LocalListing:
    """A folder on a disk: one ``lstat`` a file, and one for each folder on the way, once.

    The answers equal those of :meth:`hairpipe.storage.folder.Folder.info`, which resolves every path
    from the top and costs ten times as much.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._root = folder.root.rstrip("/")
        self._kind_of_folder = lru_cache(_REMEMBERED_FOLDERS)(self._look_at_folder)

    def find(self, relative: str) -> FileInfo | None:
        """Return a file's size and version, or None where there is no such file."""
        path = plain_path(relative, self._folder)
        if path.count("/") > _DEEPEST:
            return self._find_through_links(path)
        folder = self._kind_of_folder(path.rpartition("/")[0])
        if folder is _Kind.ABSENT:
            return None
        if folder is _Kind.LINKED:
            return self._find_through_links(path)
        try:
            found = os.lstat(f"{self._root}/{path}")
        except (OSError, ValueError) as error:
            _refuse_passing(f"{self._root}/{path}", error)
            return None
        if stat.S_ISLNK(found.st_mode):
            return self._find_through_links(path)
        return _regular_file(found)

    def find_plain(self, paths: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Return the sizes and versions of the files that lie below the root without any link."""
        plain = only_plain(paths).to_pylist()
        sizes, times = np.full(len(plain), -1), np.zeros(len(plain), np.int64)

        def look(first: int, stop: int) -> None:
            sizes[first:stop], times[first:stop] = self._look_at_files(plain[first:stop])

        began = time.perf_counter()
        look(0, _TO_TELL)
        if time.perf_counter() - began < _SLOW_ANSWER * _TO_TELL:
            look(_TO_TELL, len(plain))
        else:
            starts = range(_TO_TELL, len(plain), _TO_TELL)
            with ThreadPoolExecutor(_THREADS) as pool:
                list(pool.map(look, starts, (start + _TO_TELL for start in starts)))
        is_absent = sizes < 0
        return pa.array(sizes, mask=is_absent), pa.array(times, mask=is_absent).cast(pa.string())

    def _look_at_files(self, paths: Sequence[str | None]) -> tuple[list[int], list[int]]:
        """Return the size and the time of each file, -1 for none, in as little time as Python takes."""
        sizes, times = [], []
        root, folder, is_plain = self._root, None, False
        for path in paths:
            size = nanoseconds = -1
            if path is not None:
                parent = path.rpartition("/")[0]
                if parent != folder:
                    folder = parent
                    is_plain = parent.count("/") < _DEEPEST and self._kind_of_folder(parent) is _Kind.PLAIN
                try:
                    found = os.lstat(f"{root}/{path}") if is_plain else None
                except (OSError, ValueError) as error:
                    _refuse_passing(f"{root}/{path}", error)
                    found = None
                if found is not None and stat.S_ISREG(found.st_mode):
                    size, nanoseconds = found.st_size, found.st_mtime_ns
            sizes.append(size)
            times.append(nanoseconds)
        return sizes, times

    def names(self, under: str = "") -> Iterator[str]:
        """Yield every file below `under`; a link to a folder is not followed but named like a file."""
        yield from self._names(under, None)

    def _names(self, under: str, output: str | None) -> Iterator[str]:
        """Yield the files below a folder that lies in an output folder of hairpipe's, or in none."""
        try:
            with os.scandir(f"{self._root}/{under}") as entries:
                children = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
        except (FileNotFoundError, NotADirectoryError):
            return
        except PermissionError as error:
            # Passing it over would make every profile in it look removed.
            raise ConfigError(
                f"source.path: {self._root}/{under} can't be listed; make it readable for this user"
            ) from error
        except OSError as error:
            raise failed_read(f"{self._root}/{under}", error, is_local=True) from error
        if (STATE, True) in children:
            output = f"{under}/" if under else ""
        for name, is_folder in children:
            relative = f"{under}/{name}" if under else name
            if name.startswith(".") or is_written_by_hairpipe(relative, output):
                continue
            if is_folder:
                yield from self._names(relative, output)
            else:
                yield relative

    def contents(self, names: Sequence[str], at_most: int) -> dict[str, bytes]:
        """Return the bytes of small files; those larger than `at_most` and those gone are left out."""
        found: dict[str, bytes] = {}
        for name in names:
            with suppress(OSError, OutsideFolderError):
                info = self.find(name)
                if info is not None and info.size <= at_most:
                    found[name] = _read(f"{self._root}/{plain_path(name, self._folder)}", info.size)
        return found

    def _look_at_folder(self, relative: str) -> _Kind:
        parent, _, last = relative.rpartition("/")
        kind = self._kind_of_folder(parent) if last else _Kind.PLAIN
        if kind is not _Kind.PLAIN:
            return kind
        try:
            mode = os.lstat(f"{self._root}/{relative}").st_mode
        except (OSError, ValueError) as error:
            _refuse_passing(f"{self._root}/{relative}", error)
            return _Kind.ABSENT
        if stat.S_ISLNK(mode):
            return _Kind.LINKED
        return _Kind.PLAIN if stat.S_ISDIR(mode) else _Kind.ABSENT

    def _find_through_links(self, path: str) -> FileInfo | None:
        try:
            return _regular_file(Path(self._folder.path(path)).stat())
        except OutsideFolderError:
            raise
        except (OSError, ValueError) as error:
            _refuse_passing(f"{self._root}/{path}", error)
            return None


def _read(path: str, size: int) -> bytes:
    # Without Python's buffers: a third of the time for files as small as these.
    handle = os.open(path, os.O_RDONLY)
    try:
        return os.read(handle, size)
    finally:
        os.close(handle)


def _refuse_passing(full: str, error: Exception) -> None:
    """Raise StoreError if a file can't be seen only for now: its portrait would look as if it had none."""
    if not isinstance(error, FileNotFoundError) and kind_of(error) is FailureKind.PASSING:
        raise failed_read(full, error, is_local=True) from error


def _regular_file(found: os.stat_result) -> FileInfo | None:
    if not stat.S_ISREG(found.st_mode):
        return None
    return FileInfo(found.st_size, str(found.st_mtime_ns))
