"""Staging: what workers hand over, one file per batch, until it is published.

A batch's file, ``.hairpipe/staging/<batch>.parquet``, is there whole or not at all and checks itself
(every page has a checksum). Its name depends on the work alone, so a batch that is done twice is
there once, and a later run finds what an interrupted one had finished.
"""

from __future__ import annotations

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
    batch_schema,
    portraits_schema,
)

STAGING = f"{STATE}/staging"


@dataclass(frozen=True)
class Staged:
    """All batches that are finished and not published yet."""

    inventory: pa.Table
    """The inventory rows of all of them, with a column ``batch_id`` in front. A portrait that is in several
    batches has several."""
    unusable: tuple[str, ...]
    """Batches whose files are damaged or were written for other carried attributes: their work has to be done
    anew."""


def staged_path(batch_id: str) -> str:
    """Return where a batch's file lies."""
    return f"{STAGING}/{batch_id}.parquet"


def write_batch(
    folder: Folder, batch_id: str, rows: Sequence[Mapping[str, Any]], carry: Mapping[str, str]
) -> None:
    """Write a batch's rows, whole or not at all; what was there of this batch is replaced.

    There is a row for each portrait, as :func:`hairpipe.store.schema.batch_schema` has them; columns left
    out are null.

    Raises
    ------
    StoreError
        If the folder can't be written to.
    """
    table = pa.Table.from_pylist([dict(row) for row in rows], batch_schema(carry))
    folder.write(staged_path(batch_id), to_parquet(table))


def read_staged(folder: Folder, carry: Mapping[str, str]) -> Staged:
    """Return what is finished and not published yet, without reading the rows themselves.

    Nothing is changed; a run at work may take files away meanwhile.
    """
    schema = batch_schema(carry)
    unusable = []
    inventories = [_with_batch(INVENTORY.empty_table(), "")]
    for path in [path for path, _ in folder.list(STAGING)]:
        batch_id = PurePosixPath(path).stem
        if path != staged_path(batch_id):
            continue
        try:
            rows = read_parquet(folder, path, schema, ["inventory"])
        except FileNotFoundError:
            continue
        except DamagedFileError:
            unusable.append(batch_id)
        else:
            inventories.append(_with_batch(_struct_rows(rows["inventory"], INVENTORY), batch_id))
    return Staged(pa.concat_tables(inventories), tuple(unusable))


def discard_staged(folder: Folder, batch_ids: Iterable[str]) -> None:
    """Delete the files of batches; those that are not there are left out."""
    for batch_id in batch_ids:
        folder.delete(staged_path(batch_id))


def read_batch(
    folder: Folder, batch_id: str, schema: pa.Schema, columns: Sequence[str] | None = None
) -> pa.Table:
    """Return the rows of a staged batch; the schema is a :func:`hairpipe.store.schema.batch_schema`.

    Raises
    ------
    StoreError
        If the file is gone or damaged; a damaged one is deleted.
    """
    path = staged_path(batch_id)
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
    """Return rows of staged batches, as :func:`hairpipe.store.schema.batch_schema` has them, as tables.

    Of a portrait that is there several times the row that was made last is taken.
    """
    rows = _newest(rows)
    return {
        TableName.PORTRAITS: _struct_rows(rows["portrait"], portraits_schema(carry)),
        TableName.HAIR_COLORS: _struct_rows(pc.list_flatten(rows["hair_colors"]), HAIR_COLORS),
        TableName.MASKS: _struct_rows(pc.list_flatten(rows["masks"]), MASKS),
        TableName.INVENTORY: _struct_rows(rows["inventory"], INVENTORY),
    }


def _newest(rows: pa.Table) -> pa.Table:
    """Keep one row per portrait: the one processed last, the last batch's where several are."""
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


def _with_batch(inventory: pa.Table, batch_id: str) -> pa.Table:
    return inventory.add_column(
        0, pa.field("batch_id", pa.string()), pa.array([batch_id] * len(inventory), pa.string())
    )
