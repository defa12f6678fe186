"""Rows from Parquet; pictures that lie in the table are found but not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, repeat
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hairpipe.errors import ConfigError
from hairpipe.source.locate import Located
from hairpipe.source.profile import Reject, RejectReason
from hairpipe.source.rows.arrow_values import row_values
from hairpipe.source.rows.profile_columns import ProfileColumns
from hairpipe.source.rows.row import Row, no_column, value_at
from hairpipe.source.table.embedded import EmbeddedColumn, embedded_column, reference, type_at
from hairpipe.source.table.parquet_pages import leaf_values
from hairpipe.source.table.parquet_values import Lost, readable_values
from hairpipe.source.table.table_files import TableFile
from hairpipe.storage.parquet_file import READ_ERRORS, open_parquet, read_batches

_PICTURES_AT_A_TIME = 32


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
        for found in readable_values(self._table, self._columns, self._needed):
            if isinstance(found, pa.RecordBatch) and self._embedded is None:
                yield ParquetBlock(self._file, number, found, self._notes)
                number += len(found)
                continue
            if isinstance(found, Lost):
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

    def _lost(self, lost: Lost, number: int) -> Reject:
        last = number + lost.rows - 1
        rows = f"row {number}" if lost.rows == 1 else f"rows {number} to {last}"
        place = f"{self._file.name} {rows}"
        return Reject(RejectReason.BAD_LINE, place, f"can't be read: {lost.why}", rows=lost.rows)

    def _present(self, column: EmbeddedColumn) -> Iterator[bool]:
        groups = range(self._table.metadata.num_row_groups)
        return chain.from_iterable(_has_picture(self._table, group, column.bytes_leaf) for group in groups)


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
