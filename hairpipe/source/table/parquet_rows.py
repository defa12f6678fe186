"""Rows from Parquet; pictures that lie in the table are found but not read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice, repeat
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hairpipe.errors import ConfigError
from hairpipe.source.locate import Located
from hairpipe.source.profile import Reject, RejectReason
from hairpipe.source.rows.arrow_values import RowValues, not_readable, row_values
from hairpipe.source.rows.profile_columns import ProfileColumns
from hairpipe.source.rows.row import Row, no_column, value_at
from hairpipe.source.table.embedded import EmbeddedColumn, embedded_column, reference, type_at
from hairpipe.source.table.parquet_pages import leaf_values
from hairpipe.source.table.table_files import TableFile
from hairpipe.storage.parquet_file import READ_ERRORS, open_parquet, read_batches

_ROWS_AT_A_TIME = 4096
_PICTURES_AT_A_TIME = 32
# Of a row group that is damaged: what is read together is lost together.
_ROWS_NEAR_DAMAGE = 16


@dataclass(frozen=True)
class ParquetColumns:
    """What is asked of the rows of a table, all of it dotted paths."""

    id: str | None
    image: str
    """The picture's path, or its bytes."""
    origin: str | None = None
    """Column with the picture's web address, for rows whose own bytes are null."""
    named: Sequence[str] = ()
    """Columns that the configuration names."""
    others: Sequence[str] = ()
    """Columns that need not be there."""


@dataclass(frozen=True, slots=True)
class ParquetBlock:
    """Rows of a table, one after the other, whose pictures lie elsewhere."""

    file: TableFile
    number: int
    """Of the first row."""
    batch: pa.RecordBatch
    notes: tuple[str, ...]
    """What is wrong with each of them."""

    def rows(self) -> Iterator[Row | Reject]:
        """Yield the rows one by one."""
        for number, found in enumerate(row_values(self.batch), self.number):
            yield _row(self.file, number, found.values, (*self.notes, *found.notes))

    def columns(self, wanted: ProfileColumns) -> pa.RecordBatch | None:
        """Return the columns as `wanted` reads them; None where their types say something else."""
        return None if self.notes else wanted.fitted(self.batch)


def parquet_rows(file: TableFile, columns: ParquetColumns) -> Iterator[Row | Reject]:
    """Yield the rows of a table one by one; see :func:`parquet_blocks`."""
    for found in parquet_blocks(file, columns):
        yield from found.rows() if isinstance(found, ParquetBlock) else (found,)


def parquet_blocks(file: TableFile, columns: ParquetColumns) -> Iterator[Row | Reject | ParquetBlock]:
    """Yield the rows of a table, counted from 0, in blocks where that can be.

    A value that can't be read is null and leaves a note. Where a page is damaged the rest of its column
    in the row group can't be read; rows whose id or picture lies there are rejects.

    Raises
    ------
    hairpipe.errors.ConfigError
        If a column that the configuration names stands in the table twice.
    """
    number = 0
    try:
        with file.open() as handle:
            for entry in _Table(file, open_parquet(handle, checksums=True), columns).entries():
                number += 1 if isinstance(entry, Row) else _count(entry)
                yield entry
    except READ_ERRORS as error:
        detail = f"the table can't be read from here on: {str(error)[:200]}"
        yield Reject(RejectReason.BROKEN_FILE, f"{file.name} row {number}", detail, rows=0)


