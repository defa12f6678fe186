"""Rows from CSV and TSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.errors import ConfigError
from hairpipe.source.profile import Reject, RejectReason
from hairpipe.source.rows.row import NOT_UTF8, REPLACEMENT, Row, no_column
from hairpipe.source.table.csv_columns import CsvBlock, plain_cells
from hairpipe.source.table.lines import RecordLines, cut_off
from hairpipe.source.table.table_files import TableFile

_LINES_IN_CELL = "a cell spans lines that could be rows"
_MOST = 0.95


def csv_rows(
    file: TableFile, columns: Sequence[str] = (), id_column: str | None = None
) -> Iterator[Row | Reject]:
    """Yield the rows of a table whose first line names the columns.

    The separator is a tab where the name ends in ``.tsv``, else a comma. Each line is part of one row, or
    a reject, or blank: a row with more or fewer cells than the header was cut off, or its quotes are
    wrong. Where wrong quotes have swallowed the lines that follow, those that are rows still count.

    Parameters
    ----------
    columns : sequence of str
        Those that the configuration names; a note tells of rows of a file without them.
    id_column : str or None
        By its values it is told whether a line within quotes is a row.

    Raises
    ------
    hairpipe.errors.ConfigError
        If one of `columns` stands in the header twice.
    """
    lines = RecordLines(file)
    for found in _Table(lines, file, columns, id_column, by_block=False).entries():
        yield from found.rows() if isinstance(found, CsvBlock) else (found,)
    yield from lines.broken


def csv_blocks(
    file: TableFile, columns: Sequence[str] = (), id_column: str | None = None
) -> Iterator[Row | Reject | CsvBlock]:
    """Yield what :func:`csv_rows` does, rows whose lines are plain in blocks."""
    lines = RecordLines(file)
    yield from _Table(lines, file, columns, id_column, by_block=True).entries()
    yield from lines.broken


class _Table:
    """A table that is being read, one record after another."""

    def __init__(
        self,
        lines: RecordLines,
        file: TableFile,
        columns: Sequence[str],
        id_column: str | None,
        by_block: bool,
    ) -> None:
        self._lines = lines
        self._file = file
        self._separator = "\t" if file.suffix == ".tsv" else ","
        self._columns = columns
        self._id_column = id_column
        self._by_block = by_block
        self._ids = _IdShape()
        self._header: list[str] = []
        self._names: frozenset[str] = frozenset()
        self._notes: tuple[str, ...] = ()

    def entries(self) -> Iterator[Row | Reject | CsvBlock]:
        """Yield every row and every reject."""
        records = csv.reader(self._lines, delimiter=self._separator, strict=True)
        while True:
            if self._by_block and self._header and (plain := self._plain_block()):
                yield plain
                continue
            self._lines.begin()
            try:
                cells = next(records)
            except StopIteration:
                return
            except csv.Error as error:
                if not self._header:
                    yield self._no_header(error)
                    return
                yield self._reject(f"not CSV: {error}")
                continue
            if self._header:
                yield from self._record(cells)
            elif any(cells):
                self._take_header(cells)
                if not self._lines.are_whole:
                    yield cut_off(self._lines.place)

    def _plain_block(self) -> CsvBlock | None:
        """Return the next block of lines if a row begins with it and all of it is plain."""
        block = None if self._notes or self._id_column not in self._header else self._lines.next_block()
        if block is None:
            return None
        cells = plain_cells(block.text, self._separator, self._header)
        if cells is None:
            self._lines.take(block)
            return None
        self._ids.see_all(cells[self._id_column])
        return CsvBlock(self._file, block.number, cells)

    def _record(self, cells: list[str]) -> Iterator[Row | Reject]:
        lines = self._lines
        # Spreadsheets write rows of nothing but separators.
        if not any(cell.strip() for cell in cells):
            return
        if self._is_header(cells):
            yield Reject(RejectReason.REPEATED_HEADER, lines.place, "names the columns again")
            self._take_header(cells)
            return
        problem = self._problem(cells)
        if problem is not None:
            yield self._reject(problem)
            return
        if not lines.are_doubtful:
            self._ids.see(self._id_of(cells))
        notes = self._notes
        if lines.have(REPLACEMENT):
            notes = (*notes, NOT_UTF8)
        alike = [self._has_cells(line) for line in lines.swallowed]
        if any(alike):
            notes = (*notes, _LINES_IN_CELL)
        key = f"{self._file.stem}:{lines.first_number}"
        yield Row(lines.place, key, dict(zip(self._header, cells, strict=True)), notes)
        if alike and all(alike) and not self._ids.are_words:
            yield Reject(RejectReason.BAD_LINE, lines.place, "rows may stand within these quotes", rows=0)
        if not lines.are_whole:
            yield cut_off(lines.place)

    def _problem(self, cells: list[str]) -> str | None:
        """Return why a record is no row."""
        if len(cells) != len(self._header):
            return f"{len(cells)} cells where the header has {len(self._header)}"
        if self._lines.have("\0"):
            return "zero bytes"
        if self._lines.are_doubtful and not self._ids.fits(self._id_of(cells)):
            return "stands within quotes that an earlier line opens, and has no id like those of other rows"
        if self._has_swallowed_rows():
            return f"a quote opens here and closes at line {self._lines.last_number}, with rows in between"
        return None

    def _has_swallowed_rows(self) -> bool:
        """Return whether the lines of a record are rows, were it not for the quotes."""
        swallowed = self._lines.swallowed
        if not swallowed:
            return False
        rows = [self._has_cells(line) and self._ids.fits(self._id_in(line)) for line in swallowed]
        if self._ids.are_numbers:
            return sum(rows) > len(rows) / 2
        return all(rows) and self._has_cells(self._lines.taken[0][1])

    def _reject(self, detail: str) -> Reject:
        """Return what is said of a record's first line; the others will be read again."""
        self._lines.keep_first()
        reason = RejectReason.BAD_LINE if self._lines.are_whole else RejectReason.CUT_OFF
        return Reject(reason, self._lines.place, detail)

    def _no_header(self, error: csv.Error) -> Reject:
        self._lines.keep_first()
        detail = (
            f"nothing of the file can be read, as this line, which names the columns, is not CSV: {error}"
        )
        return Reject(RejectReason.BROKEN_FILE, self._lines.place, detail, rows=0)

    def _take_header(self, cells: list[str]) -> None:
        self._header = [cell.strip() for cell in cells]
        self._names = frozenset(self._header) - {""}
        for column in self._columns:
            if self._header.count(column) > 1:
                raise ConfigError(
                    f"source.path: {self._file.name!r} has several columns {column!r}; "
                    "rename all but the one that is meant"
                )
        missing = [column for column in self._columns if column not in self._header]
        self._notes = tuple(no_column(column) for column in missing)

    def _is_header(self, cells: list[str]) -> bool:
        if self._names.isdisjoint(cells):
            return False
        names = [cell.strip() for cell in cells]
        known = self._names.intersection(names)
        return names == self._header or len(known) > max(1, len(self._header) // 2)

    def _has_cells(self, line: str) -> bool:
        """Return whether a line has as many separators as a row."""
        return line.count(self._separator) + 1 == len(self._header)

    def _id_of(self, cells: list[str]) -> str:
        return cells[self._header.index(self._id_column)].strip() if self._id_column in self._header else ""

    def _id_in(self, line: str) -> str:
        return self._id_of(line.rstrip("\r\n").split(self._separator))


@dataclass
class _IdShape:
    """What the ids of a file have in common: the text within a cell hardly ever has it."""

    rows: int = 0
    numbers: int = 0
    words: int = 0
    """Rows are the ids seen; numbers those of nothing but digits, words those without white space."""

    def see(self, text: str) -> None:
        """Take the id of a row into account."""
        if text:
            self.rows += 1
            self.numbers += text.isdecimal()
            self.words += _is_word(text)

    def see_all(self, texts: pa.Array) -> None:
        """Take the ids of many rows into account."""
        texts = pc.utf8_trim_whitespace(texts)
        texts = texts.filter(pc.not_equal(texts, ""))
        self.rows += len(texts)
        self.numbers += pc.utf8_is_decimal(texts).true_count
        self.words += pc.equal(pc.list_value_length(pc.utf8_split_whitespace(texts)), 1).true_count

    @property
    def are_numbers(self) -> bool:
        """Whether ids have nothing but digits, a few odd ones aside."""
        return 0 < _MOST * self.rows <= self.numbers

    @property
    def are_words(self) -> bool:
        """Whether ids have no white space, as far as is known yet."""
        return _MOST * self.rows <= self.words

    def fits(self, text: str) -> bool:
        """Return whether a text can be an id; never where ids can be any text."""
        return text.isdecimal() if self.are_numbers else self.are_words and _is_word(text)


def _is_word(text: str) -> bool:
    return len(text.split()) == 1
