"""Some buckets of a new version: one task, done by a worker or by the driver itself."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import bucket_numbers
from hairpipe.store.manifest import FileEntry
from hairpipe.store.parquet import DamagedFileError, read_parquet, to_parquet
from hairpipe.store.publish.labelled import BucketLabels, with_labels
from hairpipe.store.publish.merge import Changes, merge_rows
from hairpipe.store.schema import KEYS, TableName, Tables, batch_schema, change_schema, table_schemas
from hairpipe.store.staging.batches import tables_of
from hairpipe.store.staging.sorted_rows import read_sorted
from hairpipe.store.store import Store


@dataclass(frozen=True)
class MergeTask:
    """Buckets to be merged, and where all that belongs to them lies: no rows."""

    store: Store
    """The current version, of which only the files that these buckets' rows come from are named."""
    buckets: tuple[int, ...]
    count: int
    """How many buckets the next version has."""
    carry: Mapping[str, str]
    """The attributes of the next version."""
    sorted_files: tuple[str, ...]
    """Staged rows in the order of `count` buckets."""
    changes: Changes
    """What all this is part of, but for its batches' ids."""
    labels: BucketLabels
    """What people said of these buckets' portraits."""


@dataclass(frozen=True)
class MergedBuckets:
    """What a merge task hands back: no rows."""

    files: tuple[FileEntry, ...]
    """Of every table and bucket; the bytes lie among the objects."""
    before: Counter[str]
    after: Counter[str]
    """Before and after: portraits of these buckets by status, in the current version and in the next."""
    staged: Counter[str]
    """Portraits found in the staged rows, each once, by status."""


def merge_buckets(task: MergeTask) -> MergedBuckets:
    """Write the files of some buckets as objects; doing so again gives the same files.

    Raises
    ------
    StoreError
        If something can't be written, or a file is gone or damaged.
    """
    folder, changes = task.store.folder, task.changes
    files: list[FileEntry] = []
    before, after, staged = Counter[str](), Counter[str](), Counter[str]()
    looked_at = _by_bucket(task, task.sorted_files, batch_schema(changes.carry))
    others = _by_bucket(task, changes.others.paths, change_schema(changes.carry))
    for bucket in task.buckets:
        fresh = tables_of(looked_at.pop(bucket), changes.carry)
        old = current_rows(task.store, bucket, task.count)
        merged = merge_rows(old, fresh, others.pop(bucket), changes, task.carry)
        merged = with_labels(merged, task.labels.of(bucket))
        files.extend(write_object(folder, table, bucket, rows) for table, rows in merged.items())
        for counts, tables in ((before, old), (after, merged), (staged, fresh)):
            counts.update(tables[TableName.PORTRAITS]["status"].to_pylist())
    return MergedBuckets(tuple(files), before, after, staged)


def _by_bucket(task: MergeTask, paths: Sequence[str], schema: pa.Schema) -> dict[int, pa.Table]:
    """Return the rows that files in the order of the buckets have of each bucket of a task."""
    folder, empty = task.store.folder, schema.empty_table()
    parts = [read_sorted(folder, path, schema, task.count, task.buckets) for path in paths]
    return {
        bucket: pa.concat_tables([empty, *(part[bucket] for part in parts if bucket in part)])
        for bucket in task.buckets
    }


def current_rows(store: Store, bucket: int, count: int) -> Tables:
    """Return the rows of the current version that belong into a bucket of `count`, perhaps another count.

    Parameters
    ----------
    bucket : int
        From `count` on there are no rows.
    count : int
        A power of two.
    """
    tables = {}
    for table in TableName:
        rows = store.read(table, buckets=source_buckets(store, bucket, count))
        if count > store.buckets:
            ids = rows["portrait_id"].to_pylist()
            rows = rows.filter(pa.array(bucket_numbers(ids, count) == bucket))
        tables[table] = rows
    return tables


def source_buckets(store: Store, bucket: int, count: int) -> range:
    """Return the buckets of the current version that the rows of a bucket of `count` lie in."""
    # Both counts are powers of two: the rows come from one larger bucket, or from several smaller ones.
    sources = range(bucket % store.buckets, store.buckets, min(count, store.buckets))
    return sources if bucket < count else sources[:0]


def write_object(folder: Folder, table: TableName, bucket: int, rows: pa.Table) -> FileEntry:
    """Write a table's rows of one bucket as an object, and read its footer back.

    Rows that are already there as an object are not written again.

    Raises
    ------
    StoreError
        If it can't be written, what was written can't be read, or two rows have the same key.
    """
    keys = list(KEYS[table])
    if rows.group_by(keys).aggregate([]).num_rows != len(rows):
        raise StoreError(
            f"bucket {bucket} of {table} in {folder.url} would have two rows with the same "
            f"{', '.join(keys)}; nothing was published: run `hairpipe verify {folder.url}`"
        )
    data = to_parquet(rows, keys)
    entry = FileEntry(
        table=table, bucket=bucket, sha256=hashlib.sha256(data).hexdigest(), rows=len(rows), bytes=len(data)
    )
    known = folder.info(entry.object_path)
    if known is None or known.size != entry.bytes:
        folder.write(entry.object_path, data)
    try:
        written = len(read_parquet(folder, entry.object_path, rows.schema, columns=[]))
    except (FileNotFoundError, DamagedFileError) as error:
        raise StoreError(
            f"{folder.path(entry.object_path)} was written and can't be read back: {error}"
        ) from error
    if written != len(rows):
        raise StoreError(
            f"{folder.path(entry.object_path)} was written with {len(rows)} rows and has {written}"
        )
    return entry


def empty_files(folder: Folder, buckets: Iterable[int], carry: Mapping[str, str]) -> list[FileEntry]:
    """Write files without rows for some buckets and return their entries."""
    schemas = table_schemas(carry)
    return [
        write_object(folder, table, bucket, schema.empty_table())
        for bucket in buckets
        for table, schema in schemas.items()
    ]
