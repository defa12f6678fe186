"""From one bucket's old rows and what has changed to its new rows: pure functions on Arrow tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    Gone,
    TableName,
    Tables,
    table_schemas,
)
from hairpipe.store.sources import of_others, of_source
from hairpipe.store.staging.sorted_rows import SortedFiles


@dataclass(frozen=True)
class Changes:
    """What a run wants published."""

    run_id: str
    """Stands in every row that is written, also of batches that an interrupted run had finished."""
    source: str
    """Of the portraits that the changes are about; rows of other sources stay as they are."""
    fingerprint: str
    """Of the run's settings."""
    carry: Mapping[str, str]
    """The attributes carried over, with their types."""
    planned: int
    """Portraits that the run has to write rows of, if nothing got lost."""
    batches: Sequence[str] = ()
    """Ids of staged batches, of portraits that were looked at: all that was there of them before goes, but
    for the results that are kept."""
    added: int = 0
    """Portraits that the tables do not have yet, by which the number of buckets grows."""
    others: SortedFiles = SortedFiles()
    """Of the portraits that were not looked at, rows as :func:`hairpipe.store.schema.change_schema`, in the
    order of the next version's buckets. Ids that are not there are left out."""
    last_seen_run_id: str | None = None
    """The last run that saw the removed ones; None: the run that wrote the row."""
    replaces_good: bool = False
    """Whether a row without a result takes the place of one that has one."""


def merge_rows(
    old: Tables, fresh: Tables, others: pa.Table, changes: Changes, carry: Mapping[str, str]
) -> dict[TableName, pa.Table]:
    """Return a bucket's new rows, sorted by key.

    Parameters
    ----------
    old : Tables
        The bucket's rows before, all four tables; perhaps with other carried attributes.
    fresh : Tables
        Rows of its portraits that were looked at.
    others : pyarrow.Table
        What becomes of others, as :func:`hairpipe.store.schema.change_schema`; applied after `fresh`.
    changes : Changes
        What these are part of.
    carry : mapping of str to str
        The attributes carried over from now on, at least those that the fresh rows have. Where an old row
        lacks one it is null; a fresh row keeps what its portrait had in those that the run does not carry.
    """
    mine = {table: of_source(rows, changes.source) for table, rows in old.items()}
    mine = _merged(mine, fresh, others, changes, carry)
    merged = {
        table: pa.concat_tables([conform(of_others(old[table], changes.source), rows.schema), rows])
        for table, rows in mine.items()
    }
    return {
        table: rows.combine_chunks().sort_by([(key, "ascending") for key in KEYS[table]])
        for table, rows in merged.items()
    }


def _merged(
    old: Tables, fresh: Tables, others: pa.Table, changes: Changes, carry: Mapping[str, str]
) -> dict[TableName, pa.Table]:
    """Return the new rows of the source that the changes are of, given its old ones."""
    looked_at = fresh[TableName.PORTRAITS]
    good = _kept_results(old[TableName.PORTRAITS], looked_at)
    good = good[:0] if changes.replaces_good else good
    dropped = _gone(others, Gone.DROPPED)
    merged = {}
    for table, schema in table_schemas(carry).items():
        stay = good if table in PUBLIC_TABLES else good[:0]
        kept = _without(_without(old[table], _ids(_without(looked_at, stay))), dropped)
        added = _with_old_values(_without(fresh[table], stay), old[table], schema)
        added = _without(_published_by(conform(added, schema), changes.run_id), dropped)
        merged[table] = pa.concat_tables([conform(kept, schema), added]).combine_chunks()
    _note_failures(merged, looked_at, good, changes.run_id)
    _refresh(merged, others, changes.run_id)
    _mark_removed(merged, _gone(others, Gone.REMOVED), changes.last_seen_run_id)
    return merged


