"""Shoulders and clothes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from hairpipe.lab.synthetic.drawing.curves import Frame, closed_curve, ellipse, mirrored
from hairpipe.lab.synthetic.drawing.head import LINE_WIDTH
from hairpipe.lab.synthetic.drawing.style import Clothes, Gender, Style
from hairpipe.lab.synthetic.sheet import Ink, Sheet, change_table

_CLOTH_TO_SKIN = change_table(
    {Ink.CLOTH: Ink.SKIN, Ink.CLOTH_SHADE: Ink.SKIN_SHADE, Ink.CLOTH_LINE: Ink.SKIN}
)
_CLOTH_TO_SHADE = change_table({Ink.CLOTH: Ink.CLOTH_SHADE})
_CLOTH_TO_TRIM = change_table({Ink.CLOTH: Ink.TRIM, Ink.CLOTH_SHADE: Ink.TRIM})


def draw_clothes(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    """Draw the body's clothes, from the neck to beyond the picture's lower edge."""
    draws = rng.random(4)
    half = 1.25 + 0.3 * draws[0] + (0.35 if style.gender is Gender.MALE else 0.0)
    slope = 0.3 + 0.25 * draws[1]
    right = [
        (0.0, 1.6),
        (0.4, 1.6),
        (0.75, 1.72),
        (half, 1.72 + slope),
        (half + 0.22, 2.5 + slope),
        (half + 0.35, 5.0),
        (half + 0.35, 9.0),
    ]
    outline = frame.place(closed_curve(mirrored(right)))
    sheet.fill(outline, Ink.CLOTH)
    sheet.stroke(outline, Ink.CLOTH_LINE, frame.line(LINE_WIDTH), closed=True)
    folds = [
        frame.place([(x, 2.9), (x + lean, 6.0), (x + 0.25, 6.0)])
        for x, lean in zip((-1.3, 1.15, -0.3), rng.uniform(-0.3, 0.3, 3), strict=True)
    ]
    sheet.change(folds, _CLOTH_TO_SHADE)
    _DRAW_CUT[style.clothes](sheet, frame, draws[2])


def _draw_round_neck(sheet: Sheet, frame: Frame, draw: float) -> None:
    neck = frame.place(ellipse((0.0, 1.62), (0.42 + 0.3 * draw, 0.2 + 0.25 * draw)))
    sheet.change([neck], _CLOTH_TO_SKIN)
    sheet.stroke(neck[:13], Ink.CLOTH_LINE, frame.line(LINE_WIDTH))


def _draw_v_neck(sheet: Sheet, frame: Frame, draw: float) -> None:
    neck = frame.place([(-0.42, 1.5), (0.0, 2.1 + 0.5 * draw), (0.42, 1.5)])
    sheet.change([neck], _CLOTH_TO_SKIN)
    sheet.stroke(neck, Ink.CLOTH_LINE, frame.line(LINE_WIDTH))


def _draw_sailor(sheet: Sheet, frame: Frame, draw: float) -> None:
    collar = [(-0.4, 1.55), (-1.1, 1.85), (-0.9, 2.45), (0.0, 2.85), (0.9, 2.45), (1.1, 1.85), (0.4, 1.55)]
    placed = frame.place(collar)
    sheet.change([placed], _CLOTH_TO_TRIM)
    sheet.stroke(placed, Ink.TRIM_LINE, frame.line(LINE_WIDTH))
    sheet.fill(frame.place([(-0.38, 1.5), (0.0, 2.3), (0.38, 1.5)]), Ink.SKIN)
    knot = 0.5 + 0.2 * draw
    for side in (-1.0, 1.0):
        bow = frame.place([(0.0, 2.5), (side * knot, 2.2), (side * knot, 2.85)])
        sheet.fill(bow, Ink.CLOTH)
        sheet.stroke(bow, Ink.CLOTH_LINE, frame.line(LINE_WIDTH), closed=True)


def _draw_shirt(sheet: Sheet, frame: Frame, draw: float) -> None:
    sheet.fill(frame.place([(-0.38, 1.45), (0.0, 2.05), (0.38, 1.45)]), Ink.SKIN_SHADE)
    for side in (-1.0, 1.0):
        flap = frame.place([(side * 0.36, 1.35), (side * 0.68, 1.6), (side * 0.45, 2.15), (0.0, 1.98)])
        sheet.fill(flap, Ink.TRIM)
        sheet.stroke(flap, Ink.TRIM_LINE, frame.line(LINE_WIDTH), closed=True)
    tie = frame.place([(-0.12, 2.0), (0.12, 2.0), (0.22, 5.0), (-0.22, 5.0)])
    sheet.fill(tie, Ink.HEADWEAR if draw < 0.5 else Ink.CLOTH_SHADE)


def _draw_high_collar(sheet: Sheet, frame: Frame, draw: float) -> None:
    top = 1.15 + 0.3 * draw
    collar = frame.place(closed_curve([(-0.55, top), (0.55, top), (0.68, 1.85), (0.0, 2.05), (-0.68, 1.85)]))
    sheet.fill(collar, Ink.CLOTH)
    sheet.stroke(collar, Ink.CLOTH_LINE, frame.line(LINE_WIDTH), closed=True)
    sheet.stroke(frame.place([(0.0, top + 0.1), (0.0, 9.0)]), Ink.CLOTH_LINE, frame.line(LINE_WIDTH))


_DRAW_CUT: Mapping[Clothes, Callable[[Sheet, Frame, float], None]] = MappingProxyType(
    {
        Clothes.ROUND_NECK: _draw_round_neck,
        Clothes.V_NECK: _draw_v_neck,
        Clothes.SAILOR: _draw_sailor,
        Clothes.SHIRT: _draw_shirt,
        Clothes.HIGH_COLLAR: _draw_high_collar,
    }
)
