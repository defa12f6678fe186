"""Shoulders and clothes."""

from __future__ import annotations

from numpy.random import Generator

from hairpipe.lab.synthetic.drawing.curves import Frame, closed_curve, ellipse, mirrored
from hairpipe.lab.synthetic.drawing.pen import Pen
from hairpipe.lab.synthetic.drawing.style import Clothes, Gender, Style
from hairpipe.lab.synthetic.sheet import Ink, Sheet, change_table

_CLOTH_TO_SKIN = change_table(
    {Ink.CLOTH: Ink.SKIN, Ink.CLOTH_SHADE: Ink.SKIN_SHADE, Ink.CLOTH_LINE: Ink.SKIN}
)
_CLOTH_TO_SHADE = change_table({Ink.CLOTH: Ink.CLOTH_SHADE})
_CLOTH_TO_TRIM = change_table({Ink.CLOTH: Ink.TRIM, Ink.CLOTH_SHADE: Ink.TRIM})


def draw_clothes(sheet: Sheet, frame: Frame, style: Style, rng: Generator) -> None:
    """Draw the body's clothes, from the neck to beyond the picture's lower edge."""
    pen = Pen(sheet, frame)
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
    pen.piece(closed_curve(mirrored(right)), Ink.CLOTH, Ink.CLOTH_LINE)
    folds = [
        [(x, 2.9), (x + lean, 6.0), (x + 0.25, 6.0)]
        for x, lean in zip((-1.3, 1.15, -0.3), rng.uniform(-0.3, 0.3, 3), strict=True)
    ]
    pen.change(folds, _CLOTH_TO_SHADE)
    _DRAW_CUT[style.clothes](pen, draws[2])


def _draw_round_neck(pen: Pen, draw: float) -> None:
    neck = ellipse((0.0, 1.62), (0.42 + 0.3 * draw, 0.2 + 0.25 * draw))
    pen.change([neck], _CLOTH_TO_SKIN)
    pen.stroke(neck[:13], Ink.CLOTH_LINE)


def _draw_v_neck(pen: Pen, draw: float) -> None:
    neck = [(-0.42, 1.5), (0.0, 2.1 + 0.5 * draw), (0.42, 1.5)]
    pen.change([neck], _CLOTH_TO_SKIN)
    pen.stroke(neck, Ink.CLOTH_LINE)


def _draw_sailor(pen: Pen, draw: float) -> None:
    collar = [(-0.4, 1.55), (-1.1, 1.85), (-0.9, 2.45), (0.0, 2.85), (0.9, 2.45), (1.1, 1.85), (0.4, 1.55)]
    pen.change([collar], _CLOTH_TO_TRIM)
    pen.stroke(collar, Ink.TRIM_LINE)
    pen.fill([(-0.38, 1.5), (0.0, 2.3), (0.38, 1.5)], Ink.SKIN)
    knot = 0.5 + 0.2 * draw
    for side in (-1.0, 1.0):
        pen.piece([(0.0, 2.5), (side * knot, 2.2), (side * knot, 2.85)], Ink.CLOTH, Ink.CLOTH_LINE)


def _draw_shirt(pen: Pen, draw: float) -> None:
    pen.fill([(-0.38, 1.45), (0.0, 2.05), (0.38, 1.45)], Ink.SKIN_SHADE)
    for side in (-1.0, 1.0):
        flap = [(side * 0.36, 1.35), (side * 0.68, 1.6), (side * 0.45, 2.15), (0.0, 1.98)]
        pen.piece(flap, Ink.TRIM, Ink.TRIM_LINE)
    tie = [(-0.12, 2.0), (0.12, 2.0), (0.22, 5.0), (-0.22, 5.0)]
    pen.fill(tie, Ink.HEADWEAR if draw < 0.5 else Ink.CLOTH_SHADE)


def _draw_high_collar(pen: Pen, draw: float) -> None:
    top = 1.15 + 0.3 * draw
    collar = closed_curve([(-0.55, top), (0.55, top), (0.68, 1.85), (0.0, 2.05), (-0.68, 1.85)])
    pen.piece(collar, Ink.CLOTH, Ink.CLOTH_LINE)
    pen.stroke([(0.0, top + 0.1), (0.0, 9.0)], Ink.CLOTH_LINE)


_DRAW_CUT = {
    Clothes.ROUND_NECK: _draw_round_neck,
    Clothes.V_NECK: _draw_v_neck,
    Clothes.SAILOR: _draw_sailor,
    Clothes.SHIRT: _draw_shirt,
    Clothes.HIGH_COLLAR: _draw_high_collar,
}
