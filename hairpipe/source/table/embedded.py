"""Pictures that lie in a Parquet table itself, as img2dataset and Hugging Face's datasets write them.

Such a picture is called by its file and row, counted from 0: ``train-0001.parquet#17``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from threading import Lock
from typing import Any

import pyarrow as pa

from hairpipe.source.pictures import FilePictures
from hairpipe.source.table.parquet_pages import Pages, leaf_values
from hairpipe.source.table.table_files import TableFile
from hairpipe.storage.folder import Folder
from hairpipe.storage.parquet_file import READ_ERRORS, open_parquet, read_batches
from hairpipe.storage.picture_file import PictureTooLargeError

_REFERENCE = re.compile(r"(.+)#(\d+)", re.DOTALL)

# Rows decoded at a time: a row group may hold a whole shard, which would not fit a worker.
_ROWS_AT_A_TIME = 32
# Threads that share a reader ask for rows a little out of order.
_BATCHES_KEPT = 2


@dataclass(frozen=True, slots=True)
class EmbeddedColumn:
    """Where the bytes of the pictures stand."""

    bytes_leaf: str
    """Dotted path of the bytes."""
    path_leaf: str | None = None
    """Dotted path of a picture's path, which counts where there are no bytes."""


def embedded_column(schema: pa.Schema, column: str) -> EmbeddedColumn | None:
    """Return where a table's image column holds bytes; None where it holds paths or is not there."""
    kind = type_at(schema, column)
    if kind is None:
        return None
    if _is_binary(kind):
        return EmbeddedColumn(column)
    if pa.types.is_struct(kind):
        fields = {field.name: field.type for field in kind}
        if "bytes" in fields and _is_binary(fields["bytes"]):
            return EmbeddedColumn(f"{column}.bytes", f"{column}.path" if "path" in fields else None)
    return None


def reference(name: str, row: int) -> str:
    """Return what the picture in a row is called."""
    return f"{name}#{row}"


def type_at(schema: pa.Schema, path: str) -> pa.DataType | None:
    """Return the type at a dotted path through structs; None where there is none."""
    if path in schema.names:
        return schema.field(path).type
    head, _, rest = path.partition(".")
    kind = schema.field(head).type if rest and head in schema.names else None
    while kind is not None and rest:
        head, _, rest = rest.partition(".")
        index = kind.get_field_index(head) if pa.types.is_struct(kind) else -1
        kind = kind.field(index).type if index >= 0 else None
    return kind


class TablePictures:
    """The pictures in Parquet tables, and the files that such tables may name besides.

    The place in the table last read is remembered, so that reading rows in their order decodes
    each but once.

    Parameters
    ----------
    tables : Folder
        Where the tables lie.
    column : str
        The image column.
    files : FilePictures
        For pictures that are files.
    """

    def __init__(self, tables: Folder, column: str, files: FilePictures) -> None:
        self._tables = tables
        self._column = column
        self._files = files
        self._current: tuple[str, _Cursor] | None = None
        self._lock = Lock()

    def __reduce__(self) -> tuple[type[TablePictures], tuple[Folder, str, FilePictures]]:
        return TablePictures, (self._tables, self._column, self._files)

    def read(self, image: str) -> bytes:
        """Return a picture's bytes.

        Raises
        ------
        FileNotFoundError
            If there is no such row, no bytes in it, or no such file.
        hairpipe.storage.picture_file.PictureTooLargeError
            If it is larger than what is read.
        OSError
            If the table is damaged.
        hairpipe.storage.folder.OutsideFolderError
            If the path leads out of the folder.
        """
        found = _REFERENCE.fullmatch(image)
        if found is None or TableFile(self._tables, found[1]).suffix != ".parquet":
            return self._files.read(image)
        try:
            with self._lock:
                content = self._cursor(found[1]).value(int(found[2]))
        except FileNotFoundError:
            raise
        except READ_ERRORS as error:
            raise OSError(f"{found[1]} is damaged: {error}") from error
        if content is None:
            raise FileNotFoundError(f"no picture in {image}")
        if len(content) > self._files.at_most:
            raise PictureTooLargeError(self._files.at_most, len(content))
        return content

    def _cursor(self, name: str) -> _Cursor:
        if self._current is None or self._current[0] != name:
            self._current = (name, _Cursor(TableFile(self._tables, name), self._column))
        return self._current[1]


class _Cursor:
    """The column of bytes of one table, read forwards a few rows at a time."""

    def __init__(self, file: TableFile, column: str) -> None:
        self._handle = file.open()
        # Without a buffer of its own Arrow would fetch a column's whole part of a row group.
        self._table = open_parquet(self._handle, checksums=True, buffer_size=2**20)
        found = embedded_column(self._table.schema_arrow, column)
        self._leaf = found.bytes_leaf if found else None
        metadata = self._table.metadata
        groups = range(metadata.num_row_groups)
        self._starts = [0, *accumulate(metadata.row_group(group).num_rows for group in groups)]
        self._group = -1
        self._batches: Iterator[pa.RecordBatch] = iter(())
        self._near: deque[tuple[int, Any]] = deque(maxlen=_BATCHES_KEPT)
        self._next = 0
        self._pages: Pages | None = None

    def value(self, row: int) -> bytes | None:
        """Return a row's bytes; None where it has none, or there is no such row.

        Raises
        ------
        OSError
            If they lie on a damaged page.
        """
        if self._leaf is None or row >= self._starts[-1]:
            return None
        group = bisect_right(self._starts, row) - 1
        if group != self._group:
            self._pages = None
        if self._pages is None:
            try:
                return self._forwards(row, group, self._leaf)
            except READ_ERRORS:
                self._pages = Pages(self._handle, self._table, self._leaf, group)
        return self._pages.value(row - self._starts[group])

    def _forwards(self, row: int, group: int, leaf: str) -> bytes | None:
        if group != self._group or (row < self._next and row < self._near[0][0]):
            self._batches = read_batches(self._table, _ROWS_AT_A_TIME, [leaf], [group])
            self._group, self._next = group, self._starts[group]
            self._near.clear()
        while row >= self._next:
            values = leaf_values(next(self._batches), leaf)
            self._near.append((self._next, values))
            self._next += len(values)
        first, values = next(batch for batch in reversed(self._near) if batch[0] <= row)
        value: bytes | None = values[row - first].as_py()
        return value


def _is_binary(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    )
