"""Where the second and third colour of the hair lie, and which point counts to which colour."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hairpipe.lab.synthetic.drawing.curves import Frame, lock_outlines, points, spines
from hairpipe.lab.synthetic.drawing.style import ColorLayout, HairLength, Style
from hairpipe.lab.synthetic.sheet import (
    HAIR_START,
    HAIR_STEPS,
    LAST_STEP,
    Shade,
    Sheet,
    hair_change,
    hair_code,
)

# Short hair has to reach its second colour sooner. In units of the head.
_TIPS_START = {HairLength.SHORT: (-0.4, 0.1), HairLength.MEDIUM: (-0.1, 0.6), HairLength.LONG: (-0.1, 0.9)}
_GRADIENT_SPAN = {HairLength.SHORT: (0.6, 1.2), HairLength.MEDIUM: (1.0, 1.8), HairLength.LONG: (1.2, 2.4)}


_TO_LAST = hair_change(lambda _, shade: hair_code(shade, LAST_STEP))
_TO_MIDDLE = hair_change(lambda _, shade: hair_code(shade, HAIR_STEPS // 2))


def tone_of_step(style: Style) -> NDArray[np.intp]:
    """Return which of the hair's colours each step counts to, (32,)."""
    parts = np.linspace(0.0, 1.0, HAIR_STEPS) * (len(style.hair_names) - 1)
    return np.rint(parts).astype(np.intp)


def lay_back_colors(sheet: Sheet, style: Style) -> None:
    """Give the hair behind the head its colour; to be called before the hair in front is drawn."""
    if style.layout is ColorLayout.INNER:
        sheet.codes[:] = np.take(_TO_LAST, sheet.codes)


def lay_colors(sheet: Sheet, frame: Frame, style: Style, rng: Generator) -> None:
    """Give all the hair its colours by the style's layout."""
    match style.layout:
        case ColorLayout.HALVES:
            _lay_halves(sheet, frame, rng)
        case ColorLayout.TIPS:
            _lay_tips(sheet, frame, style, rng)
        case ColorLayout.STREAKS:
            _lay_streaks(sheet, frame, style, rng)
        case ColorLayout.GRADIENT:
            _lay_gradient(sheet, frame, style, rng)


def _lay_halves(sheet: Sheet, frame: Frame, rng: Generator) -> None:
    middle, side = rng.uniform(-0.25, 0.25), -1.0 if rng.random() < 0.5 else 1.0
    half = frame.place([(middle, -9.0), (middle, 9.0), (side * 9.0, 9.0), (side * 9.0, -9.0)])
    sheet.change([half], _TO_LAST)


def _lay_tips(sheet: Sheet, frame: Frame, style: Style, rng: Generator) -> None:
    height = rng.uniform(*_TIPS_START[style.hair_length])
    x = np.linspace(-3.0, 3.0, 25)
    edge = points(x, height + rng.uniform(-0.15, 0.15, 25))
    sheet.change([frame.place([*edge, (3.0, 9.0), (-3.0, 9.0)])], _TO_LAST)


def _lay_streaks(sheet: Sheet, frame: Frame, style: Style, rng: Generator) -> None:
    tables = (_TO_LAST,) if len(style.hair_names) == 2 else (_TO_LAST, _TO_MIDDLE)
    count = int(rng.integers(2, 6))
    x = rng.uniform(-1.2, 1.2, count)
    roots = points(0.3 * x, -1.6)
    bends = points(1.2 * x, -0.9)
    tips = points(1.1 * x, rng.uniform(0.5, 3.0, count))
    streaks = frame.place(lock_outlines(spines(roots, bends, tips), rng.uniform(0.15, 0.4, count)))
    for index, table in enumerate(tables):
        sheet.change(list(streaks[index :: len(tables)]), table)


def _lay_gradient(sheet: Sheet, frame: Frame, style: Style, rng: Generator) -> None:
    start = rng.uniform(-1.2, -0.4)
    end = start + rng.uniform(*_GRADIENT_SPAN[style.hair_length])
    height, width = sheet.codes.shape
    rows, columns = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)
    y = frame.height_at(rows, columns)
    steps = np.clip((y - start) * (LAST_STEP / (end - start)), 0, LAST_STEP).astype(np.uint8)
    hair = sheet.codes >= HAIR_START
    np.add(sheet.codes, steps * np.uint8(len(Shade)), out=sheet.codes, where=hair)