class _Table:
    """An open table."""

    def __init__(self, file: TableFile, table: pq.ParquetFile, columns: ParquetColumns) -> None:
        self._file = file
        self._table = table
        self._image = columns.image
        schema = table.schema_arrow
        _refuse_twins(file.name, schema, [*columns.named, *columns.others, columns.image])
        self._embedded = embedded_column(schema, columns.image)
        self._addresses: list[str] = []
        paths = [*columns.named, *columns.others, columns.image]
        needed = [columns.id] if columns.id is not None else []
        if self._embedded is None:
            needed.append(columns.image)
        else:
            self._addresses = [path for path in (self._embedded.path_leaf, columns.origin) if path]
            paths = [path for path in paths if path != columns.image] + self._addresses
        self._columns = _projection(schema, paths)
        self._needed = frozenset(_projection(schema, needed))
        missing = [path for path in columns.named if not _projection(schema, [path])]
        self._notes = tuple(no_column(path) for path in missing)

    def entries(self) -> Iterator[Row | Reject | ParquetBlock]:
        """Yield every row, or what can't be read of them."""
        present = self._present(self._embedded) if self._embedded else repeat(False)
        info = self._file.folder.info(self._file.name) if self._embedded else None
        version = info.version if info else None
        number = 0
        for found in _values(self._table, self._columns, self._needed):
            if isinstance(found, pa.RecordBatch) and self._embedded is None:
                yield ParquetBlock(self._file, number, found, self._notes)
                number += len(found)
                continue
            if isinstance(found, _Lost):
                yield self._lost(found, number)
                number += found.rows
                next(islice(present, found.rows - 1, None), None)
                continue
            for one in row_values(found) if isinstance(found, pa.RecordBatch) else [found]:
                values = dict(one.values)
                here = None
                if self._embedded is not None:
                    addresses = (value_at(values, path) for path in self._addresses)
                    values[self._image] = next((address for address in addresses if address), None)
                    if next(present):
                        here = Located(reference(self._file.name, number), version=version)
                yield _row(self._file, number, values, (*self._notes, *one.notes), here)
                number += 1

    def _lost(self, lost: _Lost, number: int) -> Reject:
        last = number + lost.rows - 1
        rows = f"row {number}" if lost.rows == 1 else f"rows {number} to {last}"
        place = f"{self._file.name} {rows}"
        return Reject(RejectReason.BAD_LINE, place, f"can't be read: {lost.why}", rows=lost.rows)

    def _present(self, column: EmbeddedColumn) -> Iterator[bool]:
        groups = range(self._table.metadata.num_row_groups)
        return chain.from_iterable(_has_picture(self._table, group, column.bytes_leaf) for group in groups)


@dataclass(frozen=True)
class _Lost:
    """Rows that follow one another and can't be read."""

    rows: int
    why: str


def _row(
    file: TableFile,
    number: int,
    values: Mapping[str, Any],
    notes: tuple[str, ...],
    picture: Located | None = None,
) -> Row:
    return Row(f"{file.name} row {number}", f"{file.stem}:{number}", values, notes, picture)


def _count(entry: Reject | ParquetBlock) -> int:
    return entry.rows if isinstance(entry, Reject) else len(entry.batch)


def _values(
    table: pq.ParquetFile, columns: list[str], needed: frozenset[str]
) -> Iterator[pa.RecordBatch | RowValues | _Lost]:
    """Yield rows together, single ones where the table is damaged, or how many are lost."""
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
) -> Iterator[RowValues | _Lost]:
    """Yield the values of a row group's rows from one on, each column read by itself as far as it goes."""
    rows = table.metadata.row_group(group).num_rows
    readers = {column: _column_values(table, group, column) for column in columns}
    for row in range(rows):
        values: dict[str, Any] = {}
        notes: list[str] = []
        for column, reader in readers.items():
            found = next(reader, None)
            if found is None and column in needed:
                yield _Lost(rows - max(row, first), why)
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


def _has_picture(table: pq.ParquetFile, group: int, leaf: str) -> Iterator[bool]:
    """Yield for each row of a group whether it has bytes, from the statistics where they tell.

    Of those that can't be read it is assumed: whoever reads the picture will tell.
    """
    metadata = table.metadata.row_group(group)
    chunks = (metadata.column(index) for index in range(metadata.num_columns))
    statistics = next(chunk.statistics for chunk in chunks if chunk.path_in_schema == leaf)
    told = 0
    if statistics is None or not statistics.has_null_count or statistics.null_count:
        try:
            for batch in read_batches(table, _PICTURES_AT_A_TIME, [leaf], [group]):
                present = leaf_values(batch, leaf).is_valid().to_pylist()
                told += len(present)
                yield from present
        except READ_ERRORS:
            pass
    yield from repeat(True, metadata.num_rows - told)


def _refuse_twins(name: str, schema: pa.Schema, paths: Sequence[str]) -> None:
    for head in [path.partition(".")[0] for path in paths]:
        if schema.names.count(head) > 1:
            raise ConfigError(
                f"source.path: {name!r} has several columns {head!r}; rename all but the one that is meant"
            )


def _projection(schema: pa.Schema, paths: Sequence[str]) -> list[str]:
    """Return the columns to read: a path that leads through structs, else the whole column it begins in."""
    columns = []
    for path in paths:
        head = path.partition(".")[0]
        if type_at(schema, path) is not None:
            columns.append(path)
        elif head in schema.names:
            columns.append(head)
    return list(dict.fromkeys(columns))