def _kept_results(old: pa.Table, fresh: pa.Table) -> pa.Array:
    """Return the ids of the portraits that were ok and of which their last look told nothing.

    A disk that is away for a night, a picture that is being written: such faults pass, and until they
    do, what an earlier look found is better than nothing. A picture that has turned out to be the site's
    placeholder never was the portrait's.
    """
    fresh = fresh.select(["portrait_id", "status", "image_digest"])
    before = old.select(fresh.column_names).take(pc.index_in(fresh["portrait_id"], _ids(old)))
    failed = pc.is_in(fresh["status"], pa.array(sorted(map(str, WITHOUT_RESULT))))
    was_never_good = pc.and_(
        pc.equal(fresh["status"], str(Status.PLACEHOLDER)),
        pc.fill_null(pc.equal(fresh["image_digest"], before["image_digest"]), False),
    )
    was_ok = pc.fill_null(pc.equal(before["status"], str(Status.OK)), False)
    return _ids(fresh.filter(pc.and_(pc.and_(was_ok, failed), pc.invert(was_never_good))))


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


def _note_failures(
    tables: dict[TableName, pa.Table], looked_at: pa.Table, good: pa.Array, run_id: str
) -> None:
    """Write into the rows that are kept what the scrape says now, and how the last look failed."""
    if not len(good):
        return
    failed = looked_at.filter(pc.is_in(looked_at["portrait_id"], good))
    carried = [name for name in failed.column_names if name not in PORTRAIT_COLUMNS]
    update = {name: failed[name].combine_chunks() for name in (*PROFILE_COLUMNS, *carried, "error")}
    update["last_failure"] = failed["status"].combine_chunks()
    tables[TableName.PORTRAITS] = _updated(tables[TableName.PORTRAITS], update, _written_by(run_id))
    inventory = tables[TableName.INVENTORY]
    keeps = pc.or_(pc.fill_null(inventory["keeps_result"], False), pc.is_in(inventory["portrait_id"], good))
    tables[TableName.INVENTORY] = with_column(inventory, "keeps_result", keeps)


def _without(rows: pa.Table, ids: pa.Array) -> pa.Table:
    return rows.filter(pc.invert(pc.is_in(rows["portrait_id"], ids))) if len(ids) else rows


def _refresh(tables: dict[TableName, pa.Table], others: pa.Table, run_id: str) -> None:
    for table, column, about in (
        (TableName.PORTRAITS, "portrait", _written_by(run_id)),
        (TableName.INVENTORY, "inventory", {"removed": pa.scalar(False)}),
    ):
        changed = others[column].drop_null().combine_chunks()
        if len(changed):
            update = {f.name: values for f, values in zip(changed.type, changed.flatten(), strict=True)}
            tables[table] = _updated(tables[table], update, about)


def _written_by(run_id: str) -> dict[str, pa.Scalar]:
    return {"run_id": pa.scalar(run_id), "last_seen_run_id": pa.scalar(None, pa.string())}


def _updated(rows: pa.Table, update: Mapping[str, pa.Array], about: Mapping[str, pa.Scalar]) -> pa.Table:
    """Overwrite columns in the rows that have the portrait ids of `update`; `about` is the same in all."""
    position = pc.index_in(rows["portrait_id"], update["portrait_id"])
    new = {name: pc.take(values, position) for name, values in update.items() if name in rows.schema.names}
    for name, values in {**new, **about}.items():
        rows = with_column(rows, name, pc.if_else(pc.is_valid(position), values, rows[name]))
    return rows


def _gone(others: pa.Table, gone: Gone) -> pa.Array:
    return _ids(others.filter(pc.equal(others["gone"], str(gone))))


def _mark_removed(tables: dict[TableName, pa.Table], removed: pa.Array, last_seen_run_id: str | None) -> None:
    if not len(removed):
        return
    inventory, portraits = tables[TableName.INVENTORY], tables[TableName.PORTRAITS]
    marked = pc.or_(inventory["removed"], pc.is_in(inventory["portrait_id"], removed))
    tables[TableName.INVENTORY] = with_column(inventory, "removed", marked)
    unmarked = pc.is_null(portraits["last_seen_run_id"])
    concerned = pc.and_(pc.is_in(portraits["portrait_id"], removed), unmarked)
    seen = portraits["run_id"] if last_seen_run_id is None else pa.scalar(last_seen_run_id)
    last_seen = pc.if_else(concerned, seen, portraits["last_seen_run_id"])
    tables[TableName.PORTRAITS] = with_column(portraits, "last_seen_run_id", last_seen)
