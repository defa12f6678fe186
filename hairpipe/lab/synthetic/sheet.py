"""The sheet a portrait is drawn on: one plane of codes that say what each point shows.

Colours come last, from a palette of 256 entries. So the masks of a portrait are known exactly,
however the picture is coloured, blurred or compressed afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

# Points of the sheet, (n, 2) of x, y, in sixteenths of a sheet pixel.
Points = NDArray[np.int32]
Codes = NDArray[np.uint8]
Table = NDArray[np.uint8]

# The sheet is drawn larger than the picture, and averaged down.
OVERSAMPLE = 2
_SHIFT = 4
POINTS_PER_PIXEL = 1 << _SHIFT
# The coverage of a pixel of which one half shows something.
HALF_COVERED = 128


class Ink(IntEnum):
    """What a point of the sheet shows, hair aside; bare skin comes first, then the face's features."""

    BACKGROUND = 0
    SKIN = 1
    SKIN_SHADE = 2
    SKIN_LINE = 3
    FACE = 4
    FACE_SHADE = 5
    FACE_LINE = 6
    BLUSH = 7
    EYE_WHITE = 8
    IRIS = 9
    IRIS_DARK = 10
    IRIS_LIGHT = 11
    PUPIL = 12
    GLINT = 13
    LASH = 14
    BROW = 15
    MOUTH = 16
    MOUTH_LINE = 17
    CLOTH = 18
    CLOTH_SHADE = 19
    CLOTH_LINE = 20
    TRIM = 21
    TRIM_LINE = 22
    HEADWEAR = 23
    HEADWEAR_SHADE = 24
    HEADWEAR_LINE = 25
    GLASSES = 26
    LIPS = 27


class Shade(IntEnum):
    """How a lock of hair is lit."""

    BASE = 0
    DARK = 1
    LIGHT = 2
    LINE = 3


# Hair takes the upper half of the codes: 32 steps from the first to the last of its colours, each
# in the four shades.
HAIR_START = 128
HAIR_STEPS = 32
LAST_STEP = HAIR_STEPS - 1


def hair_code(shade: Shade, step: int = 0) -> int:
    """Return the code of hair of a shade, `step` of the way from its first colour to its last."""
    return HAIR_START + len(Shade) * step + shade


def code_table(codes: Sequence[int]) -> Table:
    """Return a table of 256 entries: 255 at the codes given, 0 elsewhere."""
    table = np.zeros(256, np.uint8)
    table[list(codes)] = 255
    return table


def change_table(change: Mapping[int, int]) -> Table:
    """Return a table of 256 entries that replaces the codes of `change` and keeps all others."""
    table = np.arange(256, dtype=np.uint8)
    for old, new in change.items():
        table[old] = new
    return table


def hair_change(change: Callable[[int, Shade], int]) -> Table:
    """Return a table that replaces each hair code by ``change(step, shade)``."""
    return change_table(
        {hair_code(shade, step): change(step, shade) for step in range(HAIR_STEPS) for shade in Shade}
    )


class Sheet:
    """A plane of codes, `OVERSAMPLE` times the picture's size, which is given in pixels."""

    def __init__(self, height: int, width: int) -> None:
        self.codes: Codes = np.zeros((height * OVERSAMPLE, width * OVERSAMPLE), np.uint8)
        self._scratch: Codes = np.zeros_like(self.codes)

    def fill(self, outline: Points, code: int) -> None:
        """Fill the closed `outline`."""
        cv2.fillPoly(self.codes, [outline], code, cv2.LINE_8, _SHIFT)

    def stroke(self, line: Points, code: int, thickness: float, closed: bool = False) -> None:
        """Draw `line`, `thickness` sheet pixels thick, at least one."""
        width = max(1, round(thickness))
        cv2.polylines(self.codes, [line], closed, code, width, cv2.LINE_8, _SHIFT)

    def change(self, outlines: Sequence[Points], table: Table) -> None:
        """Replace each code inside any of the closed `outlines` by its entry of `table`."""
        self._change(outlines, table, _fill_each, margin=1)

    def change_along(self, lines: Sequence[Points], table: Table, thickness: float) -> None:
        """Replace each code along the open `lines` by its entry of `table`."""
        width = max(1, round(thickness))

        def draw(scratch: Codes, shapes: list[Points]) -> None:
            cv2.polylines(scratch, shapes, False, 255, width, cv2.LINE_8, _SHIFT)

        self._change(lines, table, draw, margin=width)

    def _change(
        self,
        shapes: Sequence[Points],
        table: Table,
        draw: Callable[[Codes, list[Points]], None],
        margin: int,
    ) -> None:
        # Only the part of the sheet that the shapes can touch is looked at.
        x, y, w, h = cv2.boundingRect(np.concatenate(shapes) >> _SHIFT)
        left, top = max(x - margin, 0), max(y - margin, 0)
        rows, columns = slice(top, max(y + h + margin, 0)), slice(left, max(x + w + margin, 0))
        codes, scratch = self.codes[rows, columns], self._scratch[rows, columns]
        if not codes.size:
            return
        scratch[:] = 0
        offset = np.array([left << _SHIFT, top << _SHIFT], np.int32)
        draw(scratch, [shape - offset for shape in shapes])
        cv2.copyTo(cv2.LUT(codes, table), scratch, codes)

    def areas(self) -> NDArray[np.float32]:
        """Return how many points of the sheet have each code, (256,)."""
        return cast(NDArray[np.float32], cv2.calcHist([self.codes], [0], None, [256], [0, 256])).ravel()

    def coverage(self, table: Table) -> NDArray[np.uint8]:
        """Return how much of each picture pixel has a code of `table`, 0 to 255, (H, W)."""
        return area_average(cast(Codes, cv2.LUT(self.codes, table)))

    def mask(self, table: Table) -> NDArray[np.bool_]:
        """Return which picture pixels have a code of `table` in more than half of their area, (H, W)."""
        return self.coverage(table) > HALF_COVERED

    def colored(self, palette: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the picture, (H, W, 3), with the colours of `palette`, (256, 3)."""
        return area_average(cast(Codes, cv2.applyColorMap(self.codes, palette[:, None])))


def area_average(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a sheet-sized plane averaged down to the picture's size."""
    height, width = plane.shape[0] // OVERSAMPLE, plane.shape[1] // OVERSAMPLE
    return cast(NDArray[np.uint8], cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA))


def _fill_each(scratch: Codes, shapes: list[Points]) -> None:
    # One call for all of them would leave holes where two overlap.
    for shape in shapes:
        cv2.fillPoly(scratch, [shape], 255, cv2.LINE_8, _SHIFT)
