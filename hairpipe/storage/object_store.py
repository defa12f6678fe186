"""Files in an object store: each request has a deadline, and one that fails in passing is made again."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import fsspec
from fsspec.asyn import AsyncFileSystem, sync

from hairpipe.storage.failures import FailureKind, kind_of, next_pause, patience_seconds
from hairpipe.storage.files import FileInfo
from hairpipe.storage.messages import failed_read

Result = TypeVar("Result")

# The slowest upload that is waited for. Libraries give up on a silent server themselves while they
# read, but not all of them while they write.
_SLOWEST_BYTES_PER_SECOND = 100_000
# Of the handle that a file is read through: readers that go by lines ask for a few bytes at a time.
_BUFFER = 2**20


def persistently(action: Callable[[], Result], patience: float) -> Result:
    """Do something with a store, and again after growing pauses where it fails with what passes.

    What is done may be done again after it failed; after `patience` seconds no other try begins.

    Raises
    ------
    Exception
        What the last try raised.
    """
    began = time.monotonic()
    for failures in itertools.count(1):
        try:
            return action()
        except Exception as error:
            if kind_of(error) is not FailureKind.PASSING:
                raise
            pause = next_pause(failures, time.monotonic() - began, patience)
            if pause is None:
                raise
        # Workers that were cut off at the same moment do not all come back at the same moment.
        time.sleep(pause * random.uniform(0.5, 1))
    raise AssertionError("unreachable")


def storage_options(protocol: str) -> dict[str, Any]:
    """Return the options that hairpipe opens a store's file system with.

    Tries are made again here, with one patience for all stores, so botocore need not make its own
    inside of them; whoever configures those keeps them.
    """
    if protocol not in ("s3", "s3a") or "AWS_MAX_ATTEMPTS" in os.environ:
        return {}
    known = {}
    for name in ("s3", "s3a"):
        known.update(fsspec.config.conf.get(name, {}).get("config_kwargs", {}))
    return {"config_kwargs": {"retries": {"total_max_attempts": 1}, **known}}


class ObjectStore:
    """Files of an fsspec file system, by the methods of a :class:`~hairpipe.storage.local_disk.LocalDisk`.

    What goes wrong is raised as the store's library tells it. All files lie below `root`; a request is made
    again for `patience` seconds.
    """

    def __init__(self, filesystem: Any, root: str, patience: float) -> None:
        self.filesystem = filesystem
        self._bucket = root.strip("/").partition("/")[0]
        self.patience = patience

    def read(self, full: str) -> bytes:
        with self._explaining():
            data: bytes = persistently(lambda: self.filesystem.cat_file(full), self.patience)
        return data

    def read_many(self, paths: Sequence[str]) -> dict[str, bytes]:
        """Return the bytes of several files, fetched together; those that can't be had are left out."""
        found: dict[str, bytes] = {}
        left = list(paths)

        def fetch() -> None:
            answers = self.filesystem.cat(left, on_error="return") if left else {}
            failures = {}
            for path, answer in answers.items():
                if isinstance(answer, bytes):
                    found[path] = answer
                else:
                    failures[path] = answer
            left[:] = [path for path, failure in failures.items() if _concerns_all(failure)]
            if left:
                raise failures[left[0]]

        persistently(fetch, self.patience)
        return found

    def open(self, full: str) -> io.BufferedReader:
        with self._explaining():
            handle = persistently(lambda: self.filesystem.open(full, "rb"), self.patience)
        return io.BufferedReader(_PersistentReader(handle, full, self.patience), _BUFFER)

    def exists(self, full: str) -> bool:
        return self._detail(full) is not None

    def info(self, full: str) -> FileInfo | None:
        detail = self._detail(full)
        return _file_info(detail) if detail is not None and detail["type"] == "file" else None

    def written_at(self, full: str) -> float | None:
        """Return when a file was last written by the store's own clock, None where it does not tell."""
        try:
            moment: datetime = persistently(lambda: self.filesystem.modified(full), self.patience)
        except NotImplementedError:
            return None
        return moment.timestamp()

    def list(self, top: str) -> Iterator[tuple[str, FileInfo]]:

        def listed() -> dict[str, dict[str, Any]]:
            self.filesystem.invalidate_cache(top)
            found: dict[str, dict[str, Any]] = self.filesystem.find(top, detail=True)
            return found

        try:
            details = persistently(listed, self.patience)
        except FileNotFoundError:
            return
        # Of a million files the store's answer takes a gigabyte.
        while details:
            full, detail = details.popitem()
            yield full, _file_info(detail)

    def children(self, top: str) -> Sequence[str]:
        try:
            paths = persistently(lambda: self.filesystem.ls(top, detail=False), self.patience)
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [str(path).rstrip("/").rpartition("/")[2] for path in paths]

    def write(self, full: str, data: bytes) -> None:
        self._request("pipe_file", full, data, size=len(data))

    def create(self, full: str, data: bytes) -> bool:
        """Write a file unless there is one; return whether its bytes are these."""
        try:
            self._request("pipe_file", full, data, size=len(data), mode="create")
        except FileExistsError:
            # The answer to a try that succeeded may have got lost, and the next one met its own file.
            return self.read(full) == data
        return True

    def copy(self, source: str, target: str) -> None:
        """Make `target` a copy of `source`."""
        self._request("cp_file", source, target)

    def delete(self, full: str) -> None:
        if self.exists(full):
            with contextlib.suppress(FileNotFoundError):
                self._request("rm_file", full)

    def delete_tree(self, full: str) -> None:
        if self.exists(full):
            with contextlib.suppress(FileNotFoundError):
                persistently(lambda: self.filesystem.rm(full, recursive=True), self.patience)

    def _detail(self, full: str) -> Mapping[str, Any] | None:
        try:
            with self._explaining():
                detail: Mapping[str, Any] = self._request("info", full)
        except FileNotFoundError:
            return None
        return detail

    @contextlib.contextmanager
    def _explaining(self) -> Iterator[None]:
        """Find out why a store says no: its answer to a HEAD has no room for that, to a listing it has."""
        try:
            yield
        except OSError as error:
            if kind_of(error) not in (FailureKind.DENIED, FailureKind.OTHER):
                raise
            try:
                self.filesystem.ls(self._bucket, detail=False)
            except Exception as told:
                if kind_of(told) in (FailureKind.CREDENTIALS, FailureKind.EXPIRED):
                    raise told from told.__cause__
            raise

    def _request(self, name: str, *arguments: Any, size: int = 0, **options: Any) -> Any:
        """Make one request, under a deadline where the file system can be interrupted."""
        if not isinstance(self.filesystem, AsyncFileSystem):
            return persistently(lambda: getattr(self.filesystem, name)(*arguments, **options), self.patience)
        # A server that takes a connection and says nothing would hold a put for ever.
        seconds = max(patience_seconds(), 1.0) + size / _SLOWEST_BYTES_PER_SECOND
        function = getattr(self.filesystem, f"_{name}")
        return persistently(
            lambda: sync(self.filesystem.loop, function, *arguments, timeout=seconds, **options),
            self.patience,
        )


class _PersistentReader(io.RawIOBase):
    """A file of an object store, each block of which is asked for until it comes."""

    def __init__(self, handle: Any, full: str, patience: float) -> None:
        self._handle = handle
        self._full = full
        self._patience = patience

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._handle.seekable())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._handle.seek(offset, whence))

    def tell(self) -> int:
        return int(self._handle.tell())

    def readinto(self, buffer: Any) -> int:
        try:
            data = persistently(lambda: self._handle.read(len(buffer)), self._patience)
        except Exception as error:
            raise failed_read(self._full, error, is_local=False) from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._handle.close()
        super().close()


def _file_info(detail: Mapping[str, Any]) -> FileInfo:
    version = detail.get("ETag") or detail.get("etag") or detail.get("LastModified") or detail.get("mtime")
    return FileInfo(int(detail["size"]), str(version).strip('"'))


def _concerns_all(failure: Exception) -> bool:
    return kind_of(failure) not in (FailureKind.ABSENT, FailureKind.DENIED, FailureKind.OTHER)
