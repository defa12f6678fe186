"""Rows from JSON Lines and from JSON documents, such as the answers of an API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hairpipe.source.lines import REPLACEMENT, text_lines
from hairpipe.source.profile import Reject, RejectReason
from hairpipe.source.rows import Row, has_path, value_at
from hairpipe.source.table_files import TableFile


@dataclass(frozen=True, slots=True)
class JsonShape:
    """How to find the profiles in a JSON value.

    Attributes
    ----------
    column : str
        A column that every profile has.
    envelopes : tuple of str
        Paths, the first that exists counts, to the profile or the list of profiles inside a
        value that has no such column: an API's whole answer.
    """

    column: str
    envelopes: tuple[str, ...]


def json_rows(file: TableFile, shape: JsonShape) -> Iterator[Row | Reject]:
    """Yield the rows of a JSON Lines file, or of one JSON document over many lines.

    JSON Lines are read as a stream. A file is a document when its first line is not JSON in
    itself but opens a list or an object; it is read whole. Where a document is broken, each of
    its lines that is JSON by itself still counts.
    """
    lines = text_lines(file)
    for number, line in enumerate(lines, 1):
        if isinstance(line, Reject):
            yield line
        elif number == 1 and _opens_document(line):
            yield from _document_rows([line, *lines], file, shape)
        elif not line.isspace():
            yield from _line_rows(line, number, file, shape)


def _line_rows(line: str, number: int, file: TableFile, shape: JsonShape) -> Iterable[Row | Reject]:
    place = f"{file.name} line {number}"
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return (Reject(RejectReason.BAD_LINE, place, _why_not_json(error, line)),)
    return _profiles(value, place, f"{file.stem}:{number}", shape, REPLACEMENT in line)


def _document_rows(read: list[str | Reject], file: TableFile, shape: JsonShape) -> Iterator[Row | Reject]:
    lines = [line for line in read if isinstance(line, str)]
    text = "".join(lines)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        # A list with one profile a line that was cut off: what is whole can be used.
        for number, line in enumerate(lines, 1):
            if not line.isspace():
                yield from _line_rows(line.strip().removesuffix(","), number, file, shape)
    else:
        yield from _profiles(value, file.name, file.stem, shape, REPLACEMENT in text)
    yield from (line for line in read if isinstance(line, Reject))


def _opens_document(line: str) -> bool:
    text = line.strip()
    if not text.startswith("[") and not text.endswith(("[", "{")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return True
    return False


def _profiles(value: Any, place: str, key: str, shape: JsonShape, garbled: bool) -> Iterable[Row | Reject]:
    """Return the profiles in one JSON value: itself, its items, or what its envelope holds."""
    if isinstance(value, dict):
        if has_path(value, shape.column):
            return (Row(place, key, value, garbled),)
        contents = (value_at(value, envelope) for envelope in shape.envelopes)
        value = next((found for found in contents if _holds_profiles(found)), value)
    if not isinstance(value, list):
        return (_profile(value, place, key, garbled),)
    return [
        _profile(item, f"{place} item {number}", f"{key}:{number}", garbled)
        for number, item in enumerate(value, 1)
    ]


def _holds_profiles(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and all(isinstance(item, dict) for item in value)
    )


def _profile(value: Any, place: str, key: str, garbled: bool) -> Row | Reject:
    if isinstance(value, dict):
        return Row(place, key, value, garbled)
    return Reject(RejectReason.BAD_LINE, place, f"a JSON {type(value).__name__} is no profile")


def _why_not_json(error: Exception, line: str) -> str:
    start = line.strip()[:60]
    reason = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
    return f"not JSON ({reason}): {start!r}"
