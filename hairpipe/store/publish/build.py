"""The files of a new version: made from the current one and what has changed, not yet seen by anyone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from hairpipe.store.manifest import FileEntry
from hairpipe.store.publish.bucket_merge import MergeTask, merge_buckets, source_buckets
from hairpipe.store.publish.labelled import BucketLabels
from hairpipe.store.publish.merge import Changes
from hairpipe.store.schema import TableName
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
class Built:
    """The files of the next version."""

    files: tuple[FileEntry, ...]
    """Sorted by bucket and table; those of untouched buckets are the current version's."""
    statuses: Counter[str]
    """Rows of the portraits table by status."""
    staged: Counter[str]
    """Portraits in the staged batches, each once, by status."""


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
    rewritten = {*np.flatnonzero(staged_rows).tolist(), *np.flatnonzero(changes.others.rows).tolist()}
    rewritten |= set(_all_buckets(store, count)) - {bucket for _, bucket in entries}
    if store.manifest is not None and labels.digest != store.manifest.labels:
        rewritten |= {*labels.by_bucket}
    sorted_files = tuple(task.path for task in sorting)
    merges = (
        MergeTask(
            store=_with_files_for(store, group, count),
            buckets=tuple(group),
            count=count,
            carry=carry,
            sorted_files=sorted_files,
            changes=replace(changes, batches=()),
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


def _with_files_for(store: Store, buckets: Sequence[int], count: int) -> Store:
    """Return the same version, of which nothing long is named but the files of some of `count` buckets."""
    if store.manifest is None:
        return store
    wanted = {number for bucket in buckets for number in source_buckets(store, bucket, count)}
    files = tuple(entry for entry in store.manifest.files if entry.bucket in wanted)
    return Store(store.folder, store.manifest.model_copy(update={"files": files, "batches": ()}))


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
