"""Digests of pictures that a plan can't do without, taken in this process or by workers."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa

from hairpipe.source.profile import Pictures

READERS = 8
PICTURES_PER_TASK = 1000
# Threads read four times as long as a plain loop from a disk that answers at once, and much faster from
# one that doesn't: where so many pictures took longer than this each, in seconds, threads read the rest.
_READ_TO_TELL, _SLOW_READ = 20, 0.0005

Take = Callable[[pa.Table], None]
"""Takes digests in, a table with the columns ``image`` and ``digest`` for some of the pictures."""


@dataclass(frozen=True)
class DigestTask:
    """Pictures to be read for their digests."""

    pictures: Pictures
    images: tuple[str, ...]
    """Different paths, in the order in which they are read."""


def digest_tasks(pictures: Pictures, images: Iterable[str]) -> Iterator[DigestTask]:
    """Yield tasks of so many pictures as are worth sending to a worker."""
    left = iter(images)
    while some := tuple(islice(left, PICTURES_PER_TASK)):
        yield DigestTask(pictures, some)


def read_digests(task: DigestTask) -> pa.Table:
    """Return the SHA-256 of each picture by its path, null for one that can't be read."""
    began = time.perf_counter()
    digests = [_digest(task.pictures, image) for image in task.images[:_READ_TO_TELL]]
    left = task.images[_READ_TO_TELL:]
    if time.perf_counter() - began <= _SLOW_READ * len(digests):
        digests += [_digest(task.pictures, image) for image in left]
    else:
        with ThreadPoolExecutor(READERS) as pool:
            digests += pool.map(lambda image: _digest(task.pictures, image), left)
    return pa.table({"image": pa.array(task.images, pa.string()), "digest": pa.array(digests, pa.string())})


def digest_here(pictures: Pictures, images: Iterable[str], take: Take) -> None:
    """Read pictures for their digests in this process."""
    for task in digest_tasks(pictures, images):
        take(read_digests(task))


def _digest(pictures: Pictures, image: str) -> str | None:
    try:
        return hashlib.sha256(pictures.read(image)).hexdigest()
    except (OSError, ValueError):
        # The worker that reads it again gives it its status.
        return None
