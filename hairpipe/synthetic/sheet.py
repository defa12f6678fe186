"""The sheet a portrait is drawn on: one plane of codes that say what each point shows.

Colours come last, from a palette of 256 entries. So the masks of a portrait are known exactly,
however the picture is coloured, blurred or compressed afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Codes = NDArray[np.uint8]
Table = NDArray[np.uint8]

# The sheet is drawn larger than the picture, and averaged down.
OVERSAMPLE = 2
# Fill and stroke take coordinates in sixteenths of a sheet pixel.
_SHIFT = 4


class Ink(IntEnum):
    """What a point of the sheet shows, hair aside."""

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
    """A plane of codes, `OVERSAMPLE` times the picture's size.

    Parameters
    ----------
    height, width : int
        The picture's size in pixels.
    """

    def __init__(self, height: int, width: int) -> None:
        self.codes: Codes = np.zeros((height * OVERSAMPLE, width * OVERSAMPLE), np.uint8)
        self._scratch: Codes = np.zeros_like(self.codes)

    def fill(self, outline: Points, code: int) -> None:
        """Fill the closed `outline`, an array (n, 2) of x, y in sheet pixels."""
        cv2.fillPoly(self.codes, [_fixed(outline)], code, cv2.LINE_8, _SHIFT)

    def stroke(self, line: Points, code: int, thickness: float, closed: bool = False) -> None:
        """Draw `line`, an array (n, 2) of x, y in sheet pixels, at least one sheet pixel thick."""
        width = max(1, round(thickness))
        cv2.polylines(self.codes, [_fixed(line)], closed, code, width, cv2.LINE_8, _SHIFT)

    def change(self, outlines: Sequence[Points], table: Table) -> None:
        """Replace each code inside any of the closed `outlines` by its entry of `table`."""
        self._change(outlines, table, lambda scratch, shape: _fill_each(scratch, shape))

    def change_along(self, lines: Sequence[Points], table: Table, thickness: float) -> None:
        """Replace each code along the open `lines` by its entry of `table`."""
        width = max(1, round(thickness))
        self._change(
            lines,
            table,
            lambda scratch, shape: cv2.polylines(scratch, shape, False, 255, width, cv2.LINE_8, _SHIFT),
        )

    def _change(
        self,
        shapes: Sequence[Points],
        table: Table,
        draw: Callable[[Codes, list[NDArray[np.int32]]], object],
    ) -> None:
        if not len(shapes):
            return
        rows, columns = self._window(shapes)
        codes, scratch = self.codes[rows, columns], self._scratch[rows, columns]
        if not codes.size:
            return
        scratch[:] = 0
        offset = np.array([columns.start, rows.start])
        draw(scratch, [_fixed(shape - offset) for shape in shapes])
        np.copyto(codes, cv2.LUT(codes, table), where=scratch.view(bool))

    def _window(self, shapes: Sequence[Points]) -> tuple[slice, slice]:
        points = np.concatenate(shapes)
        height, width = self.codes.shape
        left, top = np.clip(np.floor(points.min(axis=0)).astype(int) - 4, 0, (width, height))
        right, bottom = np.clip(np.ceil(points.max(axis=0)).astype(int) + 5, 0, (width, height))
        return slice(int(top), int(bottom)), slice(int(left), int(right))

    def coverage(self, table: Table) -> NDArray[np.uint8]:
        """Return how much of each picture pixel has a code of `table`, 0 to 255, (H, W)."""
        return area_average(cv2.LUT(self.codes, table))

    def mask(self, table: Table) -> NDArray[np.bool_]:
        """Return which picture pixels have a code of `table` in most of their area, (H, W)."""
        return self.coverage(table) > 127

    def colored(self, palette: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the picture, (H, W, 3), with the colours of `palette`, (256, 3)."""
        return area_average(np.take(palette, self.codes, axis=0))


def area_average(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a sheet-sized plane averaged down to the picture's size."""
    height, width = plane.shape[0] // OVERSAMPLE, plane.shape[1] // OVERSAMPLE
    average: NDArray[np.uint8] = cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)
    return average


def _fixed(points: Points) -> NDArray[np.int32]:
    return np.rint(points * (1 << _SHIFT)).astype(np.int32)


def _fill_each(scratch: Codes, shapes: list[NDArray[np.int32]]) -> None:
    # One call for all of them would leave holes where two overlap.
    for shape in shapes:
        cv2.fillPoly(scratch, [shape], 255, cv2.LINE_8, _SHIFT)
