"""Buckets: which partition of the tables a portrait's rows lie in, and how many there are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

FEWEST_BUCKETS = 16
ROWS_PER_BUCKET = 20_000
_HASH_BYTES = 8


def bucket_numbers(portrait_ids: Iterable[str], count: int) -> NDArray[np.int64]:
    """Return the bucket of each portrait, 0 to `count` - 1.

    The same id has the same bucket on every machine and in every version. When the count doubles,
    a portrait of bucket ``b`` either stays there or moves to ``b + count``.

    Parameters
    ----------
    portrait_ids : iterable of str
        Any text that UTF-8 can hold.
    count : int
        Number of buckets, a power of two.

    Raises
    ------
    ValueError
        If `count` is not a power of two.
    """
    if not is_bucket_count(count):
        raise ValueError(f"the number of buckets must be a power of two, not {count}")
    digests = b"".join(
        hashlib.blake2b(portrait_id.encode(), digest_size=_HASH_BYTES).digest()
        for portrait_id in portrait_ids
    )
    return (np.frombuffer(digests, "<u8") & np.uint64(count - 1)).astype(np.int64)


class BucketRows:
    """Rows in the order of their buckets, each portrait's id hashed once.

    `portrait_ids` are those of the rows, `count` is a power of two, and `counts` are the rows of each bucket.
    """

    def __init__(self, rows: pa.Table, portrait_ids: pa.Array | pa.ChunkedArray, count: int) -> None:
        numbers = bucket_numbers(portrait_ids.to_pylist(), count)
        self.counts: NDArray[np.int64] = np.bincount(numbers, minlength=count)
        self._ends = np.cumsum(self.counts)
        self._order = np.argsort(numbers, kind="stable")
        self._rows = rows.combine_chunks()

    @property
    def buckets(self) -> list[int]:
        """Those that have rows, in order."""
        found: list[int] = np.flatnonzero(self.counts).tolist()
        return found

    def rows(self, bucket: int) -> pa.Table:
        """Return a bucket's rows in the order in which they came; a bucket that there is not has none."""
        if bucket >= len(self.counts):
            return self._rows[:0]
        end = self._ends[bucket]
        return self._rows.take(self._order[end - self.counts[bucket] : end])


def bucket_of(portrait_id: str, count: int) -> int:
    """Return the bucket of one portrait; see :func:`bucket_numbers`."""
    return int(bucket_numbers([portrait_id], count)[0])


def bucket_name(number: int) -> str:
    """Return a bucket's name: ``b07``.

    The letter keeps readers from taking the partition key for a number, and a name stays the same
    however many buckets there are.
    """
    return f"b{number:02d}"


def buckets_for(rows: int) -> int:
    """Return how many buckets suit a portraits table.

    The smallest power of two, at least 16, that leaves no more than about 20,000 rows in a bucket:
    16 up to 320,000 rows, 64 for a million.
    """
    count = FEWEST_BUCKETS
    while count * ROWS_PER_BUCKET < rows:
        count *= 2
    return count


def is_bucket_count(count: int) -> bool:
    """Return whether there can be this many buckets: a power of two."""
    return count >= 1 and count & (count - 1) == 0
