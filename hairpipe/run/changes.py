"""From a finished plan to what is to be published."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pyarrow as pa

from hairpipe.plan.context import JobContext
from hairpipe.plan.plan import Plan
from hairpipe.plan.prepare import RunContext
from hairpipe.plan.reasons import Reason
from hairpipe.plan.tasks import TASK_FILES
from hairpipe.run.worker.rows import refreshed_row
from hairpipe.store.parquet import conform
from hairpipe.store.publish.merge import Changes
from hairpipe.store.schema import Gone, change_schema
from hairpipe.store.staging.sorted_rows import SortedFiles, write_sorted

# As Python objects, rows take ten times the memory.
_ROWS_AT_ONCE, _ROWS_PER_FILE = 5_000, 20_000


def write_changes(prepared: RunContext, *, keeps_removed: bool, replaces_good: bool) -> Changes:
    """Return what the tables' next version has other than the one that was planned against, but for batches.

    What becomes of portraits that are not looked at is written beside the tasks, so that the plan's database
    can be closed.

    Parameters
    ----------
    keeps_removed : bool
        Whether rows of removed profiles are marked and stay.
    replaces_good : bool
        Whether rows without a result take the place of good ones.
    """
    plan, context = prepared.plan, prepared.context
    added = plan.counts[Reason.NEW]
    rows = _rows(plan, context, Gone.REMOVED if keeps_removed else Gone.DROPPED)
    return Changes(
        run_id=context.run_id,
        source=context.source_name,
        fingerprint=context.fingerprint,
        carry=context.carry,
        planned=plan.portraits + plan.counts[Reason.METADATA_CHANGED],
        added=added,
        others=_written(rows, prepared, prepared.store.buckets_with(added)),
        last_seen_run_id=prepared.last_run_id,
        replaces_good=replaces_good,
    )


def _rows(plan: Plan, context: JobContext, gone: Gone) -> Iterator[pa.Table]:
    schema = change_schema(context.carry)
    refreshed = (refreshed_row(portrait, context) for portrait in plan.portraits_for(Reason.METADATA_CHANGED))
    while part := list(islice(refreshed, _ROWS_AT_ONCE)):
        yield pa.Table.from_pylist(part, schema)
    inventory = schema.field("inventory").type
    for rows in plan.rows_for(Reason.MTIME_ONLY):
        listed = [rows[name.removeprefix("image_")] for name in inventory.names]
        noted = pa.StructArray.from_arrays(listed, fields=list(inventory))
        yield conform(pa.table({"portrait_id": rows["portrait_id"], "inventory": noted}), schema)
    for rows in plan.removed_ids():
        table = pa.table({**rows.to_pydict(), "gone": [str(gone)] * len(rows)})
        yield conform(table, schema)


def _written(tables: Iterator[pa.Table], prepared: RunContext, count: int) -> SortedFiles:
    paths: list[str] = []
    counts = np.zeros(count, np.int64)
    for rows in _gathered(tables):
        paths.append(f"{TASK_FILES}/{prepared.context.run_id}/others-{len(paths):05d}")
        counts += write_sorted(prepared.store.folder, paths[-1], rows, rows["portrait_id"], count)
    return SortedFiles(tuple(paths), tuple(counts.tolist()))


def _gathered(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Put tables together until they are worth a file."""
    waiting: list[pa.Table] = []
    for rows in tables:
        waiting.append(rows)
        if sum(map(len, waiting)) >= _ROWS_PER_FILE:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)
