"""What a folder needs of the disk or the store that its files lie in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Protocol


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What a listing tells of a file."""

    size: int
    """Bytes."""
    version: str
    """Changes when the content may have changed: the modification time in nanoseconds on a local disk, the
    ETag in an object store."""


class Files(Protocol):
    """Files by their full paths; what goes wrong is raised as the disk or the store's library tells it."""

    def read(self, full: str) -> bytes:
        """Return a file's bytes."""

    def read_many(self, paths: Sequence[str]) -> dict[str, bytes]:
        """Return the bytes of several files; those that can't be had are left out."""

    def open(self, full: str) -> IO[bytes]:
        """Open a file for reading in blocks."""

    def exists(self, full: str) -> bool:
        """Return whether there is such a file or folder."""

    def info(self, full: str) -> FileInfo | None:
        """Return a file's size and version, or None where there is no such file."""

    def written_at(self, full: str) -> float | None:
        """Return when a file was last written, in seconds by the clock of where it lies; None if unknown."""

    def list(self, top: str) -> Iterator[tuple[str, FileInfo]]:
        """Yield (full path, info) of every file below a folder, in any order."""

    def children(self, top: str) -> Sequence[str]:
        """Return the names of what lies right in a folder."""

    def write(self, full: str, data: bytes) -> None:
        """Write a file whole or not at all."""

    def create(self, full: str, data: bytes) -> bool:
        """Write a file unless there is one; return whether its bytes are these."""

    def copy(self, source: str, target: str) -> None:
        """Make `target` the same as `source`, atomically."""

    def delete(self, full: str) -> None:
        """Delete a file; nothing happens where there is none."""

    def delete_tree(self, full: str) -> None:
        """Delete a folder and all below it; nothing happens where there is none."""
