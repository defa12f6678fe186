"""Rows from CSV and TSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from hairpipe.source.lines import REPLACEMENT, text_lines
from hairpipe.source.profile import Reject, RejectReason
from hairpipe.source.rows import Row
from hairpipe.source.table_files import TableFile


def csv_rows(file: TableFile) -> Iterator[Row | Reject]:
    """Yield the rows of a table whose first line names the columns.

    The separator is a tab where the name ends in ``.tsv``, else a comma. A row with more or
    fewer cells than the header is a reject: it was cut off, or its quotes are wrong.
    """
    broken: list[Reject] = []
    reader = csv.reader(_strings(file, broken), delimiter="\t" if file.suffix == ".tsv" else ",")
    header: list[str] | None = None
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield Reject(
                RejectReason.BAD_LINE, _place(file.name, first, reader.line_num), f"not CSV: {error}"
            )
            continue
        if not cells:
            continue
        if header is None:
            header = [cell.strip() for cell in cells]
        elif len(cells) != len(header):
            yield Reject(
                RejectReason.BAD_LINE,
                _place(file.name, first, reader.line_num),
                f"{len(cells)} cells where the header has {len(header)}",
            )
        else:
            garbled = any(REPLACEMENT in cell for cell in cells)
            place = _place(file.name, first, reader.line_num)
            yield Row(place, f"{file.stem}:{first}", dict(zip(header, cells, strict=True)), garbled)
    yield from broken


def _strings(file: TableFile, broken: list[Reject]) -> Iterator[str]:
    for line in text_lines(file):
        if isinstance(line, Reject):
            broken.append(line)
        else:
            yield line


def _place(name: str, first: int, last: int) -> str:
    return f"{name} line {first}" if last <= first else f"{name} lines {first} to {last}"
