"""The hair: what hangs behind the head, what falls over the face, and the light on it."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hairpipe.lab.synthetic.drawing.curves import (
    LINE_WIDTH,
    Frame,
    Outline,
    Pen,
    closed_curve,
    ellipse,
    lock_outlines,
    points,
    spines,
)
from hairpipe.lab.synthetic.drawing.style import Fringe, HairLength, HairStyle, Style
from hairpipe.lab.synthetic.sheet import Ink, Shade, Sheet, change_table, hair_change, hair_code

# How far below the middle of the head the hair ends, in units of the head.
_REACH = {HairLength.SHORT: (0.55, 0.95), HairLength.MEDIUM: (1.2, 2.2), HairLength.LONG: (3.0, 4.5)}
_TWIN_TAILS = {HairLength.SHORT: 1.4, HairLength.MEDIUM: 2.2, HairLength.LONG: 3.8}
_PONYTAIL = {HairLength.SHORT: 1.2, HairLength.MEDIUM: 2.0, HairLength.LONG: 3.4}

_FACE_TO_SHADE = change_table({Ink.FACE: Ink.FACE_SHADE, Ink.BLUSH: Ink.FACE_SHADE, Ink.SKIN: Ink.SKIN_SHADE})


def _shade_where_base(shade: Shade) -> NDArray[np.uint8]:
    return hair_change(lambda step, old: hair_code(shade if old is Shade.BASE else old, step))


_BASE_TO_DARK = _shade_where_base(Shade.DARK)
_BASE_TO_LIGHT = _shade_where_base(Shade.LIGHT)
_BASE_TO_LINE = _shade_where_base(Shade.LINE)


def draw_back_hair(sheet: Sheet, frame: Frame, style: Style, rng: Generator) -> None:
    """Draw the hair behind head and neck, mostly in its darker shade."""
    pen = Pen(sheet, frame)
    low, high = _REACH[style.hair_length]
    reach = low + (high - low) * rng.random()
    if style.hair_style is not HairStyle.LOOSE:
        reach = min(reach, 0.5 + 0.5 * rng.random())
    shade = Shade.DARK if rng.random() < 0.7 else Shade.BASE
    _draw_mane(pen, reach, shade, rng)
    match style.hair_style:
        case HairStyle.SPIKY:
            _draw_spikes(pen, rng, count=int(rng.integers(8, 14)), reach=0.55)
        case HairStyle.TWIN_TAILS:
            _draw_twin_tails(pen, _TWIN_TAILS[style.hair_length], rng)
        case HairStyle.PONYTAIL:
            _draw_ponytail(pen, _PONYTAIL[style.hair_length], rng)
        case HairStyle.BUN:
            _draw_buns(pen, rng)


def draw_front_hair(sheet: Sheet, frame: Frame, style: Style, rng: Generator) -> None:
    """Draw the hair on top of the head, the fringe with its shadow on the face, and the side locks."""
    pen = Pen(sheet, frame)
    top = 1.42 + 0.16 * rng.random()
    fringe, widths, blunt = _FRINGE_LOCKS[style.fringe](rng)
    outlines = lock_outlines(fringe, widths, blunt)
    fall = frame.place((0.0, 0.1)) - frame.place((0.0, 0.0))
    if style.fringe is not Fringe.OPEN:
        sheet.change([outline + fall for outline in frame.place(outlines)], _FACE_TO_SHADE)
    _draw_side_locks(pen, style, rng)
    _draw_cap(pen, style, top, rng)
    _draw_locks(pen, outlines)
    if style.hair_style is HairStyle.SPIKY:
        _draw_spikes(pen, rng, count=int(rng.integers(5, 9)), reach=0.28)
    if rng.random() < 0.25:
        _draw_ahoge(pen, top, rng)
    _draw_light(pen, outlines, rng)
    if style.shine:
        _draw_shine(pen, rng)


def _draw_locks(pen: Pen, outlines: NDArray[np.float64], shade: Shade = Shade.BASE) -> None:
    # The two ends of an outline lie at the root, which stays open so that it grows out of the hair.
    for outline in outlines:
        pen.fill(outline, hair_code(shade))
        pen.stroke(outline, hair_code(Shade.LINE), 0.8 * LINE_WIDTH)


def _draw_piece(pen: Pen, outline: Outline, shade: Shade = Shade.BASE) -> None:
    pen.piece(outline, hair_code(shade), hair_code(Shade.LINE))


def _draw_mane(pen: Pen, reach: float, shade: Shade, rng: Generator) -> None:
    jitter = rng.normal(0.0, 0.05, 8)
    length = min(reach, 2.0) / 2.0
    spread = 1.08 + 0.5 * rng.random() * length
    end = spread * (0.6 + 0.2 * length + 0.35 * rng.random())
    tops = [(1.16, -0.4), (1.2 + jitter[0], 0.25), (spread + jitter[1], 0.55 * reach), (end, 0.92 * reach)]
    right = np.array(tops)
    left = right[::-1] * (-1.0, 1.0) + points(jitter[4:8], 0.0)
    crown = [(-0.8, -1.25), (0.0, -1.5), (0.8, -1.25)]
    _draw_piece(pen, closed_curve(np.concatenate([crown, right, left])), shade)
    count = int(rng.integers(5, 9))
    x = np.linspace(-0.92, 0.92, count) * end
    roots = points(0.8 * x, 0.4 * reach)
    tips = points(1.08 * x + rng.normal(0, 0.08, count), reach * rng.uniform(0.95, 1.12, count))
    bends = points(1.12 * x, 0.75 * reach)
    widths = 2.6 * end / count * rng.uniform(0.8, 1.3, count)
    _draw_locks(pen, lock_outlines(spines(roots, bends, tips), widths), shade)


def _draw_spikes(pen: Pen, rng: Generator, *, count: int, reach: float) -> None:
    angles = np.linspace(1.02, 1.98, count) * np.pi + rng.normal(0.0, 0.08, count)
    out = points(np.cos(angles), np.sin(angles))
    lean = rng.normal(0.0, 0.25) + rng.normal(0.0, 0.12, count)
    radii = np.array([1.1, 1.35])
    tips = out * (radii + reach * rng.uniform(0.5, 1.2, (count, 1))) + points(lean, 0.0)
    bends = out * (radii + 0.2)
    _draw_locks(pen, lock_outlines(spines(0.55 * out * radii, bends, tips), rng.uniform(0.4, 0.65, count)))


def _draw_twin_tails(pen: Pen, length: float, rng: Generator) -> None:
    height, out = -0.9 + 0.9 * rng.random(), 0.5 + 0.6 * rng.random()
    for side in (-1.0, 1.0):
        _draw_tail(pen, (side * 1.1, height), side * out, length, rng)


def _draw_ponytail(pen: Pen, length: float, rng: Generator) -> None:
    side = -1.0 if rng.random() < 0.5 else 1.0
    root = side * (0.3 + 0.5 * rng.random()), -1.25
    _draw_tail(pen, root, side * (0.8 + 0.5 * rng.random()), length, rng)


def _draw_tail(pen: Pen, root: tuple[float, float], out: float, length: float, rng: Generator) -> None:
    count = int(rng.integers(3, 6))
    spread = np.linspace(-0.35, 0.35, count)
    start = np.array(root)
    roots = np.repeat(start[None], count, axis=0)
    bends = start + points(1.7 * out + spread, 0.1 * length - 0.4)
    tips = start + points(0.8 * out + 1.4 * spread, length * rng.uniform(0.8, 1.1, count))
    widths = rng.uniform(0.35, 0.55, count)
    _draw_locks(pen, lock_outlines(spines(roots, bends, tips), widths, swell=0.4))


def _draw_buns(pen: Pen, rng: Generator) -> None:
    radius = 0.34 + 0.2 * rng.random()
    places = [(0.0, -1.65)] if rng.random() < 0.4 else [(-0.9, -1.2), (0.9, -1.2)]
    for x, y in places:
        _draw_piece(pen, ellipse((x, y), (radius, 0.92 * radius)))
        pen.change([ellipse((x, y + 0.3 * radius), (0.9 * radius, 0.6 * radius))], _BASE_TO_DARK)


def _draw_cap(pen: Pen, style: Style, top: float, rng: Generator) -> None:
    wide = 1.1 + 0.1 * rng.random()
    temple, hairline = (0.0, -0.72) if style.fringe is Fringe.OPEN else (0.45, -0.62)
    control = [
        (0.0, -top),
        (0.62 * wide, -0.9 * top),
        (0.98 * wide, -0.5 * top),
        (wide, 0.05),
        (wide - 0.06, temple + 0.15),
        (0.95, temple),
        (0.86, -0.25),
        (0.5, hairline + 0.08),
        (0.0, hairline),
    ]
    right = np.array(control)
    _draw_piece(pen, closed_curve(np.concatenate([right, right[-2:0:-1] * (-1.0, 1.0)])))


def _draw_side_locks(pen: Pen, style: Style, rng: Generator) -> None:
    low, high = (0.6, 1.1) if style.hair_length is HairLength.SHORT else (1.0, 2.4)
    count = int(rng.integers(1, 3))
    side = np.repeat((-1.0, 1.0), count)
    x = side * (0.98 + 0.1 * np.tile(np.arange(count), 2))
    y = rng.uniform(low, high, 2 * count)
    bends = points(x + side * rng.uniform(0.0, 0.3, 2 * count), 0.5 * y)
    tips = points(x - side * rng.uniform(-0.15, 0.25, 2 * count), y)
    locks = spines(points(0.92 * x, -0.6), bends, tips)
    _draw_locks(pen, lock_outlines(locks, rng.uniform(0.28, 0.45, 2 * count)))


def _draw_ahoge(pen: Pen, top: float, rng: Generator) -> None:
    side = -1.0 if rng.random() < 0.5 else 1.0
    tip = side * rng.uniform(0.3, 0.8), -top - 0.2
    curve = spines([(0.0, -top + 0.1)], [(-0.1 * side, -top - 0.7)], [tip])
    _draw_locks(pen, lock_outlines(curve, [0.14]))


def _draw_light(pen: Pen, fringe: NDArray[np.float64], rng: Generator) -> None:
    """Add dark locks and drawn strands to the hair."""
    count = int(rng.integers(3, 8))
    angles = rng.uniform(1.08, 1.92, count) * np.pi
    out = points(np.cos(angles), np.sin(angles))
    roots, tips = out * (0.3, 0.95) - (0.0, 0.3), out * (1.1, 0.3) + (0.0, 0.1)
    dark = lock_outlines(spines(roots, out * (1.0, 1.25), tips), rng.uniform(0.06, 0.22, count))
    tails = fringe[:, 5:13] + (rng.uniform(-0.05, 0.05), 0.0)
    pen.change([*dark, *tails[::2]], _BASE_TO_DARK)
    strands = int(rng.integers(4, 12))
    x = np.linspace(-1.1, 1.1, strands) + rng.normal(0.0, 0.06, strands)
    ends = points(1.08 * x, rng.uniform(-0.6, 0.2, strands))
    lines = pen.frame.place(spines(points(0.15 * x, -1.35), points(1.0 * x, -1.2), ends))
    pen.sheet.change_along(list(lines), _BASE_TO_LINE, 0.5 * LINE_WIDTH * pen.frame.unit)


def _draw_shine(pen: Pen, rng: Generator) -> None:
    """Lay a band of light across the hair."""
    count = int(rng.integers(7, 15))
    height, thick = rng.uniform(-1.1, -0.75), rng.uniform(0.06, 0.16)
    x = np.linspace(-0.95, 0.95, count)
    middle = height + 0.45 * x**2
    zigzag = thick * rng.uniform(0.3, 1.0, (2, count)) * (np.arange(count) % 2 * 0.8 + 0.4)
    upper, lower = points(x, middle - zigzag[0]), points(x, middle + zigzag[1])
    pen.change([np.concatenate([upper, lower[::-1]])], _BASE_TO_LIGHT)


_Locks = tuple[NDArray[np.float64], NDArray[np.float64], float]


def _jagged(rng: Generator) -> _Locks:
    count = int(rng.integers(4, 9))
    x = np.linspace(-0.85, 0.85, count)
    tips = points(x + rng.normal(0, 0.12, count), rng.uniform(-0.25, 0.35, count))
    bends = points(1.15 * x, -0.55)
    return spines(_roots(0.55 * x), bends, tips), 2.6 / count * rng.uniform(0.8, 1.2, count), 0.0


def _blunt(rng: Generator) -> _Locks:
    count = int(rng.integers(5, 9))
    x = np.linspace(-0.82, 0.82, count)
    y = rng.uniform(-0.2, 0.15) + 0.12 * x**2 + rng.normal(0, 0.02, count)
    tips = points(x, y)
    bends = points(1.05 * x, -0.6)
    return spines(_roots(0.7 * x), bends, tips), np.full(count, 2.3 / count), 0.75


def _parted(rng: Generator) -> _Locks:
    count = 2 * int(rng.integers(2, 5))
    part = rng.uniform(-0.4, 0.4)
    x = np.linspace(-1.0, 1.0, count)
    y = -0.45 + 1.0 * np.abs(x) + rng.normal(0, 0.08, count)
    tips = points(x * 0.98, y)
    bends = points(part + 0.8 * (x - part), -0.85)
    return spines(_roots(part + 0.12 * x), bends, tips), rng.uniform(0.3, 0.55, count), 0.0


def _swept(rng: Generator) -> _Locks:
    count = int(rng.integers(5, 8))
    side = -1.0 if rng.random() < 0.5 else 1.0
    x = np.linspace(-0.75, 0.95, count)
    tips = points(side * x, -0.3 + 0.3 * (x + 0.75) + rng.normal(0, 0.08, count))
    bends = points(side * (x - 0.25), -0.75)
    return spines(_roots(side * (0.5 * x - 0.45)), bends, tips), rng.uniform(0.4, 0.6, count), 0.0


def _over_eye(rng: Generator) -> _Locks:
    side = -1.0 if rng.random() < 0.5 else 1.0
    x = np.array([-0.8, -0.45, -0.1, 0.3, 0.5, 0.75])
    y = np.array([0.1, -0.1, -0.25, 0.55, 0.85, 0.9]) + rng.normal(0, 0.06, 6)
    tips = points(side * x, y)
    bends = points(side * 1.15 * x, -0.5)
    return spines(_roots(side * (0.5 * x - 0.2)), bends, tips), rng.uniform(0.42, 0.6, 6), 0.0


def _open(rng: Generator) -> _Locks:
    x = np.linspace(-0.8, 0.8, 5)
    tips = points(1.1 * x, -0.62 + 0.5 * x**2)
    return spines(_roots(0.3 * x), points(x, -1.1), tips), np.full(5, 0.3), 0.2


def _roots(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return points(x, -1.12 + 0.25 * x**2)


_FRINGE_LOCKS = {
    Fringe.JAGGED: _jagged,
    Fringe.BLUNT: _blunt,
    Fringe.PARTED: _parted,
    Fringe.SWEPT: _swept,
    Fringe.OVER_EYE: _over_eye,
    Fringe.OPEN: _open,
}
