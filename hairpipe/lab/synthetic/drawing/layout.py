"""Where the second and third colour of the hair lie, and which point counts to which colour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hairpipe.lab.synthetic.drawing.curves import Frame, lock_outlines, points, spines
from hairpipe.lab.synthetic.drawing.style import ColorLayout, HairLength, Style
from hairpipe.lab.synthetic.sheet import (
    HAIR_START,
    HAIR_STEPS,
    LAST_STEP,
    Shade,
    Sheet,
    Table,
    hair_change,
    hair_code,
)

MIDDLE_STEP = HAIR_STEPS // 2

# Short hair has to reach its second colour sooner. In units of the head.
_TIPS_START: Mapping[HairLength, tuple[float, float]] = MappingProxyType(
    {HairLength.SHORT: (-0.4, 0.1), HairLength.MEDIUM: (-0.1, 0.6), HairLength.LONG: (-0.1, 0.9)}
)
_GRADIENT_SPAN: Mapping[HairLength, tuple[float, float]] = MappingProxyType(
    {HairLength.SHORT: (0.6, 1.2), HairLength.MEDIUM: (1.0, 1.8), HairLength.LONG: (1.2, 2.4)}
)


def _step_to(step: int) -> Table:
    return hair_change(lambda _, shade: hair_code(shade, step))


_TO_LAST = _step_to(LAST_STEP)
_TO_MIDDLE = _step_to(MIDDLE_STEP)


def tone_of_step(style: Style) -> NDArray[np.intp]:
    """Return which of the hair's colours each step counts to, (32,)."""
    parts = np.linspace(0.0, 1.0, HAIR_STEPS) * (len(style.hair_names) - 1)
    return np.rint(parts).astype(np.intp)


def lay_back_colors(sheet: Sheet, style: Style) -> None:
    """Give the hair behind the head its colour; to be called before the hair in front is drawn."""
    if style.layout is ColorLayout.INNER:
        sheet.codes[:] = np.take(_TO_LAST, sheet.codes)


def lay_colors(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    """Give all the hair its colours by the style's layout."""
    _LAY[style.layout](sheet, frame, style, rng)


def _keep(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    """One colour, or two that were laid with the hair behind the head."""


def _lay_halves(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    middle, side = rng.uniform(-0.25, 0.25), -1.0 if rng.random() < 0.5 else 1.0
    half = frame.place([(middle, -9.0), (middle, 9.0), (side * 9.0, 9.0), (side * 9.0, -9.0)])
    sheet.change([half], _TO_LAST)


def _lay_tips(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    height = rng.uniform(*_TIPS_START[style.hair_length])
    x = np.linspace(-3.0, 3.0, 25)
    edge = points(x, height + rng.uniform(-0.15, 0.15, 25))
    sheet.change([frame.place([*edge, (3.0, 9.0), (-3.0, 9.0)])], _TO_LAST)


def _lay_streaks(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    tables = (_TO_LAST,) if len(style.hair_names) == 2 else (_TO_LAST, _TO_MIDDLE)
    count = int(rng.integers(2, 6))
    x = rng.uniform(-1.2, 1.2, count)
    roots = points(0.3 * x, -1.6)
    bends = points(1.2 * x, -0.9)
    tips = points(1.1 * x, rng.uniform(0.5, 3.0, count))
    streaks = frame.place(lock_outlines(spines(roots, bends, tips), rng.uniform(0.15, 0.4, count)))
    for index, table in enumerate(tables):
        sheet.change(list(streaks[index :: len(tables)]), table)


def _lay_gradient(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    start = rng.uniform(-1.2, -0.4)
    end = start + rng.uniform(*_GRADIENT_SPAN[style.hair_length])
    height, width = sheet.codes.shape
    rows, columns = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)
    y = frame.height_at(rows, columns)
    steps = np.clip((y - start) * (LAST_STEP / (end - start)), 0, LAST_STEP).astype(np.uint8)
    hair = sheet.codes >= HAIR_START
    np.add(sheet.codes, steps * np.uint8(len(Shade)), out=sheet.codes, where=hair)


_LAY: Mapping[ColorLayout, Callable[[Sheet, Frame, Style, np.random.Generator], None]] = MappingProxyType(
    {
        ColorLayout.UNIFORM: _keep,
        ColorLayout.HALVES: _lay_halves,
        ColorLayout.TIPS: _lay_tips,
        ColorLayout.STREAKS: _lay_streaks,
        ColorLayout.INNER: _keep,
        ColorLayout.GRADIENT: _lay_gradient,
    }
)
