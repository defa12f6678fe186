"""Which source a row is of: a portrait's id is its own within its source alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.store.parquet import with_column
from hairpipe.store.schema import TableName, Tables

# No source's name holds it.
BEFORE_SOURCE = "\0"


class PortraitKey(NamedTuple):
    """What a portrait is known by."""

    portrait_id: str
    source: str


def key_of(row: Mapping[str, Any]) -> PortraitKey:
    """Return the key of a row of any table."""
    return PortraitKey(row["portrait_id"], row["source"])


def rows_by_key(rows: pa.Table) -> dict[PortraitKey, list[dict[str, Any]]]:
    """Return each portrait's rows of any table, in their order."""
    found = defaultdict(list)
    for row in rows.to_pylist():
        found[key_of(row)].append(row)
    return found


def whole_keys(rows: pa.Table) -> pa.Array:
    """Return for each row a text that no portrait of another id or source has."""
    keys = pc.binary_join_element_wise(rows["portrait_id"], rows["source"], BEFORE_SOURCE)
    return pa.concat_arrays([pa.array([], pa.string()), *keys.chunks])


def of_source(rows: pa.Table, source: str) -> pa.Table:
    """Return the rows of one source."""
    return rows.filter(pc.equal(rows["source"], source))


def of_others(rows: pa.Table, source: str) -> pa.Table:
    """Return the rows of all other sources."""
    return rows.filter(pc.not_equal(rows["source"], source))


def with_renamed(rows: pa.Table, old: str, new: str) -> pa.Table:
    """Return the same rows with another name for one source."""
    names = pc.if_else(pc.fill_null(pc.equal(rows["source"], old), False), new, rows["source"])
    return with_column(rows, "source", names)


def with_sources(rows: pa.Table, inventory: pa.Table) -> pa.Table:
    """Give rows from before the tables had a column ``source`` the one that the inventory knows.

    All sources of the rows are null, or none; the inventory's rows are of the same portraits.
    """
    if not rows["source"].null_count:
        return rows
    # In such tables an id was there once, whatever its source.
    place = pc.index_in(rows["portrait_id"], inventory["portrait_id"].combine_chunks())
    return with_column(rows, "source", pc.fill_null(inventory["source"].take(place), ""))


def all_with_sources(tables: Tables) -> dict[TableName, pa.Table]:
    """Return one bucket's four tables with the source in every row; see :func:`with_sources`."""
    inventory = tables[TableName.INVENTORY]
    return {table: with_sources(rows, inventory) for table, rows in tables.items()}
