"""What a figure wears on its head: never part of the hair, though it may have its colour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from hairpipe.lab.synthetic.drawing.curves import Frame, Outline, arc, closed_curve, ellipse
from hairpipe.lab.synthetic.drawing.head import LINE_WIDTH
from hairpipe.lab.synthetic.drawing.style import Headwear, Style
from hairpipe.lab.synthetic.sheet import Ink, Sheet


def draw_headwear(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    """Draw the style's headwear on the finished hair."""
    _DRAW[style.headwear](sheet, frame, rng)


def _draw_piece(sheet: Sheet, frame: Frame, outline: Outline, ink: Ink = Ink.HEADWEAR) -> None:
    placed = frame.place(outline)
    sheet.fill(placed, ink)
    sheet.stroke(placed, Ink.HEADWEAR_LINE, frame.line(LINE_WIDTH), closed=True)


def _draw_none(sheet: Sheet, frame: Frame, rng: np.random.Generator) -> None:
    """A bare head."""


def _draw_ribbon(sheet: Sheet, frame: Frame, rng: np.random.Generator) -> None:
    side = -1.0 if rng.random() < 0.5 else 1.0
    size = 0.45 + 0.4 * rng.random()
    for x, y in ((0.0, -1.5), (side * 0.85, -1.05), (-0.95, -1.0))[: 1 + int(rng.integers(0, 3))][-1:]:
        for wing in (-1.0, 1.0):
            loop = closed_curve(
                [
                    (x, y),
                    (x + wing * 0.6 * size, y - 0.6 * size),
                    (x + wing * size, y - 0.45 * size),
                    (x + wing * size, y + 0.4 * size),
                ]
            )
            _draw_piece(sheet, frame, loop)
            fold = [
                (x, y),
                (x + wing * 0.6 * size, y - 0.15 * size),
                (x + wing * 0.6 * size, y + 0.15 * size),
            ]
            sheet.fill(frame.place(fold), Ink.HEADWEAR_SHADE)
        _draw_piece(sheet, frame, ellipse((x, y), (0.2 * size, 0.22 * size)))


def _draw_band(sheet: Sheet, frame: Frame, rng: np.random.Generator) -> None:
    height = rng.uniform(1.0, 1.3)
    upper = arc((0.0, -0.2), (1.2, height + 0.12), np.pi * 1.02, np.pi * 1.98)
    lower = arc((0.0, -0.2), (1.18, height - 0.1), np.pi * 1.02, np.pi * 1.98)
    _draw_piece(sheet, frame, np.concatenate([upper, lower[::-1]]))


def _draw_clips(sheet: Sheet, frame: Frame, rng: np.random.Generator) -> None:
    side = -1.0 if rng.random() < 0.5 else 1.0
    for index in range(int(rng.integers(1, 4))):
        x, y = side * 0.72, -0.65 + 0.17 * index
        bar = np.array([(x - 0.2, y - 0.05), (x + 0.2, y - 0.1), (x + 0.2, y), (x - 0.2, y + 0.05)])
        _draw_piece(sheet, frame, bar)


def _draw_flower(sheet: Sheet, frame: Frame, rng: np.random.Generator) -> None:
    side = -1.0 if rng.random() < 0.5 else 1.0
    x, y, size = side * 0.85, -0.85 + 0.3 * rng.random(), 0.2 + 0.15 * rng.random()
    for angle in np.arange(5) * (2 * np.pi / 5) + rng.random():
        petal = ellipse((x + size * np.cos(angle), y + size * np.sin(angle)), (0.75 * size, 0.75 * size))
        _draw_piece(sheet, frame, petal)
    _draw_piece(sheet, frame, ellipse((x, y), (0.45 * size, 0.45 * size)), Ink.TRIM)


def _draw_animal_ears(sheet: Sheet, frame: Frame, rng: np.random.Generator) -> None:
    height = rng.uniform(0.5, 1.3)
    for side in (-1.0, 1.0):
        ear = [(side * 0.3, -1.35), (side * 0.75, -1.45 - height), (side * 1.08, -0.85)]
        _draw_piece(sheet, frame, np.array(ear))
        inner = [(side * 0.5, -1.35), (side * 0.75, -1.35 - 0.75 * height), (side * 0.93, -1.02)]
        sheet.fill(frame.place(inner), Ink.HEADWEAR_SHADE)


def _draw_beret(sheet: Sheet, frame: Frame, rng: np.random.Generator) -> None:
    lean = rng.uniform(-0.4, 0.4)
    beret = [
        (-1.15, -0.95),
        (-1.35 + lean, -1.45),
        (lean, -1.95),
        (1.35 + lean, -1.45),
        (1.15, -0.95),
        (0.0, -1.1),
    ]
    _draw_piece(sheet, frame, closed_curve(beret))


def _draw_cap(sheet: Sheet, frame: Frame, rng: np.random.Generator) -> None:
    side = -1.0 if rng.random() < 0.5 else 1.0
    dome = np.concatenate([arc((0.0, -0.7), (1.22, 1.05), np.pi, 2 * np.pi), [(1.22, -0.6), (-1.22, -0.6)]])
    _draw_piece(sheet, frame, dome)
    visor = [
        (-1.1, -0.75),
        (0.0, -0.85),
        (1.1, -0.75),
        (1.15 + 0.3 * side, -0.5),
        (0.3 * side, -0.42),
        (-1.15, -0.5),
    ]
    _draw_piece(sheet, frame, closed_curve(visor), Ink.HEADWEAR_SHADE)


def _draw_witch_hat(sheet: Sheet, frame: Frame, rng: np.random.Generator) -> None:
    lean = rng.uniform(-0.9, 0.9)
    cone = np.array([(-1.0, -0.95), (-0.5, -1.9), (lean, -3.1), (0.5, -1.9), (1.0, -0.95)])
    _draw_piece(sheet, frame, closed_curve(ellipse((0.0, -0.95), (1.95, 0.36))))
    _draw_piece(sheet, frame, cone)
    _draw_piece(sheet, frame, np.array([(-1.0, -0.95), (-0.86, -1.2), (0.86, -1.2), (1.0, -0.95)]), Ink.TRIM)


_DRAW: Mapping[Headwear, Callable[[Sheet, Frame, np.random.Generator], None]] = MappingProxyType(
    {
        Headwear.NONE: _draw_none,
        Headwear.RIBBON: _draw_ribbon,
        Headwear.BAND: _draw_band,
        Headwear.CLIPS: _draw_clips,
        Headwear.FLOWER: _draw_flower,
        Headwear.ANIMAL_EARS: _draw_animal_ears,
        Headwear.BERET: _draw_beret,
        Headwear.CAP: _draw_cap,
        Headwear.WITCH_HAT: _draw_witch_hat,
    }
)
