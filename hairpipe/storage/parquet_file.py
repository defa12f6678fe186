"""Reading Parquet on the thread that asks for it, and on no other.

Arrow's own threads let go of a Python file after the read has returned. Where the interpreter is
ending at that moment, the process aborts although its work is done ("terminate called without an
active exception", apache/arrow#34314).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

READ_ERRORS = (OSError, ValueError, OverflowError, StopIteration, pa.ArrowException)
"""What reading raises of a file that is no Parquet, was cut off, or is damaged."""


def open_parquet(
    handle: IO[bytes] | pa.NativeFile,
    *,
    checksums: bool = False,
    buffer_size: int = 0,
    metadata: pq.FileMetaData | None = None,
) -> pq.ParquetFile:
    """Return an open file as a Parquet file.

    Parameters
    ----------
    handle : file
        Left open.
    checksums : bool, optional
        Check the pages against the checksums that stand in the file, where there are any.
    buffer_size : int, optional
        Bytes of a column to fetch at a time; 0 fetches a column's part of a row group as a whole.
    metadata : pyarrow.parquet.FileMetaData, optional
        Of the file, where it has been read already.

    Raises
    ------
    pyarrow.ArrowInvalid
        If it is no Parquet file.
    """
    return pq.ParquetFile(
        handle,
        metadata=metadata,
        pre_buffer=False,
        buffer_size=buffer_size,
        page_checksum_verification=checksums,
    )


def read_rows(file: pq.ParquetFile, columns: Sequence[str] | None = None) -> pa.Table:
    """Return all rows; with `columns`, only these, a nested one as ``struct.field``."""
    return file.read(columns=None if columns is None else list(columns), use_threads=False)


def read_batches(
    file: pq.ParquetFile, rows: int, columns: Sequence[str], groups: Sequence[int] | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield the rows, at most `rows` at a time, of the whole file or of some row groups."""
    batches: Iterator[pa.RecordBatch] = file.iter_batches(
        rows, row_groups=None if groups is None else list(groups), columns=list(columns), use_threads=False
    )
    return batches
