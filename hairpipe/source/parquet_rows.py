"""Rows from Parquet; pictures that lie in the table are found but not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hairpipe.parquet_file import open_parquet, read_batches
from hairpipe.source.embedded import EmbeddedColumn, embedded_column, leaf_values, reference, type_at
from hairpipe.source.locate import Located
from hairpipe.source.profile import Reject, RejectReason
from hairpipe.source.rows import Row, value_at
from hairpipe.source.table_files import TableFile

_ROWS_AT_A_TIME = 4096
_PICTURES_AT_A_TIME = 32
# A file that is no Parquet or was cut off, and values that Python has no type for.
_UNREADABLE = (OSError, ValueError, OverflowError, pa.ArrowException)


def parquet_rows(
    file: TableFile, paths: Sequence[str], image: str, origin: str | None
) -> Iterator[Row | Reject]:
    """Yield the rows of a table, counted from 0.

    Parameters
    ----------
    file : TableFile
        The table.
    paths : sequence of str
        Dotted paths that will be asked of the rows, other columns are not read.
    image : str
        Dotted path of the picture.
    origin : str or None
        Column with the picture's web address, for rows whose own bytes are null.
    """
    number = 0
    try:
        with file.open() as handle:
            table = open_parquet(handle)
            column = embedded_column(table.schema_arrow, image)
            rows = (
                _values(table, [*paths, image])
                if column is None
                else _values_with_pictures(table, file, paths, image, column, origin)
            )
            for values, picture in rows:
                yield Row(f"{file.name} row {number}", f"{file.stem}:{number}", values, picture=picture)
                number += 1
    except _UNREADABLE as error:
        yield Reject(
            RejectReason.BROKEN_FILE,
            f"{file.name} row {number}",
            f"the table can't be read from here on: {str(error)[:200]}",
        )


def _values(table: pq.ParquetFile, paths: Sequence[str]) -> Iterator[tuple[Mapping[str, Any], None]]:
    columns = _projection(table.schema_arrow, paths)
    for batch in read_batches(table, _ROWS_AT_A_TIME, columns):
        yield from zip(batch.to_pylist(), repeat(None))


def _values_with_pictures(
    table: pq.ParquetFile,
    file: TableFile,
    paths: Sequence[str],
    image: str,
    column: EmbeddedColumn,
    origin: str | None,
) -> Iterator[tuple[Mapping[str, Any], Located | None]]:
    """Yield each row's values, the image's replaced by its path or address, and its picture."""
    info = file.folder.info(file.name)
    version = info.version if info else None
    elsewhere = [path for path in (column.path_leaf, origin) if path]
    others = [path for path in paths if path != image]
    columns = _projection(table.schema_arrow, [*others, *elsewhere])
    present = chain.from_iterable(
        _has_picture(table, group, column.bytes_leaf) for group in range(table.metadata.num_row_groups)
    )
    number = 0
    for group in range(table.metadata.num_row_groups):
        for values in _group_values(table, group, columns):
            addresses = (value_at(values, path) for path in elsewhere)
            address = next((found for found in addresses if found), None)
            here = Located(reference(file.name, number), version=version) if next(present) else None
            yield {**values, image: address}, here
            number += 1


def _group_values(table: pq.ParquetFile, group: int, columns: list[str]) -> Iterator[Mapping[str, Any]]:
    if not columns:
        yield from repeat({}, table.metadata.row_group(group).num_rows)
        return
    for batch in read_batches(table, _ROWS_AT_A_TIME, columns, group):
        yield from batch.to_pylist()


def _has_picture(table: pq.ParquetFile, group: int, leaf: str) -> Iterator[bool]:
    """Yield for each row of a group whether it has bytes, from the statistics where they tell."""
    metadata = table.metadata.row_group(group)
    chunks = (metadata.column(index) for index in range(metadata.num_columns))
    statistics = next(chunk.statistics for chunk in chunks if chunk.path_in_schema == leaf)
    if statistics is not None and statistics.has_null_count and statistics.null_count == 0:
        yield from repeat(True, metadata.num_rows)
        return
    for batch in read_batches(table, _PICTURES_AT_A_TIME, [leaf], group):
        yield from leaf_values(batch, leaf).is_valid().to_pylist()


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
