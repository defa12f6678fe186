"""The files of a new version: made from the current one and what has changed, not yet seen by anyone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import bucket_numbers
from hairpipe.store.manifest import FileEntry
from hairpipe.store.parquet import DamagedFileError, read_parquet, to_parquet
from hairpipe.store.publish.merge import RowChanges, merge_rows
from hairpipe.store.schema import KEYS, TOUCHED, TableName, Tables, refresh_schema, table_schemas
from hairpipe.store.staging.sorted_rows import rows_by_group
from hairpipe.store.store import Store

# Rows of staged batches held in memory at once; more are sorted by bucket first.
ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Changes:
    """What a run wants published.

    Attributes
    ----------
    run_id : str
        Stands in every row that is written, also of batches that an interrupted run had finished.
    source : str
        Of the portraits that the changes are about; rows of other sources stay as they are.
    fingerprint : str
        Of the run's settings.
    carry : mapping of str to str
        The attributes carried over, with their types.
    planned : int
        Rows the run has to write: portraits in `batches` and in `refreshed`, if nothing got lost.
    batches : sequence of str
        Ids of staged batches.
    refreshed : pyarrow.Table or None
        As :func:`hairpipe.store.schema.refresh_schema`: portraits whose picture stayed the same.
    touched : pyarrow.Table or None
        As :data:`hairpipe.store.schema.TOUCHED`: portraits of which only the picture's file changed.
    removed : sequence of str
        Ids that the scrape no longer has: their rows are marked and stay.
    dropped : sequence of str
        Ids whose rows go.
    last_seen_run_id : str or None
        The last run that saw the removed ones; None: the run that wrote the row.
    replaces_good : bool
        Whether a row without a result takes the place of one that has one.
    """

    run_id: str
    source: str
    fingerprint: str
    carry: Mapping[str, str]
    planned: int
    batches: Sequence[str] = ()
    refreshed: pa.Table | None = None
    touched: pa.Table | None = None
    removed: Sequence[str] = ()
    dropped: Sequence[str] = ()
    last_seen_run_id: str | None = None
    replaces_good: bool = False


def build_files(
    store: Store, staged: Sequence[str], changes: Changes, carry: Mapping[str, str], count: int
) -> tuple[FileEntry, ...]:
    """Write the files of the next version as objects and return all of its entries.

    Parameters
    ----------
    store : Store
        The current version.
    staged : sequence of str
        The ids of the portraits in the staged batches of `changes`.
    changes : Changes
        What the next version has other than the current one.
    carry : mapping of str to str
        The attributes of the next version.
    count : int
        The buckets of the next version.

    Returns
    -------
    tuple of FileEntry
        Sorted by bucket and table; those of untouched buckets are the current version's.

    Raises
    ------
    StoreError
        If something can't be written, or a file is gone or damaged.
    """
    refreshed = refresh_schema(carry).empty_table() if changes.refreshed is None else changes.refreshed
    refreshed_ids = pc.struct_field(refreshed["portrait"], "portrait_id").to_pylist()
    refreshed_rows = _by_bucket(refreshed, refreshed_ids, count)
    touched = TOUCHED.empty_table() if changes.touched is None else changes.touched
    touched_rows = _by_bucket(touched, touched["portrait_id"].to_pylist(), count)
    removed = _ids_by_bucket(changes.removed, count)
    dropped = _ids_by_bucket(changes.dropped, count)
    staged_rows = np.bincount(bucket_numbers(staged, count), minlength=count)
    entries = _kept_entries(store, carry, count)
    rewritten = {*np.flatnonzero(staged_rows).tolist(), *refreshed_rows, *touched_rows, *removed, *dropped}
    rewritten |= set(_all_buckets(store, count)) - {bucket for _, bucket in entries}
    groups = list(_groups(sorted(rewritten), staged_rows))
    staged_tables = rows_by_group(store.folder, changes.batches, changes.carry, groups, count, ROWS_AT_ONCE)
    for group, tables in zip(groups, staged_tables, strict=True):
        fresh = {
            table: (_by_bucket(rows, rows["portrait_id"].to_pylist(), count), rows[:0])
            for table, rows in tables.items()
        }
        for bucket in group:
            row_changes = RowChanges(
                fresh={table: rows.get(bucket, empty) for table, (rows, empty) in fresh.items()},
                refreshed=refreshed_rows.get(bucket, refreshed[:0]),
                touched=touched_rows.get(bucket, touched[:0]),
                removed=pa.array(removed.get(bucket, []), pa.string()),
                dropped=pa.array(dropped.get(bucket, []), pa.string()),
                source=changes.source,
                run_id=changes.run_id,
                last_seen_run_id=changes.last_seen_run_id,
                replaces_good=changes.replaces_good,
            )
            merged = merge_rows(current_rows(store, bucket, count), row_changes, carry)
            for table, rows in merged.items():
                entries[table, bucket] = write_object(store.folder, table, bucket, rows)
        # Or else these rows would still be held while the next ones are read.
        tables.clear()
        fresh.clear()
    return tuple(
        entries[key] for key in sorted(entries, key=lambda key: (key[1], list(TableName).index(key[0])))
    )


def current_rows(store: Store, bucket: int, count: int) -> Tables:
    """Return the rows of the current version that belong into a bucket of `count`, perhaps another count.

    Parameters
    ----------
    store : Store
        The current version.
    bucket : int
        From `count` on there are no rows.
    count : int
        A power of two.
    """
    if bucket >= count:
        return {table: schema.empty_table() for table, schema in table_schemas(store.carry).items()}
    # Both counts are powers of two: the rows come from one larger bucket, or from several smaller ones.
    sources = range(bucket % store.buckets, store.buckets, min(count, store.buckets))
    tables = {}
    for table in TableName:
        rows = store.read(table, buckets=sources)
        if count > store.buckets:
            ids = rows["portrait_id"].to_pylist()
            rows = rows.filter(pa.array(bucket_numbers(ids, count) == bucket))
        tables[table] = rows
    return tables


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


def _kept_entries(
    store: Store, carry: Mapping[str, str], count: int
) -> dict[tuple[TableName, int], FileEntry]:
    """Return the current files that can stay: none where every bucket has to be rewritten."""
    if store.manifest is None or count != store.buckets or carry != store.carry or store.lacks_columns():
        return {}
    return {(entry.table, entry.bucket): entry for entry in store.manifest.files}


def _all_buckets(store: Store, count: int) -> range:
    """Return the buckets that have files in the next version: those there are, and emptied ones.

    A reader that has listed a folder may open its files a moment later, so they are never taken away.
    """
    return range(max(count, 0 if store.manifest is None else store.manifest.bucket_files))


def _groups(buckets: Sequence[int], staged_rows: NDArray[np.int64]) -> Iterator[list[int]]:
    """Group buckets so that no group has many more staged rows than fit into memory."""
    group: list[int] = []
    rows = 0
    for bucket in buckets:
        staged = staged_rows[bucket] if bucket < len(staged_rows) else 0
        if group and rows + staged > ROWS_AT_ONCE:
            yield group
            group, rows = [], 0
        group.append(bucket)
        rows += staged
    if group:
        yield group


def _by_bucket(rows: pa.Table, ids: Sequence[str], count: int) -> dict[int, pa.Table]:
    numbers = bucket_numbers(ids, count)
    return {int(bucket): rows.filter(pa.array(numbers == bucket)) for bucket in np.unique(numbers)}


def _ids_by_bucket(ids: Sequence[str], count: int) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = {}
    for portrait_id, bucket in zip(ids, bucket_numbers(ids, count).tolist(), strict=True):
        grouped.setdefault(bucket, []).append(portrait_id)
    return grouped
