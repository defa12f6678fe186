"""From a finished plan to what is to be published."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import pyarrow as pa

from hairpipe.plan.context import JobContext
from hairpipe.plan.plan import Plan
from hairpipe.plan.prepare import RunContext
from hairpipe.plan.reasons import Reason
from hairpipe.run.worker.rows import refreshed_row
from hairpipe.store.publish.build import Changes
from hairpipe.store.schema import TOUCHED, refresh_schema

# As Python objects, rows take ten times the memory.
_ROWS_AT_ONCE = 10_000


def changes_of(
    prepared: RunContext, batch_ids: Iterable[str], *, keeps_removed: bool, replaces_good: bool
) -> Changes:
    """Return what the tables' next version has other than the one that was planned against.

    Parameters
    ----------
    prepared : RunContext
    batch_ids : iterable of str
        Batches that are staged: of this run, and of an interrupted one.
    keeps_removed : bool
        Whether rows of removed profiles are marked and stay.
    replaces_good : bool
        Whether rows without a result take the place of good ones.
    """
    plan, context = prepared.plan, prepared.context
    return Changes(
        run_id=context.run_id,
        source=context.source_name,
        fingerprint=context.fingerprint,
        carry=context.carry,
        planned=plan.portraits + plan.counts[Reason.METADATA_CHANGED],
        batches=tuple(batch_ids),
        added=plan.counts.get(Reason.NEW, 0),
        refreshed=_refreshed(plan, context),
        touched=_touched(plan),
        removed=plan.removed if keeps_removed else (),
        dropped=() if keeps_removed else plan.removed,
        last_seen_run_id=prepared.last_run_id,
        replaces_good=replaces_good,
    )


def _refreshed(plan: Plan, context: JobContext) -> pa.Table:
    schema = refresh_schema(context.carry)
    rows = (refreshed_row(portrait, context) for portrait in plan.portraits_for(Reason.METADATA_CHANGED))
    parts = [schema.empty_table()]
    while part := list(islice(rows, _ROWS_AT_ONCE)):
        parts.append(pa.Table.from_pylist(part, schema))
    return pa.concat_tables(parts)


def _touched(plan: Plan) -> pa.Table:
    """Return what a later run needs to know of pictures of which only the file's time changed."""
    parts = [
        pa.table([rows["portrait_id"], rows["version"]], TOUCHED) for rows in plan.rows_for(Reason.MTIME_ONLY)
    ]
    return pa.concat_tables([TOUCHED.empty_table(), *parts])
