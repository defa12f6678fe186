"""Parquet bytes: the same rows give the same bytes, and what comes back has the schema asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from hairpipe.storage.folder import Folder
from hairpipe.storage.parquet_file import open_parquet, read_rows
from hairpipe.store.schema import later_columns

_ROW_GROUP = 64 * 1024


class DamagedFileError(ValueError):
    """A file is not the Parquet file that it should be."""


def to_parquet(table: pa.Table, sort_keys: Sequence[str] = ()) -> bytes:
    """Return a table as a Parquet file.

    Readers that can use it find noted which columns the rows are sorted by.
    """
    sink = pa.BufferOutputStream()
    sorting = pq.SortingColumn.from_ordering(table.schema, [(key, "ascending") for key in sort_keys])
    pq.write_table(
        # The writer starts a page where a chunk starts; one chunk makes the bytes depend on rows alone.
        table.combine_chunks(),
        sink,
        version="2.6",
        compression="zstd",
        compression_level=3,
        row_group_size=_ROW_GROUP,
        sorting_columns=sorting or None,
        write_page_checksum=True,
    )
    return bytes(sink.getvalue())


def read_parquet(
    folder: Folder, path: str, schema: pa.Schema, columns: Sequence[str] | None = None
) -> pa.Table:
    """Return a Parquet file's rows.

    Parameters
    ----------
    path : str
        Relative to `folder`.
    schema : pyarrow.Schema
        What the file must have, exactly, but for later columns, which are null where it lacks them.
    columns : sequence of str, optional
        Only these; a nested field as ``struct.field``.

    Raises
    ------
    DamagedFileError
        If it is no Parquet file, a part of it does not match its checksum, or it has another schema.
    FileNotFoundError
        If there is no such file.
    """
    with folder.open(path) as handle:
        return read_parquet_file(handle, schema, columns)


def read_columns(folder: Folder, path: str) -> pa.Schema:
    """Return the columns that a Parquet file has; raises what :func:`read_parquet` raises."""
    with folder.open(path) as handle:
        try:
            return pq.read_schema(handle)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            raise _damaged(error) from error


def read_parquet_file(
    handle: BinaryIO | pa.NativeFile, schema: pa.Schema, columns: Sequence[str] | None = None
) -> pa.Table:
    """Return the rows of an open Parquet file; see :func:`read_parquet`."""
    try:
        with open_parquet(handle, checksums=True) as file:
            if file.schema_arrow.equals(schema):
                return read_rows(file, columns)
            # A carried attribute may have had the name of a column that came later: that is another field.
            later = later_columns()
            own = [field for field in file.schema_arrow if field.name not in later or field in schema]
            lacking = later - {field.name for field in own}
            if own != [field for field in schema if field.name not in lacking]:
                raise DamagedFileError("has other columns than expected")
            wanted = schema if columns is None else pa.schema([schema.field(name) for name in columns])
            rows = read_rows(file, [name for name in wanted.names if name not in lacking])
            return conform(rows, wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> DamagedFileError:
    return DamagedFileError(f"can't be read: {' '.join(str(error).split())[:200]}")


def conform(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return rows with exactly the columns of a schema: missing ones are null, others go."""
    known = {*rows.column_names}
    columns = [
        rows[field.name].cast(field.type) if field.name in known else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def with_column(rows: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    """Return rows with other values in one of their columns."""
    index = rows.schema.get_field_index(name)
    return rows.set_column(index, rows.schema.field(index), values)
