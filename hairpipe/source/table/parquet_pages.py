"""The pages of a Parquet column, each read as if the others were not there.

Arrow reads a column's part of a row group from its beginning and gives up at the first damaged page. Here
it is shown the file with every page but one replaced by a page of nothing, of the same length and for as
many rows, so that a damaged page costs its own rows and no others. See
https://parquet.apache.org/docs/file-format/ for what pages and their headers are.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from hairpipe.source.table.thrift import (
    BINARY,
    FALSE,
    I32,
    STRUCT,
    Struct,
    field,
    read_struct,
    varint,
    zigzag,
)
from hairpipe.storage.parquet_file import READ_ERRORS, open_parquet, read_batches

_LONGEST_HEADER = 2**16
_DATA, _DICTIONARY, _DATA_2 = 0, 2, 3
_PLAIN = 0
# Numbers of fields of a page's header, from parquet.thrift.
_KIND, _LENGTH, _DATA_HEADER, _DATA_2_HEADER = 1, 3, 5, 8


@dataclass(frozen=True)
class _Page:
    """Where a page lies."""

    start: int
    end: int
    """Where its header and content start and end in the file."""
    first: int
    rows: int
    """Its first row in the row group and how many it has; none of a dictionary."""
    is_plain: bool
    """Whether it has its values itself, and not in a dictionary."""


class Pages:
    """The pages of one column in one row group, as far as their headers can be read.

    Parameters
    ----------
    handle : file
        The table, not moved by anybody else meanwhile.
    leaf : str
        Dotted path of the column, which holds no lists.
    """

    def __init__(self, handle: IO[bytes], table: pq.ParquetFile, leaf: str, group: int) -> None:
        metadata = table.metadata.row_group(group)
        index = next(i for i in range(metadata.num_columns) if metadata.column(i).path_in_schema == leaf)
        self._handle = handle
        self._metadata = table.metadata
        self._leaf = leaf
        self._group = group
        self._rows = metadata.num_rows
        self._levels = table.schema.column(index).max_definition_level
        self._pages = list(_pages(handle, metadata.column(index)))
        self._current: tuple[_Page, list[bytes | None]] | None = None

    def value(self, row: int) -> bytes | None:
        """Return the bytes in a row of the row group; None where it has none.

        Raises
        ------
        OSError
            If they can't be read.
        """
        page = next((page for page in self._pages if page.first <= row < page.first + page.rows), None)
        if page is None:
            raise OSError("the header of its page, or of one before it, is damaged")
        if self._current is None or self._current[0] != page:
            self._current = (page, self._values(page))
        values = self._current[1]
        if row - page.first >= len(values):
            raise OSError("its page is damaged")
        return values[row - page.first]

    def _values(self, wanted: _Page) -> list[bytes | None]:
        """Return a page's values up to where it is damaged."""
        patches = []
        for page in self._pages:
            if page is not wanted and (page.rows or wanted.is_plain):
                blank = _blank(page, self._levels)
                if blank is None:
                    return []
                patches.append((page.start, blank))
        values: list[bytes | None] = []
        # Row groups of pictures have some hundred rows: one by one, all before the damage can be had.
        at_a_time = 1 + self._rows // 2000
        try:
            table = open_parquet(_Patched(self._handle, patches), checksums=True, metadata=self._metadata)
            for batch in read_batches(table, at_a_time, [self._leaf], [self._group]):
                values += leaf_values(batch, self._leaf).to_pylist()
                if len(values) >= wanted.first + wanted.rows:
                    break
        except READ_ERRORS:
            pass
        return values[wanted.first : wanted.first + wanted.rows]


def leaf_values(batch: pa.RecordBatch, leaf: str) -> pa.Array:
    """Return the values at a dotted path of a batch that was read for that path alone."""
    values = batch.column(0)
    remaining = leaf.removeprefix(batch.schema.names[0]).lstrip(".")
    for part in remaining.split(".") if remaining else []:
        # The parent's nulls are taken over: a missing struct has no bytes.
        values = values.flatten()[values.type.get_field_index(part)]
    return values


