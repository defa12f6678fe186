"""A contact sheet of nearest portraits, as one PNG file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from hairpipe.extract.result import Image
from hairpipe.report.results import Results, Tone
from hairpipe.report.thumbnails import CELL_HEIGHT, CELL_WIDTH, face_of, thumbnail
from hairpipe.report.views import PAPER, png
from hairpipe.results.similar import Neighbour, Query
from hairpipe.store.sources import PortraitKey
from hairpipe.terminal import printable

_COLUMNS = 4
_GAP = 12
_STRIP = 16
_LINE = 16
_INK = (34, 34, 40)
_LETTERS = 48


def neighbour_sheet(results: Results, query: Query, neighbours: Sequence[Neighbour]) -> bytes:
    """Return a PNG: what was asked for and the nearest portraits, each with its hair and its colours."""
    asked = _caption(results, query.key, "asked for") if query.key else (query.tones[0].hex, "asked for")
    tiles = [_tile(_pictures(results, query.key), query.tones, asked)]
    for neighbour in neighbours:
        caption = _caption(results, neighbour.key, f"distance {neighbour.distance:.1f}")
        tiles.append(_tile(_pictures(results, neighbour.key), neighbour.tones, caption))
    rows = [tiles[first : first + _COLUMNS] for first in range(0, len(tiles), _COLUMNS)]
    height, width, _ = tiles[0].shape
    sheet = np.full((len(rows) * height + _GAP, min(_COLUMNS, len(tiles)) * width + _GAP, 3), PAPER, np.uint8)
    for down, row in enumerate(rows):
        for across, tile in enumerate(row):
            sheet[down * height : (down + 1) * height, across * width : (across + 1) * width] = tile
    return png(sheet)


def _pictures(results: Results, key: PortraitKey | None) -> list[Image]:
    """Return the portrait's head and, where hair was found, the hair alone."""
    row = None if key is None else results.portrait(key)
    image = None if row is None else results.pictures.read(row)
    if key is None or row is None or image is None:
        return []
    small = thumbnail(image, results.regions(key), face_of(row))
    return [small.outlined] if small.hair is None else [small.outlined, small.hair]


def _caption(results: Results, key: PortraitKey, remark: str) -> tuple[str, str]:
    row = results.portrait(key) or {}
    color = " ".join(str(row[name]) for name in ("hair_modifier", "hair_color") if row.get(name))
    return f"{key.portrait_id}  {row.get('name') or ''}", f"{remark}  {color}"


def _tile(pictures: Sequence[Image], tones: Sequence[Tone], caption: tuple[str, str]) -> Image:
    width, height = 2 * CELL_WIDTH + 2, CELL_HEIGHT
    tile = Pillow.new("RGB", (width + _GAP, _GAP + height + 4 + _STRIP + 2 * _LINE + 4), PAPER)
    for place, picture in enumerate(pictures):
        left = _GAP + place * (CELL_WIDTH + 2) + (CELL_WIDTH - picture.shape[1]) // 2
        tile.paste(Pillow.fromarray(picture), (left, _GAP + height - picture.shape[0]))
    draw = ImageDraw.Draw(tile)
    top, left, total = _GAP + height + 4, float(_GAP), sum(tone.share for tone in tones)
    if not pictures:
        top = _GAP
    for tone in tones:
        right = left + tone.share / total * width
        draw.rectangle((round(left), top, round(right) - 1, _GAP + height + 4 + _STRIP - 1), fill=tone.hex)
        left = right
    font = ImageFont.load_default(12)
    for line, text in enumerate(caption):
        corner = (_GAP, _GAP + height + 6 + _STRIP + line * _LINE)
        draw.text(corner, printable(text)[:_LETTERS], fill=_INK, font=font)
    return np.asarray(tile)
