"""From one bucket's old rows and what has changed to its new rows: pure functions on Arrow tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.errors import ConfigError
from hairpipe.status import WITHOUT_RESULT, Status
from hairpipe.store.parquet import conform, with_column
from hairpipe.store.schema import (
    KEYS,
    PORTRAIT_COLUMNS,
    PROFILE_COLUMNS,
    PUBLIC_TABLES,
    TableName,
    Tables,
    table_schemas,
)
from hairpipe.store.sources import of_others, of_source


@dataclass(frozen=True)
class RowChanges:
    """What becomes of rows. It is applied in the order of the attributes.

    Attributes
    ----------
    fresh : Tables
        Rows of portraits that were looked at: all that was there of them before goes, but for what is
        kept by `kept_results`.
    refreshed : pyarrow.Table
        As :func:`hairpipe.store.schema.refresh_schema`: portraits whose picture stayed the same.
        Ids that are not there are left out.
    touched : pyarrow.Table
        As :data:`hairpipe.store.schema.TOUCHED`. Ids that are not there are left out.
    removed : pyarrow.Array of string
        Ids that the scrape no longer has: their rows are marked and stay.
    dropped : pyarrow.Array of string
        Ids whose rows go.
    source : str
        Of all these portraits; those of other sources are left alone.
    run_id : str
        The run that all of this is published by.
    last_seen_run_id : str or None
        The last run that saw the removed ones; None: the run that wrote the row.
    replaces_good : bool
        Whether a row without a result takes the place of one that has one.
    """

    fresh: Tables
    refreshed: pa.Table
    touched: pa.Table
    removed: pa.Array
    dropped: pa.Array
    source: str
    run_id: str
    last_seen_run_id: str | None
    replaces_good: bool = False


def merge_rows(old: Tables, changes: RowChanges, carry: Mapping[str, str]) -> dict[TableName, pa.Table]:
    """Return a bucket's new rows, sorted by key.

    Parameters
    ----------
    old : Tables
        The bucket's rows before, all four tables; perhaps with other carried attributes.
    changes : RowChanges
        What concerns this bucket.
    carry : mapping of str to str
        The attributes carried over from now on, at least those that the fresh rows have. Where an old row
        lacks one it is null; a fresh row keeps what its portrait had in those that the run does not carry.
    """
    mine = _merged({table: of_source(rows, changes.source) for table, rows in old.items()}, changes, carry)
    merged = {
        table: pa.concat_tables([conform(of_others(old[table], changes.source), rows.schema), rows])
        for table, rows in mine.items()
    }
    return {
        table: rows.combine_chunks().sort_by([(key, "ascending") for key in KEYS[table]])
        for table, rows in merged.items()
    }


def _merged(old: Tables, changes: RowChanges, carry: Mapping[str, str]) -> dict[TableName, pa.Table]:
    """Return the new rows of the source that the changes are of, given its old ones."""
    fresh = changes.fresh
    good = kept_results(old[TableName.PORTRAITS], changes)
    merged = {}
    for table, schema in table_schemas(carry).items():
        stay = good if table in PUBLIC_TABLES else good[:0]
        looked_at = _without(fresh[TableName.PORTRAITS], stay)
        kept = _without(_without(old[table], _ids(looked_at)), changes.dropped)
        added = _with_old_values(_without(fresh[table], stay), old[table], schema)
        added = _without(_published_by(conform(added, schema), changes.run_id), changes.dropped)
        merged[table] = pa.concat_tables([conform(kept, schema), added]).combine_chunks()
    _note_failures(merged, changes, good)
    _refresh(merged, changes)
    _note_versions(merged, changes)
    _mark_removed(merged, changes)
    return merged


def kept_results(old: pa.Table, changes: RowChanges) -> pa.Array:
    """Return the ids of the portraits that were ok and of which their last look told nothing.

    A disk that is away for a night, a picture that is being written: such faults pass, and until they
    do, what an earlier look found is better than nothing. A picture that has turned out to be the site's
    placeholder never was the portrait's.

    Parameters
    ----------
    old : pyarrow.Table
        The portraits before.
    changes : RowChanges
    """
    fresh = changes.fresh[TableName.PORTRAITS].select(["portrait_id", "status", "image_digest"])
    before = old.select(fresh.column_names).take(pc.index_in(fresh["portrait_id"], _ids(old)))
    failed = pc.is_in(fresh["status"], pa.array(sorted(map(str, WITHOUT_RESULT))))
    was_never_good = pc.and_(
        pc.equal(fresh["status"], str(Status.PLACEHOLDER)),
        pc.fill_null(pc.equal(fresh["image_digest"], before["image_digest"]), False),
    )
    was_ok = pc.fill_null(pc.equal(before["status"], str(Status.OK)), False)
    kept = pc.and_(pc.and_(was_ok, failed), pc.invert(was_never_good))
    ids = _ids(fresh.filter(kept))
    return ids[:0] if changes.replaces_good else ids


def merged_carry(old: Mapping[str, str], new: Mapping[str, str]) -> Mapping[str, str]:
    """Return the attributes that the tables carry from now on: those there are, then those that are new.

    Raises
    ------
    ConfigError
        If an attribute changed its type.
    """
    changed = [
        f"{name} (was {old[name]}, now {new[name]})" for name in new if old.get(name, new[name]) != new[name]
    ]
    if changed:
        raise ConfigError(
            f"source.carry: the tables have {', '.join(changed)}; give the attribute its old type or another "
            "name (source.columns.attributes), or take the column out with `hairpipe columns OUT --drop NAME`"
        )
    return {**old, **new}


def _ids(rows: pa.Table) -> pa.Array:
    ids = rows["portrait_id"].combine_chunks()
    return ids if isinstance(ids, pa.Array) else pa.concat_arrays(ids.chunks)


def _with_old_values(fresh: pa.Table, old: pa.Table, schema: pa.Schema) -> pa.Table:
    """Give rows what their portraits had in the carried columns that the run says nothing of."""
    others = [name for name in schema.names if name in old.column_names and name not in fresh.column_names]
    if not others:
        return fresh
    place = pc.index_in(fresh["portrait_id"], _ids(old))
    for name in others:
        fresh = fresh.append_column(schema.field(name), old[name].take(place))
    return fresh


def _published_by(rows: pa.Table, run_id: str) -> pa.Table:
    """Give rows the publishing run's id: a later run publishes what an interrupted one had finished."""
    if "run_id" not in rows.schema.names:
        return rows
    return with_column(rows, "run_id", pa.repeat(pa.scalar(run_id, pa.string()), len(rows)))


