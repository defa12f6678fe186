"""Staged rows, sorted by where they will be published, when there are more than fit into memory.

Batches hold rows of all buckets. Reading every batch again for each group of buckets would take longer
the more groups there are, so each is read once, and its rows are put aside by group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import bucket_numbers
from hairpipe.store.parquet import DamagedFileError, read_parquet, to_parquet
from hairpipe.store.schema import TableName, batch_schema
from hairpipe.store.staging.batches import STAGING, read_batch, tables_of

_ASIDE = f"{STAGING}/sorted"


def rows_by_group(
    folder: Folder,
    batch_ids: Sequence[str],
    carry: Mapping[str, str],
    groups: Sequence[Sequence[int]],
    count: int,
    rows_at_once: int,
) -> Iterator[dict[TableName, pa.Table]]:
    """Yield the rows of staged batches that belong into each group of buckets, by table.

    Of a portrait that is in several batches the rows that were made last are taken.

    Parameters
    ----------
    folder : Folder
        The output folder.
    batch_ids : sequence of str
        Batches that are staged.
    carry : mapping of str to str
        The attributes carried over.
    groups : sequence of sequence of int
        Each bucket at most once; rows of other buckets are left out.
    count : int
        How many buckets there are.
    rows_at_once : int
        About as many are held in memory while they are sorted.

    Raises
    ------
    StoreError
        If a file is gone or damaged (a damaged one is deleted), or something can't be written.
    """
    schema = batch_schema(carry)
    group_of = np.full(count, -1)
    for number, group in enumerate(groups):
        group_of[[bucket for bucket in group if bucket < count]] = number
    chunks = _chunks(folder, sorted(batch_ids), schema, rows_at_once)
    if len(groups) == 1:
        rows = pa.concat_tables([schema.empty_table(), *chunks])
        yield tables_of(rows.filter(_groups_of(rows, group_of, 1)[0]), carry)
        return
    # What an interrupted run has put aside is not to be trusted.
    folder.delete_tree(_ASIDE)
    parts = _put_aside(folder, chunks, group_of, len(groups))
    for number in range(len(groups)):
        yield tables_of(_read_aside(folder, number, parts, schema), carry)
    folder.delete_tree(_ASIDE)


def _put_aside(folder: Folder, chunks: Iterator[pa.Table], group_of: NDArray[np.intp], groups: int) -> int:
    """Write each chunk's rows of each group to a file of their own; return how many chunks there were."""
    parts = 0
    for rows in chunks:
        for number, belongs in enumerate(_groups_of(rows, group_of, groups)):
            folder.write(_path(number, parts), to_parquet(rows.filter(belongs)))
        parts += 1
    return parts


def _chunks(
    folder: Folder, batch_ids: Sequence[str], schema: pa.Schema, rows_at_once: int
) -> Iterator[pa.Table]:
    """Yield the rows of batches in their order, some batches at a time."""
    held: list[pa.Table] = []
    for batch_id in batch_ids:
        held.append(read_batch(folder, batch_id, schema))
        if sum(map(len, held)) >= rows_at_once:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)


def _groups_of(rows: pa.Table, group_of: NDArray[np.intp], groups: int) -> list[pa.Array]:
    """Return, for each group, which rows belong into it."""
    ids = pc.struct_field(rows["portrait"], "portrait_id").to_pylist()
    numbers = group_of[bucket_numbers(ids, len(group_of))]
    return [pa.array(numbers == group) for group in range(groups)]


def _read_aside(folder: Folder, group: int, parts: int, schema: pa.Schema) -> pa.Table:
    found = [schema.empty_table()]
    for part in range(parts):
        path = _path(group, part)
        try:
            found.append(read_parquet(folder, path, schema))
        except (FileNotFoundError, DamagedFileError) as error:
            raise StoreError(
                f"{folder.path(path)} was written and can't be read back: {error}; run the same command again"
            ) from error
    return pa.concat_tables(found)


def _path(group: int, part: int) -> str:
    return f"{_ASIDE}/{group}-{part}.parquet"
