"""Rows from JSON Lines and from JSON documents, such as the answers of an API."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
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
        elif line.strip():
            if number == 1 and _opens_document(line):
                yield from _document_rows(line, lines, file.name, shape)
                return
            yield from _line_rows(line, number, file.name, shape)


def _line_rows(line: str, number: int, name: str, shape: JsonShape) -> Iterator[Row | Reject]:
    place = f"{name} line {number}"
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        yield Reject(RejectReason.BAD_LINE, place, _why_not_json(error, line))
        return
    yield from _profiles(value, place, f"{_stem(name)}:{number}", shape, REPLACEMENT in line)


def _document_rows(
    first: str, rest: Iterator[str | Reject], name: str, shape: JsonShape
) -> Iterator[Row | Reject]:
    read = list(rest)
    lines = [first, *(line for line in read if isinstance(line, str))]
    text = "".join(lines)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        # A list with one profile a line that was cut off: what is whole can be used.
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield from _line_rows(line.strip().removesuffix(","), number, name, shape)
    else:
        yield from _profiles(value, name, _stem(name), shape, REPLACEMENT in text)
    yield from (line for line in read if isinstance(line, Reject))


def _opens_document(line: str) -> bool:
    text = line.strip()
    if text[0] != "[" and text[-1] not in "[{":
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return True
    return False


def _profiles(value: Any, place: str, key: str, shape: JsonShape, garbled: bool) -> Iterator[Row | Reject]:
    """Yield the profiles in one JSON value: itself, its items, or what its envelope holds."""
    if isinstance(value, Mapping) and not has_path(value, shape.column):
        contents = (value_at(value, envelope) for envelope in shape.envelopes)
        value = next((found for found in contents if isinstance(found, Mapping | list)), value)
    if not isinstance(value, list):
        yield _profile(value, place, key, garbled)
        return
    for number, item in enumerate(value, 1):
        yield _profile(item, f"{place} item {number}", f"{key}:{number}", garbled)


def _profile(value: Any, place: str, key: str, garbled: bool) -> Row | Reject:
    if isinstance(value, Mapping):
        return Row(place, key, value, garbled)
    return Reject(RejectReason.BAD_LINE, place, f"a JSON {type(value).__name__} is no profile")


def _why_not_json(error: Exception, line: str) -> str:
    start = line.strip()[:60]
    reason = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
    return f"not JSON ({reason}): {start!r}"


def _stem(name: str) -> str:
    return PurePosixPath(name).name.partition(".")[0]
