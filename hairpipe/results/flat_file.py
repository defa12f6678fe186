"""A table as one file, without buckets: CSV for spreadsheets, Parquet for everything else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from hairpipe.results.selection import SelectedTables
from hairpipe.store.schema import TableName
from hairpipe.terminal import printable

# What spreadsheets take for the beginning of a formula, https://owasp.org/www-community/attacks/CSV_Injection:
# also after a semicolon, which separates cells where the comma is in numbers.
_FORMULA = re.compile(r"(^|;)([\s\ufeff\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
# Harmless, though a minus comes first.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def write_csv(selected: SelectedTables, table: TableName, file: IO[bytes]) -> int:
    """Write a table as CSV (UTF-8, RFC 4180, a row a line); return how many rows.

    What the scrape says can do nothing to a spreadsheet or a terminal: control characters are written as
    their escapes, and a text that a spreadsheet would take for a formula begins with an apostrophe. Numbers
    are numbers, below zero too.
    """
    parts = (_harmless_texts(part) for (part,) in selected.parts(table))
    return _write_parts(parts, lambda schema: pa.csv.CSVWriter(file, schema))


def write_parquet(selected: SelectedTables, table: TableName, file: IO[bytes]) -> int:
    """Write a table as one Parquet file, its values as they are; return how many rows."""
    parts = (part for (part,) in selected.parts(table))
    return _write_parts(
        parts, lambda schema: pq.ParquetWriter(file, schema, compression="zstd", write_page_checksum=True)
    )


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula and that does nothing to a terminal."""
    return printable(text if _NUMBER.fullmatch(text) else _FORMULA.sub(r"\1'\2", text))


def _write_parts(parts: Iterable[pa.Table], opened: Callable[[pa.Schema], Any]) -> int:
    """Write parts of one schema, with the writer that is opened for it; return how many rows."""
    rows = 0
    writer = None
    try:
        for part in parts:
            writer = writer or opened(part.schema)
            writer.write_table(part)
            rows += len(part)
    finally:
        if writer is not None:
            writer.close()
    return rows


def _harmless_texts(rows: pa.Table) -> pa.Table:
    columns = []
    for column in rows.columns:
        if pa.types.is_string(column.type):
            # Most columns say few different things.
            coded = column.combine_chunks().dictionary_encode()
            values = pa.array([harmless(text) for text in coded.dictionary.to_pylist()], pa.string())
            column = values.take(coded.indices)
        columns.append(column)
    return pa.table(columns, names=[harmless(name) for name in rows.column_names])
