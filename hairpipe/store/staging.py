"""Staging: what workers hand over, one file per unit, until it is published.

A unit's file, ``.hairpipe/staging/<unit>.parquet``, is there whole or not at all and checks itself
(every page has a checksum). Its name depends on the work alone, so a unit that is done twice is
there once, and a later run finds what an interrupted one had finished.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.manifest import STATE
from hairpipe.store.parquet import DamagedFileError, read_parquet, to_parquet
from hairpipe.store.schema import (
    HAIR_COLORS,
    INVENTORY,
    MASKS,
    TableName,
    portraits_schema,
    unit_schema,
)

STAGING = f"{STATE}/staging"


@dataclass(frozen=True)
class StagedUnit:
    """A unit's file.

    Attributes
    ----------
    unit_id : str
    rows : int
        Portraits in it.
    bytes : int
    statuses : Counter of str
        Portraits by status.
    """

    unit_id: str
    rows: int
    bytes: int
    statuses: Counter[str]


@dataclass(frozen=True)
class Staged:
    """All units that are finished and not published yet.

    Attributes
    ----------
    units : tuple of StagedUnit
        Sorted by id.
    inventory : pyarrow.Table
        The inventory rows of all of them, with a column ``unit_id`` in front. A portrait that is in
        several units has several.
    unusable : tuple of str
        Units whose files are damaged or were written for other carried attributes: their work has to be
        done anew.
    """

    units: tuple[StagedUnit, ...]
    inventory: pa.Table
    unusable: tuple[str, ...]


def staged_path(unit_id: str) -> str:
    """Return where a unit's file lies."""
    return f"{STAGING}/{unit_id}.parquet"


def write_unit(
    folder: Folder, unit_id: str, rows: Sequence[Mapping[str, Any]], carry: Mapping[str, str]
) -> StagedUnit:
    """Write a unit's rows, whole or not at all; what was there of this unit is replaced.

    Parameters
    ----------
    folder : Folder
        The output folder.
    unit_id : str
        Hash of the work.
    rows : sequence of mapping
        One for each portrait, as :func:`hairpipe.store.schema.unit_schema` has them; columns left out
        are null.
    carry : mapping of str to str
        The attributes carried over, with their types.

    Raises
    ------
    StoreError
        If the folder can't be written to.
    """
    data = to_parquet(pa.Table.from_pylist([dict(row) for row in rows], unit_schema(carry)))
    folder.write(staged_path(unit_id), data)
    statuses = Counter(str(row["portrait"]["status"]) for row in rows)
    return StagedUnit(unit_id, len(rows), len(data), statuses)


def read_staged(folder: Folder, carry: Mapping[str, str]) -> Staged:
    """Return what is finished and not published yet, without reading the rows themselves.

    Nothing is changed; a run at work may take files away meanwhile.

    Parameters
    ----------
    folder : Folder
        The output folder.
    carry : mapping of str to str
        The attributes carried over now.
    """
    schema = unit_schema(carry)
    units = []
    unusable = []
    inventories = [_with_unit(INVENTORY.empty_table(), "")]
    for path, info in list(folder.list(STAGING)):
        unit_id = PurePosixPath(path).stem
        if path != staged_path(unit_id):
            continue
        try:
            rows = read_parquet(folder, path, schema, ["inventory"])
        except FileNotFoundError:
            continue
        except DamagedFileError:
            unusable.append(unit_id)
            continue
        inventory = _struct_rows(rows["inventory"], INVENTORY)
        units.append(StagedUnit(unit_id, len(rows), info.size, Counter(inventory["status"].to_pylist())))
        inventories.append(_with_unit(inventory, unit_id))
    return Staged(tuple(units), pa.concat_tables(inventories), tuple(unusable))


def discard_staged(folder: Folder, unit_ids: Iterable[str]) -> None:
    """Delete the files of units; those that are not there are left out."""
    for unit_id in unit_ids:
        folder.delete(staged_path(unit_id))


def read_unit(
    folder: Folder, unit_id: str, schema: pa.Schema, columns: Sequence[str] | None = None
) -> pa.Table:
    """Return the rows of a staged unit.

    Parameters
    ----------
    folder : Folder
        The output folder.
    unit_id : str
    schema : pyarrow.Schema
        From :func:`hairpipe.store.schema.unit_schema`.
    columns : sequence of str, optional
        All by default.

    Raises
    ------
    StoreError
        If the file is gone or damaged; a damaged one is deleted.
    """
    path = staged_path(unit_id)
    try:
        return read_parquet(folder, path, schema, columns)
    except FileNotFoundError as error:
        raise StoreError(
            f"{folder.path(path)} is gone; run the same command again, which does its work anew"
        ) from error
    except DamagedFileError as error:
        folder.delete(path)
        raise StoreError(
            f"{folder.path(path)} {error}; it was deleted: run the same command again, "
            "which does its work anew"
        ) from error


def tables_of(rows: pa.Table, carry: Mapping[str, str]) -> dict[TableName, pa.Table]:
    """Return rows of staged units as tables.

    Of a portrait that is there several times the row that was made last is taken.

    Parameters
    ----------
    rows : pyarrow.Table
        As :func:`hairpipe.store.schema.unit_schema`.
    carry : mapping of str to str
        The attributes carried over.
    """
    rows = _newest(rows)
    return {
        TableName.PORTRAITS: _struct_rows(rows["portrait"], portraits_schema(carry)),
        TableName.HAIR_COLORS: _struct_rows(pc.list_flatten(rows["hair_colors"]), HAIR_COLORS),
        TableName.MASKS: _struct_rows(pc.list_flatten(rows["masks"]), MASKS),
        TableName.INVENTORY: _struct_rows(rows["inventory"], INVENTORY),
    }


def staged_ids(folder: Folder, unit_ids: Iterable[str], carry: Mapping[str, str]) -> list[str]:
    """Return the ids of the portraits in staged units, each once.

    Raises
    ------
    StoreError
        As for :func:`read_unit`.
    """
    schema = unit_schema(carry)
    ids: set[str] = set()
    for unit_id in unit_ids:
        rows = read_unit(folder, unit_id, schema, ["portrait.portrait_id"])
        ids.update(pc.struct_field(rows["portrait"], "portrait_id").to_pylist())
    return sorted(ids)


def _newest(rows: pa.Table) -> pa.Table:
    """Keep one row per portrait: the one processed last, the last unit's where several are."""
    ids = pc.struct_field(rows["portrait"], "portrait_id")
    if pc.count_distinct(ids).as_py() == len(rows):
        return rows
    keys = pa.table(
        {
            "portrait_id": ids,
            "processed_at": pc.struct_field(rows["portrait"], "processed_at"),
            "position": pa.array(np.arange(len(rows))),
        }
    )
    newest_last = keys.sort_by([("processed_at", "ascending"), ("position", "ascending")])
    last = newest_last.group_by("portrait_id", use_threads=False).aggregate([("position", "last")])
    return rows.take(last["position_last"].combine_chunks().sort())


def _struct_rows(column: pa.ChunkedArray | pa.Array, schema: pa.Schema) -> pa.Table:
    """Return a column of structs as a table of its fields."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return pa.Table.from_arrays(array.flatten(), schema=schema)


def _with_unit(inventory: pa.Table, unit_id: str) -> pa.Table:
    return inventory.add_column(
        0, pa.field("unit_id", pa.string()), pa.array([unit_id] * len(inventory), pa.string())
    )
