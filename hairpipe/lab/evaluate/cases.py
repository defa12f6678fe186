"""Labelled portraits in a folder, with masks or with the name of a colour; what reading one costs."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Never, TypeVar

from hairpipe.errors import ConfigError
from hairpipe.extract.color.names import canonical_color
from hairpipe.extract.decode import decode
from hairpipe.extract.extract import extract_hair
from hairpipe.extract.result import Box, Extraction, HairLength, Image
from hairpipe.extract.settings import DecodeSettings, Settings
from hairpipe.storage.picture_file import read_picture_file


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
    remarks: Mapping[str, str] = field(default_factory=dict)
    """All that its line says, by column."""


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
    """Return the cases of a folder's ``masks.csv``, at most `limit` of them, spread over the file.

    Its columns are image and mask, paths as seen from the folder, and, where known, drawing, background, the
    face box x, y, w, h in pixels, visible (``no`` where no hair is to be seen), hair and also_acceptable
    (names of the colour), and length (short, medium or long). ConfigError if there is no such file, or a line
    lacks a column or names no file.
    """
    return [
        MaskCase(
            image=line.file("image"),
            mask=line.file("mask"),
            drawing=line.text("drawing") or line.cell("image"),
            background=line.text("background"),
            face=line.face(),
            visible=line.text("visible") != "no",
            accepted=line.names(),
            length=line.text("length") if line.text("length") in frozenset(HairLength) else None,
            source=folder.resolve().name,
            remarks=line.cells,
        )
        for line in _spread(list(read_lines(folder / "masks.csv")), limit)
    ]


def color_cases(folder: Path, limit: int | None = None) -> list[ColorCase]:
    """Return the cases of a folder's ``labels.csv``, at most `limit` of them, spread over the file.

    Its columns are image, a path within the folder, and hair, one of the 12 names or an alias; where known,
    also_acceptable, more names with ``/`` between, and character. ConfigError if there is no such file, or a
    line lacks a column, names no file or no hair colour.
    """
    cases = []
    for line in _spread(list(read_lines(folder / "labels.csv")), limit):
        line.cell("hair")
        names, image = line.names(), line.file("image")
        cases.append(ColorCase(image, names[0], frozenset(names), line.text("character") or image.name))
    return cases


_Case = TypeVar("_Case", MaskCase, ColorCase)
Watch = Callable[[Sequence[_Case]], Iterable[_Case]]
"""Given the cases, yields each once: the place for a progress bar."""


@dataclass(frozen=True)
class Line:
    """A line of a table of labelled pictures; what is wrong with it is a ConfigError that names its place."""

    table: Path
    number: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return what stands in a column; nothing where there is none."""
        return self.cells.get(column) or ""

    def cell(self, column: str) -> str:
        """Return what stands in a column that is needed."""
        return self.text(column) or self._refuse(f"the column {column} is missing or empty.")

    def file(self, column: str) -> Path:
        """Return the path of a file that is there."""
        path = self.table.parent / self.cell(column)
        return path if path.is_file() else self._refuse(f"{column} {self.cell(column)} is no file.")

    def face(self, *, whole: bool = False) -> Box | None:
        """Return the face's box; None where it isn't told, or, unless it is to be `whole`, in part."""
        sides = [self.text(column) for column in Box._fields]
        if not (any(sides) if whole else all(sides)):
            return None
        try:
            return Box(*map(float, sides))
        except ValueError:
            return self._refuse("the face box x, y, w, h is not four numbers.")

    def names(self) -> tuple[str, ...]:
        """Return the name that somebody gave to the hair and others that are as right, if anybody did."""
        words = [self.text("hair"), *self.text("also_acceptable").split("/")]
        try:
            return tuple(canonical_color(word) for word in words if word) if words[0] else ()
        except ConfigError as error:
            return self._refuse(str(error))

    def _refuse(self, reason: str) -> Never:
        raise ConfigError(f"{self.table}, line {self.number}: {reason}") from None


def read_lines(table: Path) -> Iterator[Line]:
    """Yield the lines of a CSV file below its head; ConfigError if there are none or they can't be read."""
    if not table.is_file():
        raise ConfigError(f"{table} is no file; name a folder that holds {table.name}.")
    # Spreadsheets put a mark before the first column's name.
    with table.open(newline="", encoding="utf-8-sig") as lines:
        reader = csv.DictReader(lines)
        try:
            for cells in reader:
                yield Line(table, reader.line_num, cells)
        except (UnicodeDecodeError, csv.Error) as error:
            reason = "not UTF-8; save it as that" if isinstance(error, UnicodeDecodeError) else error
            raise ConfigError(f"{table}, after line {reader.line_num}: {reason}.") from None
        if reader.line_num < 2:
            raise ConfigError(f"{table} has no line below its head; name a folder with labelled portraits.")


def _spread(lines: Sequence[Line], limit: int | None) -> Sequence[Line]:
    if limit is None or limit >= len(lines):
        return lines
    return [lines[place * len(lines) // limit] for place in range(limit)]


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture, its file's bytes, and the processor time in milliseconds that decoding took."""

    image: Image
    data: bytes
    milliseconds: float


def read_picture(path: Path, settings: DecodeSettings | None = None) -> Picture:
    """Read a labelled picture, within the limits of a job; ConfigError if it can't be read."""
    data = picture_bytes(path, settings)
    start = time.process_time()
    decoded = decode(data, settings)
    spent = time.process_time() - start
    if decoded.image is None:
        raise ConfigError(f"{path} can't be read ({decoded.error}); leave it out")
    return Picture(decoded.image, data, 1e3 * spent)


def picture_bytes(path: Path, settings: DecodeSettings | None = None) -> bytes:
    """Return the bytes of a labelled picture's file; ConfigError if they can't be read."""
    try:
        return read_picture_file(path, (settings or DecodeSettings()).max_bytes)
    except OSError as error:
        raise ConfigError(f"{path} can't be read ({error.strerror}); leave it out") from None


def measured_extraction(image: Image, face: Box | None, settings: Settings) -> tuple[Extraction, float]:
    """Return the hair of a picture, and what that took, finding a face included, in milliseconds."""
    start = time.process_time()
    extraction = extract_hair(image, face, settings)
    return extraction, 1e3 * (time.process_time() - start)
