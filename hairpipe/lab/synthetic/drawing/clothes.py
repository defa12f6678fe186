"""Shoulders, clothes, and what a figure wears on its head: never hair, though it may have its colour."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from hairpipe.lab.synthetic.drawing.curves import Frame, Pen, arc, closed_curve, ellipse, mirrored
from hairpipe.lab.synthetic.drawing.style import Clothes, Gender, Headwear, Style
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


def draw_headwear(sheet: Sheet, frame: Frame, style: Style, rng: Generator) -> None:
    """Draw the style's headwear on the finished hair."""
    if style.headwear is not Headwear.NONE:
        _DRAW[style.headwear](Pen(sheet, frame), rng)


def _draw_piece(pen: Pen, outline: ArrayLike, ink: Ink = Ink.HEADWEAR) -> None:
    pen.piece(outline, ink, Ink.HEADWEAR_LINE)


def _draw_ribbon(pen: Pen, rng: Generator) -> None:
    side = -1.0 if rng.random() < 0.5 else 1.0
    size = 0.45 + 0.4 * rng.random()
    for x, y in ((0.0, -1.5), (side * 0.85, -1.05), (-0.95, -1.0))[: 1 + int(rng.integers(0, 3))][-1:]:
        for wing in (-1.0, 1.0):
            fold_x, edge_x = x + wing * 0.6 * size, x + wing * size
            loop = [(x, y), (fold_x, y - 0.6 * size), (edge_x, y - 0.45 * size), (edge_x, y + 0.4 * size)]
            _draw_piece(pen, closed_curve(loop))
            fold = [(x, y), (fold_x, y - 0.15 * size), (fold_x, y + 0.15 * size)]
            pen.fill(fold, Ink.HEADWEAR_SHADE)
        _draw_piece(pen, ellipse((x, y), (0.2 * size, 0.22 * size)))


def _draw_band(pen: Pen, rng: Generator) -> None:
    height = rng.uniform(1.0, 1.3)
    upper = arc((0.0, -0.2), (1.2, height + 0.12), np.pi * 1.02, np.pi * 1.98)
    lower = arc((0.0, -0.2), (1.18, height - 0.1), np.pi * 1.02, np.pi * 1.98)
    _draw_piece(pen, np.concatenate([upper, lower[::-1]]))


def _draw_clips(pen: Pen, rng: Generator) -> None:
    side = -1.0 if rng.random() < 0.5 else 1.0
    for index in range(int(rng.integers(1, 4))):
        x, y = side * 0.72, -0.65 + 0.17 * index
        _draw_piece(pen, [(x - 0.2, y - 0.05), (x + 0.2, y - 0.1), (x + 0.2, y), (x - 0.2, y + 0.05)])


def _draw_flower(pen: Pen, rng: Generator) -> None:
    side = -1.0 if rng.random() < 0.5 else 1.0
    x, y, size = side * 0.85, -0.85 + 0.3 * rng.random(), 0.2 + 0.15 * rng.random()
    for angle in np.arange(5) * (2 * np.pi / 5) + rng.random():
        center = x + size * np.cos(angle), y + size * np.sin(angle)
        _draw_piece(pen, ellipse(center, (0.75 * size, 0.75 * size)))
    _draw_piece(pen, ellipse((x, y), (0.45 * size, 0.45 * size)), Ink.TRIM)


def _draw_animal_ears(pen: Pen, rng: Generator) -> None:
    height = rng.uniform(0.5, 1.3)
    for side in (-1.0, 1.0):
        _draw_piece(pen, [(side * 0.3, -1.35), (side * 0.75, -1.45 - height), (side * 1.08, -0.85)])
        inner = [(side * 0.5, -1.35), (side * 0.75, -1.35 - 0.75 * height), (side * 0.93, -1.02)]
        pen.fill(inner, Ink.HEADWEAR_SHADE)


def _draw_beret(pen: Pen, rng: Generator) -> None:
    lean = rng.uniform(-0.4, 0.4)
    upper = [(-1.15, -0.95), (-1.35 + lean, -1.45), (lean, -1.95), (1.35 + lean, -1.45), (1.15, -0.95)]
    _draw_piece(pen, closed_curve([*upper, (0.0, -1.1)]))


def _draw_cap(pen: Pen, rng: Generator) -> None:
    side = -1.0 if rng.random() < 0.5 else 1.0
    dome = np.concatenate([arc((0.0, -0.7), (1.22, 1.05), np.pi, 2 * np.pi), [(1.22, -0.6), (-1.22, -0.6)]])
    _draw_piece(pen, dome)
    upper = [(-1.1, -0.75), (0.0, -0.85), (1.1, -0.75)]
    lower = [(1.15 + 0.3 * side, -0.5), (0.3 * side, -0.42), (-1.15, -0.5)]
    _draw_piece(pen, closed_curve(upper + lower), Ink.HEADWEAR_SHADE)


def _draw_witch_hat(pen: Pen, rng: Generator) -> None:
    lean = rng.uniform(-0.9, 0.9)
    _draw_piece(pen, closed_curve(ellipse((0.0, -0.95), (1.95, 0.36))))
    _draw_piece(pen, [(-1.0, -0.95), (-0.5, -1.9), (lean, -3.1), (0.5, -1.9), (1.0, -0.95)])
    _draw_piece(pen, [(-1.0, -0.95), (-0.86, -1.2), (0.86, -1.2), (1.0, -0.95)], Ink.TRIM)


_DRAW = {
    Headwear.RIBBON: _draw_ribbon,
    Headwear.BAND: _draw_band,
    Headwear.CLIPS: _draw_clips,
    Headwear.FLOWER: _draw_flower,
    Headwear.ANIMAL_EARS: _draw_animal_ears,
    Headwear.BERET: _draw_beret,
    Headwear.CAP: _draw_cap,
    Headwear.WITCH_HAT: _draw_witch_hat,
}
