"""CSV by the column: many plain lines at once, exactly as they would be read one by one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from hairpipe.source.profile import Reject
from hairpipe.source.rows.profile_columns import ProfileColumns
from hairpipe.source.rows.row import REPLACEMENT, Row
from hairpipe.source.table.table_files import TableFile

# Quotes, and what makes a line more or less than it seems.
_ODD = ('"', "\r", "\0", "\ufeff", REPLACEMENT)


@dataclass(frozen=True, slots=True)
class CsvBlock:
    """Lines of a table, one after the other, each with one row of as many cells as there are columns."""

    file: TableFile
    number: int
    """Of the first line."""
    cells: pa.RecordBatch

    def rows(self) -> Iterator[Row | Reject]:
        """Yield the rows one by one."""
        for number, values in enumerate(self.cells.to_pylist(), self.number):
            if any(cell.strip() for cell in values.values()):
                yield Row(f"{self.file.name} line {number}", f"{self.file.stem}:{number}", values)

    def columns(self, wanted: ProfileColumns) -> pa.RecordBatch | None:
        """Return the columns as `wanted` reads them; None where a cell is of another type."""
        if not wanted.can_read:
            return None
        columns = []
        try:
            for field in wanted.schema:
                if field.name not in self.cells.schema.names:
                    columns.append(pa.nulls(len(self.cells), field.type))
                    continue
                texts = self.cells[field.name]
                if not pa.types.is_string(field.type):
                    texts = pc.if_else(pc.equal(texts, ""), None, texts).cast(field.type)
                columns.append(texts)
        except pa.ArrowException:
            return None
        return pa.record_batch(columns, wanted.schema)


def plain_cells(text: str, separator: str, header: Sequence[str]) -> pa.RecordBatch | None:
    """Return the cells of some lines; None where there is more to tell of one than its cells."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if len(set(header)) < len(header) or not text.endswith("\n") or any(odd in text for odd in _ODD):
        return None
    data = text.encode()
    characters = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(characters == ord("\n"))
    lengths = np.diff(ends, prepend=-1)
    separators = np.searchsorted(np.flatnonzero(characters == ord(separator)), ends)
    if lengths.min() == 1 or lengths.max() > csv.field_size_limit():
        return None
    if (np.diff(separators, prepend=0) != len(header) - 1).any():
        return None
    table = pcsv.read_csv(
        io.BytesIO(data),
        pcsv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=header),
        pcsv.ParseOptions(delimiter=separator, quote_char=False),
        pcsv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False),
    )
    (cells,) = table.combine_chunks().to_batches()
    return None if _names_columns(cells) else cells


def _names_columns(cells: pa.RecordBatch) -> bool:
    """Return whether a line may be one that names the columns again."""
    names = pa.array(cells.schema.names)
    return any(pc.any(pc.is_in(column, names)).as_py() for column in cells.columns)
