"""The values in a Parquet table, as far as they can be read where it is damaged."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, repeat
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hairpipe.source.rows.arrow_values import RowValues, not_readable, row_values
from hairpipe.storage.parquet_file import READ_ERRORS, read_batches

_ROWS_AT_A_TIME = 4096
# Of a row group that is damaged: what is read together is lost together.
_ROWS_NEAR_DAMAGE = 16


@dataclass(frozen=True)
class Lost:
    """Rows that follow one another and can't be read."""

    rows: int
    why: str


def readable_values(
    table: pq.ParquetFile, columns: list[str], needed: frozenset[str]
) -> Iterator[pa.RecordBatch | RowValues | Lost]:
    """Yield rows together, single ones where the table is damaged, or how many are lost.

    Parameters
    ----------
    columns : list of str
        Dotted paths.
    needed : frozenset of str
        Of these, the columns without which a row is lost.
    """
    groups = table.metadata.num_row_groups
    starts = [0, *accumulate(_group_rows(table))]
    if not columns:
        yield from repeat(RowValues({}), starts[-1])
        return
    row = 0
    while row < starts[-1]:
        group = bisect_right(starts, row) - 1
        try:
            for batch in read_batches(table, _ROWS_AT_A_TIME, columns, range(group, groups)):
                row += len(batch)
                yield batch
        except READ_ERRORS as error:
            if row == starts[-1]:
                return
            group = bisect_right(starts, row) - 1
            yield from _values_near_damage(
                table, group, columns, needed, row - starts[group], str(error)[:200]
            )
            row = starts[group + 1]
        else:
            if row < starts[-1]:
                raise ValueError(f"it has {row} rows where its end tells of {starts[-1]}")
            return


def _group_rows(table: pq.ParquetFile) -> list[int]:
    """Return how many rows each row group has.

    Raises
    ------
    ValueError
        If the group itself and one of its columns say different things.
    """
    groups = [table.metadata.row_group(group) for group in range(table.metadata.num_row_groups)]
    leaves = range(table.metadata.num_columns)
    flat = next((leaf for leaf in leaves if table.schema.column(leaf).max_repetition_level == 0), None)
    for group in groups:
        if flat is not None and group.column(flat).num_values != group.num_rows:
            raise ValueError(
                f"a row group has {group.num_rows} rows and {group.column(flat).num_values} values"
            )
    return [group.num_rows for group in groups]


def _values_near_damage(
    table: pq.ParquetFile, group: int, columns: list[str], needed: frozenset[str], first: int, why: str
) -> Iterator[RowValues | Lost]:
    """Yield the values of a row group's rows from one on, each column read by itself as far as it goes."""
    rows = table.metadata.row_group(group).num_rows
    readers = {column: _column_values(table, group, column) for column in columns}
    for row in range(rows):
        values: dict[str, Any] = {}
        notes: list[str] = []
        for column, reader in readers.items():
            found = next(reader, None)
            if found is None and column in needed:
                yield Lost(rows - max(row, first), why)
                return
            if found is None:
                notes.append(not_readable(column))
            else:
                _merge(values, found.values)
                notes += found.notes
        if row >= first:
            yield RowValues(values, tuple(dict.fromkeys(notes)))


def _column_values(table: pq.ParquetFile, group: int, column: str) -> Iterator[RowValues]:
    """Yield a column's values in a row group, up to where it is damaged."""
    try:
        for batch in read_batches(table, _ROWS_NEAR_DAMAGE, [column], [group]):
            yield from row_values(batch)
    except READ_ERRORS:
        return


def _merge(into: dict[str, Any], values: Any) -> None:
    for name, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value