def _pages(handle: IO[bytes], chunk: Any) -> Iterator[_Page]:
    """Yield a column's pages in a row group, up to a header that can't be read."""
    start = chunk.data_page_offset
    if chunk.has_dictionary_page and chunk.dictionary_page_offset:
        start = min(start, chunk.dictionary_page_offset)
    end = start + chunk.total_compressed_size
    first = 0
    while start < end:
        handle.seek(start)
        try:
            header, length = read_struct(handle.read(min(_LONGEST_HEADER, end - start)))
            rows, encoding = _rows_and_encoding(header)
            page_end = start + length + header[_LENGTH]
        except (IndexError, KeyError, TypeError, ValueError):
            return
        if header[_LENGTH] < 0 or page_end > end or rows < 0:
            return
        yield _Page(start, page_end, first, rows, encoding == _PLAIN)
        start, first = page_end, first + rows


def _rows_and_encoding(header: Struct) -> tuple[int, int]:
    if header[_KIND] == _DICTIONARY:
        return 0, _PLAIN
    if header[_KIND] == _DATA:
        return header[_DATA_HEADER][1], header[_DATA_HEADER][2]
    return header[_DATA_2_HEADER][1], header[_DATA_2_HEADER][4]


def _blank(page: _Page, levels: int) -> bytes | None:
    """Return a page of as many nulls and as many bytes, or of empty values where there are no nulls."""
    length = page.end - page.start
    if not page.rows:
        return _blank_dictionary(length)
    # A run of one level: how long it is, then the level, which is zero.
    nulls = varint(page.rows << 1) + b"\0" if levels else b""
    values = nulls or bytes(4 * page.rows)
    for width in range(1, 6):
        size = length - len(_data_header(page.rows, len(nulls), 0, width))
        if len(values) <= size < 1 << (7 * width - 1):
            return _data_header(page.rows, len(nulls), size, width) + values.ljust(size, b"\0")
    return None


def _data_header(rows: int, levels_length: int, size: int, width: int) -> bytes:
    """Return the header of a page (of the second version) that is not compressed."""
    sizes = field(1, I32, zigzag(size, width))
    numbers = (rows, rows if levels_length else 0, rows, _PLAIN, levels_length, 0)
    content = b"".join(field(1, I32, zigzag(number)) for number in numbers) + field(1, FALSE, b"")
    return field(1, I32, zigzag(_DATA_2)) + sizes + sizes + field(5, STRUCT, content + b"\0") + b"\0"


def _blank_dictionary(length: int) -> bytes | None:
    """Return a dictionary of no values; what is left of its length is a field that nobody knows."""
    sizes = field(1, I32, zigzag(0))
    content = field(1, I32, zigzag(0)) + field(1, I32, zigzag(_PLAIN)) + b"\0"
    header = field(1, I32, zigzag(_DICTIONARY)) + sizes + sizes + field(4, STRUCT, content)
    for width in range(1, 6):
        padding = length - len(header) - 2 - width
        if 0 <= padding < 1 << 7 * width:
            return header + field(1, BINARY, varint(padding, width)) + bytes(padding) + b"\0"
    return None


class _Patched(io.RawIOBase):
    """A file some parts of which read otherwise.

    Parameters
    ----------
    patches : list of (int, bytes)
        Where they begin, and what reads there.
    """

    def __init__(self, handle: IO[bytes], patches: list[tuple[int, bytes]]) -> None:
        self._handle = handle
        self._patches = patches
        self._at = 0
        self._length = handle.seek(0, io.SEEK_END)

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to another place."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there is something."""
        self._handle.seek(self._at)
        data = bytearray(self._handle.read(len(buffer)))
        for start, patch in self._patches:
            low, high = max(start, self._at), min(start + len(patch), self._at + len(data))
            if low < high:
                data[low - self._at : high - self._at] = patch[low - start : high - start]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
