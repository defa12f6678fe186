"""What is told of a file, wherever it lies."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What a listing tells of a file."""

    size: int
    """Bytes."""
    version: str
    """Changes when the content may have changed: the modification time in nanoseconds on a local disk, the
    ETag in an object store."""