def _note_failures(tables: dict[TableName, pa.Table], changes: RowChanges, good: pa.Array) -> None:
    """Write into the rows that are kept what the scrape says now, and how the last look failed."""
    if not len(good):
        return
    portraits, fresh = tables[TableName.PORTRAITS], changes.fresh[TableName.PORTRAITS]
    failed = fresh.filter(pc.is_in(fresh["portrait_id"], good))
    carried = [name for name in fresh.column_names if name not in PORTRAIT_COLUMNS]
    update = {name: failed[name].combine_chunks() for name in (*PROFILE_COLUMNS, *carried, "error")}
    update |= {
        "last_failure": failed["status"].combine_chunks(),
        "run_id": pa.repeat(pa.scalar(changes.run_id, pa.string()), len(failed)),
        "last_seen_run_id": pa.nulls(len(failed), pa.string()),
    }
    tables[TableName.PORTRAITS] = _updated(portraits, update)
    inventory = tables[TableName.INVENTORY]
    keeps = pc.or_(pc.fill_null(inventory["keeps_result"], False), pc.is_in(inventory["portrait_id"], good))
    tables[TableName.INVENTORY] = with_column(inventory, "keeps_result", keeps)


def _without(rows: pa.Table, ids: pa.Array) -> pa.Table:
    return rows.filter(pc.invert(pc.is_in(rows["portrait_id"], ids))) if len(ids) else rows


def _refresh(tables: dict[TableName, pa.Table], changes: RowChanges) -> None:
    if not len(changes.refreshed):
        return
    portrait = _columns(changes.refreshed, "portrait")
    inventory = _columns(changes.refreshed, "inventory")
    rows = len(changes.refreshed)
    portrait["run_id"] = pa.repeat(pa.scalar(changes.run_id, pa.string()), rows)
    portrait["last_seen_run_id"] = pa.nulls(rows, pa.string())
    inventory["removed"] = pa.repeat(pa.scalar(False), rows)
    for table, update in ((TableName.PORTRAITS, portrait), (TableName.INVENTORY, inventory)):
        tables[table] = _updated(tables[table], update)


def _note_versions(tables: dict[TableName, pa.Table], changes: RowChanges) -> None:
    if len(changes.touched):
        update = {name: changes.touched[name].combine_chunks() for name in changes.touched.column_names}
        tables[TableName.INVENTORY] = _updated(tables[TableName.INVENTORY], update)


def _columns(rows: pa.Table, name: str) -> dict[str, pa.Array]:
    array = rows[name].combine_chunks()
    return {field.name: column for field, column in zip(array.type, array.flatten(), strict=True)}


def _updated(rows: pa.Table, update: dict[str, pa.Array]) -> pa.Table:
    """Overwrite the columns of `update` in the rows that have its portrait ids."""
    position = pc.index_in(rows["portrait_id"], update["portrait_id"])
    concerned = pc.is_valid(position)
    for name, values in update.items():
        if name in rows.schema.names:
            rows = with_column(rows, name, pc.if_else(concerned, pc.take(values, position), rows[name]))
    return rows


def _mark_removed(tables: dict[TableName, pa.Table], changes: RowChanges) -> None:
    if not len(changes.removed):
        return
    inventory, portraits = tables[TableName.INVENTORY], tables[TableName.PORTRAITS]
    marked = pc.or_(inventory["removed"], pc.is_in(inventory["portrait_id"], changes.removed))
    tables[TableName.INVENTORY] = with_column(inventory, "removed", marked)
    unmarked = pc.is_null(portraits["last_seen_run_id"])
    concerned = pc.and_(pc.is_in(portraits["portrait_id"], changes.removed), unmarked)
    seen = portraits["run_id"] if changes.last_seen_run_id is None else pa.scalar(changes.last_seen_run_id)
    last_seen = pc.if_else(concerned, seen, portraits["last_seen_run_id"])
    tables[TableName.PORTRAITS] = with_column(portraits, "last_seen_run_id", last_seen)
