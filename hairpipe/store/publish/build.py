"""The files of a new version: made from the current one and what has changed, not yet seen by anyone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.store.buckets import BucketRows
from hairpipe.store.manifest import FileEntry
from hairpipe.store.publish.bucket_merge import MergeTask, merge_buckets, source_buckets
from hairpipe.store.publish.labelled import BucketLabels
from hairpipe.store.publish.merge import RowChanges
from hairpipe.store.schema import TOUCHED, TableName, refresh_schema
from hairpipe.store.staging.sorted_rows import SORTED, sort_batches, sort_tasks
from hairpipe.store.store import Store

# Rows, staged and old, that one merge task handles; a bucket that has more is a task of its own.
ROWS_AT_ONCE = 20_000

NO_LABELS = BucketLabels()

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


class Execute(Protocol):
    """Calls a function with each of some tasks, here or elsewhere, and returns what it gave, in order."""

    def __call__(
        self, function: Callable[[_Task], _Result], tasks: Iterable[_Task], /
    ) -> Sequence[_Result]: ...


def in_process(function: Callable[[_Task], _Result], tasks: Iterable[_Task], /) -> list[_Result]:
    """Do tasks here, one after the other."""
    return [function(task) for task in tasks]


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
    added : int
        Portraits that the tables do not have yet, by which the number of buckets grows.
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
    added: int = 0
    refreshed: pa.Table | None = None
    touched: pa.Table | None = None
    removed: Sequence[str] = ()
    dropped: Sequence[str] = ()
    last_seen_run_id: str | None = None
    replaces_good: bool = False


@dataclass(frozen=True)
class Built:
    """The files of the next version.

    Attributes
    ----------
    files : tuple of FileEntry
        Sorted by bucket and table; those of untouched buckets are the current version's.
    statuses : Counter of str
        Rows of the portraits table by status.
    staged : Counter of str
        Portraits in the staged batches, each once, by status.
    """

    files: tuple[FileEntry, ...]
    statuses: Counter[str]
    staged: Counter[str]


def build_files(
    store: Store,
    changes: Changes,
    carry: Mapping[str, str],
    count: int,
    execute: Execute = in_process,
    labels: BucketLabels = NO_LABELS,
) -> Built:
    """Write the files of the next version as objects; nobody sees them yet.

    Parameters
    ----------
    store : Store
        The current version.
    changes : Changes
        What the next version has other than the current one.
    carry : mapping of str to str
        The attributes of the next version.
    count : int
        The buckets of the next version.
    execute : callable, optional
        Does the tasks; by default this process does.
    labels : BucketLabels, optional
        What people said.

    Raises
    ------
    StoreError
        If something can't be written, or a file is gone or damaged.
    """
    # What an interrupted run has put aside is not to be trusted.
    store.folder.delete_tree(SORTED)
    sorting = sort_tasks(store.folder, changes.run_id, changes.batches, changes.carry, count)
    staged_rows = sum(execute(sort_batches, sorting), np.zeros(count, np.int64))
    entries = _kept_entries(store, carry, count)
    by_bucket = _ChangesByBucket(changes, count)
    rewritten = {*np.flatnonzero(staged_rows + by_bucket.counts).tolist()}
    rewritten |= set(_all_buckets(store, count)) - {bucket for _, bucket in entries}
    if store.manifest is not None and labels.digest != store.manifest.labels:
        rewritten |= {*labels.by_bucket}
    sorted_files = tuple(task.path for task in sorting)
    merges = (
        MergeTask(
            store=_with_files_for(store, group, count),
            count=count,
            carry=carry,
            staged_carry=changes.carry,
            sorted_files=sorted_files,
            changes={bucket: by_bucket.of(bucket) for bucket in group},
            labels=labels.only(group),
        )
        for group in _groups(sorted(rewritten), _rows_by_bucket(store, staged_rows))
    )
    statuses = Counter() if store.manifest is None else Counter(store.manifest.statuses)
    staged = Counter[str]()
    for merged in execute(merge_buckets, merges):
        entries |= {(entry.table, entry.bucket): entry for entry in merged.files}
        statuses = statuses + merged.after - merged.before
        staged += merged.staged
    store.folder.delete_tree(SORTED)
    tables = list(TableName)
    files = sorted(entries.values(), key=lambda entry: (entry.bucket, tables.index(entry.table)))
    return Built(tuple(files), statuses, staged)


class _ChangesByBucket:
    """What becomes of the rows that are there, by bucket."""

    def __init__(self, changes: Changes, count: int) -> None:
        self._changes = changes
        refreshed = refresh_schema(changes.carry).empty_table()
        if changes.refreshed is not None:
            refreshed = changes.refreshed
        touched = TOUCHED.empty_table() if changes.touched is None else changes.touched
        removed, dropped = (
            pa.table({"portrait_id": pa.array(ids, pa.string())})
            for ids in (changes.removed, changes.dropped)
        )
        self._refreshed = BucketRows(refreshed, pc.struct_field(refreshed["portrait"], "portrait_id"), count)
        self._touched, self._removed, self._dropped = (
            BucketRows(rows, rows["portrait_id"], count) for rows in (touched, removed, dropped)
        )

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many rows each bucket's changes are about."""
        return self._refreshed.counts + self._touched.counts + self._removed.counts + self._dropped.counts

    def of(self, bucket: int) -> RowChanges:
        """Return one bucket's changes."""
        changes = self._changes
        return RowChanges(
            fresh={},
            refreshed=self._refreshed.rows(bucket),
            touched=self._touched.rows(bucket),
            removed=self._removed.rows(bucket)["portrait_id"].combine_chunks(),
            dropped=self._dropped.rows(bucket)["portrait_id"].combine_chunks(),
            source=changes.source,
            run_id=changes.run_id,
            last_seen_run_id=changes.last_seen_run_id,
            replaces_good=changes.replaces_good,
        )


def _with_files_for(store: Store, buckets: Sequence[int], count: int) -> Store:
    """Return the same version with those files alone that some of `count` buckets' rows come from."""
    if store.manifest is None:
        return store
    wanted = {number for bucket in buckets for number in source_buckets(store, bucket, count)}
    files = tuple(entry for entry in store.manifest.files if entry.bucket in wanted)
    return Store(store.folder, store.manifest.model_copy(update={"files": files}))


def _rows_by_bucket(store: Store, staged_rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return about how many rows each bucket will have."""
    rows = 0 if store.manifest is None else store.manifest.rows
    return staged_rows + rows // len(staged_rows)


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


def _groups(buckets: Sequence[int], rows: NDArray[np.int64]) -> Iterator[list[int]]:
    """Group buckets so that no group has many more rows than fit into memory."""
    group: list[int] = []
    held = 0
    for bucket in buckets:
        here = int(rows[bucket]) if bucket < len(rows) else 0
        if group and held + here > ROWS_AT_ONCE:
            yield group
            group, held = [], 0
        group.append(bucket)
        held += here
    if group:
        yield group
