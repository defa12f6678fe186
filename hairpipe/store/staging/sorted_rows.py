"""Rows in the order of their buckets, so that a bucket's rows are read without the others.

Batches hold rows of all buckets, and a batch's file is too small to be cut into buckets: a Parquet row
group of a few dozen rows takes longer to open than to read. So the rows of many batches are put into one
file, ``.hairpipe/staging/sorted/<run>-<number>``: an index with a line for every bucket, then each
bucket's rows as one compressed Arrow message. It is read once and deleted; the batches stay until the
rows are published. What a plan knows of portraits that need no looking is handed over in the same way.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import BucketRows
from hairpipe.store.schema import batch_schema
from hairpipe.store.staging.batches import STAGING, read_batch

SORTED = f"{STAGING}/sorted"
# Of staged files that go into one sorted file: ten to thirty thousand rows, while they are sorted a few
# hundred megabytes at most.
BYTES_AT_ONCE = 4 * 2**20
_CODEC = "zstd"
_PART = np.dtype([("rows", "<u4"), ("bytes", "<u4"), ("unpacked", "<u4"), ("crc", "<u4")])


@dataclass(frozen=True)
class SortedFiles:
    """Files of rows in the order of their buckets."""

    paths: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    """How many each bucket has, in all of the files."""


@dataclass(frozen=True)
class SortTask:
    """Some batches and the file that their rows are to be sorted into."""

    folder: Folder
    """The output folder."""
    path: str
    """Of the file."""
    batch_ids: tuple[str, ...]
    carry: Mapping[str, str]
    """The attributes carried over by the run."""
    count: int
    """How many buckets there are."""


def sort_tasks(
    folder: Folder, run_id: str, batch_ids: Sequence[str], carry: Mapping[str, str], count: int
) -> list[SortTask]:
    """Return the tasks that sort batches, about `BYTES_AT_ONCE` of them at a time.

    Parameters
    ----------
    run_id : str
        The run that publishes: what another has put aside is never read.
    carry, count
        As in :class:`SortTask`.
    """
    sizes = {path: info.size for path, info in folder.list(STAGING)} if batch_ids else {}
    chunks: list[list[str]] = [[]]
    held = 0
    for batch_id in sorted(batch_ids):
        if held >= BYTES_AT_ONCE:
            chunks.append([])
            held = 0
        chunks[-1].append(batch_id)
        held += sizes.get(f"{STAGING}/{batch_id}.parquet", 0)
    return [
        SortTask(folder, f"{SORTED}/{run_id}-{number:05d}", tuple(chunk), carry, count)
        for number, chunk in enumerate(chunks)
        if chunk
    ]


def sort_batches(task: SortTask) -> NDArray[np.int64]:
    """Write the rows of batches in the order of their buckets and return how many each bucket has.

    Raises
    ------
    StoreError
        If a batch is gone or damaged (a damaged one is deleted), or the file can't be written.
    """
    schema = batch_schema(task.carry)
    rows = pa.concat_tables([read_batch(task.folder, batch_id, schema) for batch_id in task.batch_ids])
    ids = pc.struct_field(rows["portrait"], "portrait_id")
    return write_sorted(task.folder, task.path, rows, ids, task.count)


def write_sorted(
    folder: Folder, path: str, rows: pa.Table, portrait_ids: pa.ChunkedArray, count: int
) -> NDArray[np.int64]:
    """Write rows in the order of their buckets and return how many each bucket has.

    Parameters
    ----------
    portrait_ids : pyarrow.ChunkedArray of string
        Of each row.

    Raises
    ------
    StoreError
        If the file can't be written.
    """
    by_bucket = BucketRows(rows, portrait_ids, count)
    index = np.zeros(count, _PART)
    parts = []
    for bucket in by_bucket.buckets:
        message = by_bucket.rows(bucket).combine_chunks().to_batches()[0].serialize()
        parts.append(pa.compress(message, codec=_CODEC, asbytes=True))
        size = len(by_bucket.rows(bucket)), len(parts[-1]), message.size
        index[bucket] = (*size, zlib.crc32(parts[-1]))
    head = index.tobytes()
    folder.write(path, b"".join([zlib.crc32(head).to_bytes(4, "little"), head, *parts]))
    return by_bucket.counts


def read_sorted(
    folder: Folder, path: str, schema: pa.Schema, count: int, buckets: Sequence[int]
) -> dict[int, pa.Table]:
    """Return some buckets' rows of a file in the order of `count` buckets; those without rows are left out.

    Raises
    ------
    StoreError
        If the file is gone or damaged.
    """
    wanted = {*buckets}
    try:
        with folder.open(path) as file:
            checksum, head = file.read(4), file.read(count * _PART.itemsize)
            if len(head) < count * _PART.itemsize or zlib.crc32(head).to_bytes(4, "little") != checksum:
                raise ValueError("its index is damaged")
            index = np.frombuffer(head, _PART)
            ends = 4 + len(head) + np.cumsum(index["bytes"], dtype=np.int64)
            found = {}
            for bucket in np.flatnonzero(index["rows"]).tolist():
                if bucket in wanted:
                    file.seek(int(ends[bucket]) - int(index[bucket]["bytes"]))
                    found[bucket] = _unpacked(file.read(int(index[bucket]["bytes"])), index[bucket], schema)
            return found
    except (FileNotFoundError, ValueError) as error:
        raise StoreError(
            f"{folder.path(path)} was written and can't be read back: {error}; run the same command again"
        ) from error


def _unpacked(part: bytes, entry: np.void, schema: pa.Schema) -> pa.Table:
    if zlib.crc32(part) != entry["crc"]:
        raise ValueError("a part of it does not match its checksum")
    message = pa.decompress(part, int(entry["unpacked"]), codec=_CODEC)
    return pa.Table.from_batches([pa.ipc.read_record_batch(message, schema)])
