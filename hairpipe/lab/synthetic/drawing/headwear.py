"""What a figure wears on its head: never part of the hair, though it may have its colour."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from hairpipe.lab.synthetic.drawing.curves import Frame, arc, closed_curve, ellipse
from hairpipe.lab.synthetic.drawing.pen import Pen
from hairpipe.lab.synthetic.drawing.style import Headwear, Style
from hairpipe.lab.synthetic.sheet import Ink, Sheet


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
