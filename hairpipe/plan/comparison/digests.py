"""Digests of pictures that a plan can't do without."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from hairpipe.source.profile import Pictures

READERS = 8
_READ_AT_ONCE = 1000
# Threads read four times as long as a plain loop from a disk that answers at once, and much faster from
# one that doesn't: where so many pictures took longer than this each, in seconds, threads read the rest.
_READ_TO_TELL, _SLOW_READ = 50, 0.0005

Digests = dict[str, str | None]


class DigestReader:
    """Reads pictures for their SHA-256."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._reads_slowly = False

    def read(self, images: Iterable[str]) -> Iterator[Digests]:
        """Yield the digest of each picture by its path, None for one that can't be read, in blocks.

        Parameters
        ----------
        images : iterable of str
            Different paths, in the order in which they are read.
        """
        left = iter(images)
        with ThreadPoolExecutor(READERS) as pool:
            while block := list(islice(left, _READ_AT_ONCE if self._reads_slowly else _READ_TO_TELL)):
                began = time.perf_counter()
                each = pool.map(self._digest, block) if self._reads_slowly else map(self._digest, block)
                yield dict(zip(block, each, strict=True))
                self._reads_slowly |= time.perf_counter() - began > _SLOW_READ * len(block)

    def _digest(self, image: str) -> str | None:
        try:
            return hashlib.sha256(self._pictures.read(image)).hexdigest()
        except (OSError, ValueError):
            # The worker that reads it again gives it its status.
            return None
