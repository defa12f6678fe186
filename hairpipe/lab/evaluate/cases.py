"""Labelled portraits in a folder: pictures with masks, or pictures with the name of a colour."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hairpipe.errors import ConfigError
from hairpipe.extract.color.names import canonical_color
from hairpipe.extract.result import Box, HairLength

Row = Mapping[str, str]

_LENGTHS = frozenset(HairLength)


@dataclass(frozen=True)
class MaskCase:
    """A portrait whose hair is known to the pixel."""

    image: Path
    mask: Path
    """A picture of the same size, brighter than half where there is hair."""
    drawing: str
    """What the picture was made from; several pictures may share one."""
    background: str
    """The kind of background, or an empty text."""
    face: Box | None
    visible: bool = True
    """Whether hair is to be seen; where not, the mask is empty."""
    accepted: tuple[str, ...] = ()
    """The names that count as right, the first one's own name first; empty where nobody named the hair."""
    length: str | None = None
    """``short``, ``medium`` or ``long``; None where it can't be told."""
    source: str = ""
    """The folder's name."""


@dataclass(frozen=True)
class ColorCase:
    """A portrait whose hair colour somebody named."""

    image: Path
    name: str
    """One of the 12 names."""
    accepted: frozenset[str]
    """The names that count as right, `name` among them."""
    character: str
    """Several pictures may share one; the picture's own name where none is told."""


def mask_cases(folder: Path, limit: int | None = None) -> list[MaskCase]:
    """Return the cases of a folder's ``masks.csv``.

    Its columns are image and mask, paths as seen from the folder, and, where known, drawing,
    background, the face box x, y, w, h in pixels, visible (``no`` where no hair is to be seen), hair
    and also_acceptable (names of the colour), and length (short, medium or long).

    Parameters
    ----------
    limit : int, optional
        At most this many, spread over the file.

    Raises
    ------
    ConfigError
        If there is no such file, or a line lacks a column or names no file.
    """
    table = folder / "masks.csv"
    return [
        MaskCase(
            image=_file(table, line, row, "image"),
            mask=_file(table, line, row, "mask"),
            drawing=row.get("drawing") or _cell(table, line, row, "image"),
            background=row.get("background") or "",
            face=_box(table, line, row),
            visible=row.get("visible") != "no",
            accepted=_names(table, line, row),
            length=row.get("length") if row.get("length") in _LENGTHS else None,
            source=folder.resolve().name,
        )
        for line, row in _spread(list(_rows(table)), limit)
    ]


def color_cases(folder: Path, limit: int | None = None) -> list[ColorCase]:
    """Return the cases of a folder's ``labels.csv``.

    Its columns are image, a path within the folder, and hair, one of the 12 names or an alias;
    where known, also_acceptable, more names with ``/`` between, and character.

    Parameters
    ----------
    limit : int, optional
        At most this many, spread over the file.

    Raises
    ------
    ConfigError
        If there is no such file, or a line lacks a column, names no file or no hair colour.
    """
    table = folder / "labels.csv"
    cases = []
    for line, row in _spread(list(_rows(table)), limit):
        _cell(table, line, row, "hair")
        names = _names(table, line, row)
        image = _file(table, line, row, "image")
        cases.append(ColorCase(image, names[0], frozenset(names), row.get("character") or image.name))
    return cases


def _names(table: Path, line: int, row: Row) -> tuple[str, ...]:
    """Return the name that somebody gave to the hair and others that are as right; none where nobody did."""
    words = [row.get("hair") or "", *(row.get("also_acceptable") or "").split("/")]
    return tuple(_color(table, line, word) for word in words if word) if words[0] else ()


def _rows(table: Path) -> Iterator[tuple[int, Row]]:
    if not table.is_file():
        raise ConfigError(f"{table} is no file; name a folder that holds {table.name}.")
    # Spreadsheets put a mark before the first column's name.
    with table.open(newline="", encoding="utf-8-sig") as lines:
        reader = csv.DictReader(lines)
        try:
            for row in reader:
                yield reader.line_num, row
        except (UnicodeDecodeError, csv.Error) as error:
            reason = "not UTF-8; save it as that" if isinstance(error, UnicodeDecodeError) else error
            raise ConfigError(f"{table}, after line {reader.line_num}: {reason}.") from None
        if reader.line_num < 2:
            raise ConfigError(f"{table} has no line below its head; name a folder with labelled portraits.")


def _spread(rows: Sequence[tuple[int, Row]], limit: int | None) -> Sequence[tuple[int, Row]]:
    if limit is None or limit >= len(rows):
        return rows
    return [rows[place * len(rows) // limit] for place in range(limit)]


def _cell(table: Path, line: int, row: Row, column: str) -> str:
    if not row.get(column):
        raise ConfigError(f"{table}, line {line}: the column {column} is missing or empty.")
    return row[column]


def _color(table: Path, line: int, word: str) -> str:
    try:
        return canonical_color(word)
    except ConfigError as error:
        raise ConfigError(f"{table}, line {line}: {error}") from None


def _file(table: Path, line: int, row: Row, column: str) -> Path:
    path = table.parent / _cell(table, line, row, column)
    if not path.is_file():
        raise ConfigError(f"{table}, line {line}: {column} {row[column]} is no file.")
    return path


def _box(table: Path, line: int, row: Row) -> Box | None:
    if not all(row.get(column) for column in Box._fields):
        return None
    try:
        return Box(*(float(row[column]) for column in Box._fields))
    except ValueError as error:
        raise ConfigError(f"{table}, line {line}: the face box x, y, w, h is not four numbers.") from error
