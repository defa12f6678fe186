"""Rows from JSON Lines and from JSON documents, such as the answers of an API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from hairpipe.source.profile import Reject, RejectReason
from hairpipe.source.rows.profile_columns import ProfileColumns
from hairpipe.source.rows.row import NOT_UTF8, REPLACEMENT, Row, has_path, value_at
from hairpipe.source.table.json_columns import json_columns
from hairpipe.source.table.lines import TextBlock, cut_off, has_end, text_blocks
from hairpipe.source.table.table_files import TableFile

_BETWEEN_ITEMS = re.compile(r"\s*,?\s*")


@dataclass(frozen=True, slots=True)
class JsonShape:
    """How to find the profiles in a JSON value."""

    column: str
    """A column that every profile has."""
    envelopes: tuple[str, ...]
    """Paths, the first that exists counts, to the profile or the list of profiles inside a value that has no
    such column: an API's whole answer."""


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Lines of a JSON Lines file, one after the other."""

    file: TableFile
    shape: JsonShape
    block: TextBlock

    def rows(self) -> Iterator[Row | Reject]:
        """Yield the rows of the lines, one by one."""
        for number, line in enumerate(self.block.lines, self.block.number):
            if not line.isspace():
                yield from _line_rows(line, number, self.file, self.shape)

    def columns(self, wanted: ProfileColumns) -> pa.RecordBatch | None:
        """Return the columns that the lines have, as `wanted` reads them; None: they are not plain."""
        return json_columns(self.block.text, wanted)


def json_rows(file: TableFile, shape: JsonShape) -> Iterator[Row | Reject]:
    """Yield the rows of all lines or of the document; see :func:`json_blocks`."""
    for found in json_blocks(file, shape):
        yield from found.rows() if isinstance(found, LineBlock) else (found,)


def json_blocks(file: TableFile, shape: JsonShape) -> Iterator[Row | Reject | LineBlock]:
    """Yield the lines of a JSON Lines file in blocks, or the rows of one JSON document over many lines.

    JSON Lines are read as a stream; the first blocks are small. A file is a document when its first line is
    not JSON in itself but opens a list or an object, or has no end; it is read whole. Where a document is
    broken, all profiles that stand on a line of their own still count, or else those before the fault.
    """
    blocks = text_blocks(file)
    for block in blocks:
        if isinstance(block, Reject):
            yield block
        elif block.number == 1 and _opens_document(block.lines[0]):
            yield from _document_rows([block, *blocks], file, shape)
        else:
            yield LineBlock(file, shape, block)


def _line_rows(line: str, number: int, file: TableFile, shape: JsonShape) -> Iterable[Row | Reject]:
    place = f"{file.name} line {number}"
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = RejectReason.BAD_LINE if has_end(line) else RejectReason.CUT_OFF
        return (Reject(reason, place, _why_not_json(error, line)),)
    found = _profiles(value, place, f"{file.stem}:{number}", shape, _notes(line))
    # A file of one line is a document, which is whole if it can be read.
    return found if has_end(line) or number == 1 else (*found, cut_off(place))


def _document_rows(
    read: list[TextBlock | Reject], file: TableFile, shape: JsonShape
) -> Iterator[Row | Reject]:
    lines = [line for block in read if isinstance(block, TextBlock) for line in block.lines]
    text = "".join(lines)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield from _broken_document_rows(lines, text, error, file, shape)
    else:
        yield from _profiles(value, file.name, file.stem, shape, _notes(text))
    yield from (found for found in read if isinstance(found, Reject))


def _broken_document_rows(
    lines: list[str], text: str, error: Exception, file: TableFile, shape: JsonShape
) -> Iterator[Row | Reject]:
    by_line = [
        found
        for number, line in enumerate(lines, 1)
        if not line.isspace() and not _is_punctuation(line)
        for found in _line_rows(line.strip().removesuffix(",") + "\n", number, file, shape)
    ]
    if any(isinstance(found, Row) and has_path(found.values, shape.column) for found in by_line):
        yield from by_line
    else:
        yield from _rows_before_fault(text, file, shape)
    yield Reject(RejectReason.BROKEN_FILE, file.name, f"the document is {_why_not_json(error, text)}", rows=0)


def _rows_before_fault(text: str, file: TableFile, shape: JsonShape) -> Iterator[Row]:
    """Yield the profiles of the list that the document is, or that an envelope holds, up to the fault."""
    keys = "|".join(re.escape(envelope.rpartition(".")[2]) for envelope in shape.envelopes)
    opening = re.search(rf'(^\s*|"({keys})"\s*:\s*)\[\s*', text)
    at, number, notes = opening.end() if opening else len(text), 0, _notes(text)
    while text.startswith("{", at):
        try:
            value, at = json.JSONDecoder().raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        if has_path(value, shape.column):
            number += 1
            yield Row(f"{file.name} item {number}", f"{file.stem}:{number}", value, notes)
        between = _BETWEEN_ITEMS.match(text, at)
        at = between.end() if between else at


def _is_punctuation(line: str) -> bool:
    return not line.strip(" \t\r\n[]{},")


def _notes(text: str) -> tuple[str, ...]:
    return (NOT_UTF8,) if REPLACEMENT in text else ()


def _opens_document(line: str) -> bool:
    text = line.strip()
    if not text.startswith("[") and not text.endswith(("[", "{")) and has_end(line):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return True
    return False


def _profiles(
    value: Any, place: str, key: str, shape: JsonShape, notes: tuple[str, ...]
) -> Iterable[Row | Reject]:
    """Return the profiles in one JSON value: itself, its items, or what its envelope holds."""
    if isinstance(value, dict):
        if has_path(value, shape.column):
            return (Row(place, key, value, notes),)
        contents = (value_at(value, envelope) for envelope in shape.envelopes)
        value = next((found for found in contents if _holds_profiles(found)), value)
    if not isinstance(value, list):
        return (_profile(value, place, key, notes),)
    return [
        _profile(item, f"{place} item {number}", f"{key}:{number}", notes)
        for number, item in enumerate(value, 1)
    ]


def _holds_profiles(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and all(isinstance(item, dict) for item in value)
    )


def _profile(value: Any, place: str, key: str, notes: tuple[str, ...]) -> Row | Reject:
    if isinstance(value, dict):
        return Row(place, key, value, notes)
    return Reject(RejectReason.BAD_LINE, place, f"a JSON {type(value).__name__} is no profile")


def _why_not_json(error: Exception, line: str) -> str:
    start = line.strip()[:60]
    reason = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
    return f"not JSON ({reason}): {start!r}"
