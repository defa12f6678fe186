"""The hair: what hangs behind the head, what falls over the face, and the light on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hairpipe.lab.synthetic.drawing.curves import (
    Frame,
    Outline,
    closed_curve,
    ellipse,
    lock_outlines,
    points,
    spines,
)
from hairpipe.lab.synthetic.drawing.head import LINE_WIDTH
from hairpipe.lab.synthetic.drawing.style import Fringe, HairLength, HairStyle, Style
from hairpipe.lab.synthetic.sheet import Ink, Shade, Sheet, change_table, hair_change, hair_code

# How far below the middle of the head the hair ends, in units of the head.
_REACH: Mapping[HairLength, tuple[float, float]] = MappingProxyType(
    {HairLength.SHORT: (0.55, 0.95), HairLength.MEDIUM: (1.2, 2.2), HairLength.LONG: (3.0, 4.5)}
)

_FACE_TO_SHADE = change_table({Ink.FACE: Ink.FACE_SHADE, Ink.BLUSH: Ink.FACE_SHADE, Ink.SKIN: Ink.SKIN_SHADE})


def _shade_where_base(shade: Shade) -> NDArray[np.uint8]:
    return hair_change(lambda step, old: hair_code(shade if old is Shade.BASE else old, step))


_BASE_TO_DARK = _shade_where_base(Shade.DARK)
_BASE_TO_LIGHT = _shade_where_base(Shade.LIGHT)
_BASE_TO_LINE = _shade_where_base(Shade.LINE)
_ANY_TO_LINE = hair_change(lambda step, _: hair_code(Shade.LINE, step))


def draw_back_hair(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    """Draw the hair behind head and neck, mostly in its darker shade."""
    low, high = _REACH[style.hair_length]
    reach = low + (high - low) * rng.random()
    if style.hair_style in _BOUND:
        reach = min(reach, 0.5 + 0.5 * rng.random())
    shade = Shade.DARK if rng.random() < 0.7 else Shade.BASE
    _draw_mane(sheet, frame, reach, shade, rng)
    _DRAW_STYLE[style.hair_style](sheet, frame, style, rng)


def draw_front_hair(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    """Draw the hair on top of the head, the fringe with its shadow on the face, and the side locks."""
    top = 1.42 + 0.16 * rng.random()
    fringe, widths, blunt = _FRINGE_LOCKS[style.fringe](rng)
    outlines = lock_outlines(fringe, widths, blunt)
    fall = frame.place((0.0, 0.1)) - frame.place((0.0, 0.0))
    if style.fringe is not Fringe.OPEN:
        sheet.change([outline + fall for outline in frame.place(outlines)], _FACE_TO_SHADE)
    _draw_side_locks(sheet, frame, style, rng)
    _draw_cap(sheet, frame, style, top, rng)
    _draw_locks(sheet, frame, outlines, Shade.BASE)
    if style.hair_style is HairStyle.SPIKY:
        _draw_spikes(sheet, frame, rng, count=int(rng.integers(5, 9)), reach=0.28, shade=Shade.BASE)
    if rng.random() < 0.25:
        _draw_ahoge(sheet, frame, top, rng)
    _draw_light(sheet, frame, style, outlines, rng)


def _draw_locks(sheet: Sheet, frame: Frame, outlines: NDArray[np.float64], shade: Shade) -> None:
    # The two ends of an outline lie at the root, which stays open so that it grows out of the hair.
    for outline in frame.place(outlines):
        sheet.fill(outline, hair_code(shade))
        sheet.stroke(outline, hair_code(Shade.LINE), frame.line(0.8 * LINE_WIDTH))


def _draw_piece(sheet: Sheet, frame: Frame, outline: Outline, shade: Shade) -> None:
    placed = frame.place(outline)
    sheet.fill(placed, hair_code(shade))
    sheet.stroke(placed, hair_code(Shade.LINE), frame.line(LINE_WIDTH), closed=True)


def _draw_mane(sheet: Sheet, frame: Frame, reach: float, shade: Shade, rng: np.random.Generator) -> None:
    jitter = rng.normal(0.0, 0.05, 8)
    length = min(reach, 2.0) / 2.0
    spread = 1.08 + 0.5 * rng.random() * length
    end = spread * (0.6 + 0.2 * length + 0.35 * rng.random())
    tops = [(1.16, -0.4), (1.2 + jitter[0], 0.25), (spread + jitter[1], 0.55 * reach), (end, 0.92 * reach)]
    right = np.array(tops)
    left = right[::-1] * (-1.0, 1.0) + points(jitter[4:8], 0.0)
    crown = [(-0.8, -1.25), (0.0, -1.5), (0.8, -1.25)]
    _draw_piece(sheet, frame, closed_curve(np.concatenate([crown, right, left])), shade)
    count = int(rng.integers(5, 9))
    x = np.linspace(-0.92, 0.92, count) * end
    roots = points(0.8 * x, 0.4 * reach)
    tips = points(1.08 * x + rng.normal(0, 0.08, count), reach * rng.uniform(0.95, 1.12, count))
    bends = points(1.12 * x, 0.75 * reach)
    widths = 2.6 * end / count * rng.uniform(0.8, 1.3, count)
    _draw_locks(sheet, frame, lock_outlines(spines(roots, bends, tips), widths), shade)


def _draw_nothing_more(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    """Loose hair is the mane alone."""


def _draw_back_spikes(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    _draw_spikes(sheet, frame, rng, count=int(rng.integers(8, 14)), reach=0.55, shade=Shade.BASE)


def _draw_spikes(
    sheet: Sheet, frame: Frame, rng: np.random.Generator, count: int, reach: float, shade: Shade
) -> None:
    angles = np.linspace(1.02, 1.98, count) * np.pi + rng.normal(0.0, 0.08, count)
    out = points(np.cos(angles), np.sin(angles))
    lean = rng.normal(0.0, 0.25) + rng.normal(0.0, 0.12, count)
    radii = np.array([1.1, 1.35])
    tips = out * (radii + reach * rng.uniform(0.5, 1.2, (count, 1))) + points(lean, 0.0)
    bends = out * (radii + 0.2)
    outlines = lock_outlines(spines(0.55 * out * radii, bends, tips), rng.uniform(0.4, 0.65, count))
    _draw_locks(sheet, frame, outlines, shade)


def _draw_twin_tails(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    height, out = -0.9 + 0.9 * rng.random(), 0.5 + 0.6 * rng.random()
    length = {HairLength.SHORT: 1.4, HairLength.MEDIUM: 2.2, HairLength.LONG: 3.8}[style.hair_length]
    for side in (-1.0, 1.0):
        _draw_tail(sheet, frame, (side * 1.1, height), side * out, length, rng)


def _draw_ponytail(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    side = -1.0 if rng.random() < 0.5 else 1.0
    length = {HairLength.SHORT: 1.2, HairLength.MEDIUM: 2.0, HairLength.LONG: 3.4}[style.hair_length]
    _draw_tail(
        sheet,
        frame,
        (side * (0.3 + 0.5 * rng.random()), -1.25),
        side * (0.8 + 0.5 * rng.random()),
        length,
        rng,
    )


def _draw_tail(
    sheet: Sheet,
    frame: Frame,
    root: tuple[float, float],
    out: float,
    length: float,
    rng: np.random.Generator,
) -> None:
    count = int(rng.integers(3, 6))
    spread = np.linspace(-0.35, 0.35, count)
    start = np.array(root)
    roots = np.repeat(start[None], count, axis=0)
    bends = start + points(1.7 * out + spread, 0.1 * length - 0.4)
    tips = start + points(0.8 * out + 1.4 * spread, length * rng.uniform(0.8, 1.1, count))
    widths = rng.uniform(0.35, 0.55, count)
    _draw_locks(sheet, frame, lock_outlines(spines(roots, bends, tips), widths, swell=0.4), Shade.BASE)


def _draw_buns(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    radius = 0.34 + 0.2 * rng.random()
    places = [(0.0, -1.65)] if rng.random() < 0.4 else [(-0.9, -1.2), (0.9, -1.2)]
    for x, y in places:
        bun = ellipse((x, y), (radius, 0.92 * radius))
        _draw_piece(sheet, frame, bun, Shade.BASE)
        sheet.change(
            [frame.place(ellipse((x, y + 0.3 * radius), (0.9 * radius, 0.6 * radius)))], _BASE_TO_DARK
        )


_BOUND = (HairStyle.TWIN_TAILS, HairStyle.PONYTAIL, HairStyle.BUN, HairStyle.SPIKY)
_DRAW_STYLE: Mapping[HairStyle, Callable[[Sheet, Frame, Style, np.random.Generator], None]] = (
    MappingProxyType(
        {
            HairStyle.LOOSE: _draw_nothing_more,
            HairStyle.SPIKY: _draw_back_spikes,
            HairStyle.TWIN_TAILS: _draw_twin_tails,
            HairStyle.PONYTAIL: _draw_ponytail,
            HairStyle.BUN: _draw_buns,
        }
    )
)


def _draw_cap(sheet: Sheet, frame: Frame, style: Style, top: float, rng: np.random.Generator) -> None:
    wide = 1.1 + 0.1 * rng.random()
    temple = 0.45 if style.fringe is not Fringe.OPEN else 0.0
    hairline = -0.62 if style.fringe is not Fringe.OPEN else -0.72
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
    outline = closed_curve(np.concatenate([right, right[-2:0:-1] * (-1.0, 1.0)]))
    _draw_piece(sheet, frame, outline, Shade.BASE)


def _draw_side_locks(sheet: Sheet, frame: Frame, style: Style, rng: np.random.Generator) -> None:
    low, high = (0.6, 1.1) if style.hair_length is HairLength.SHORT else (1.0, 2.4)
    count = int(rng.integers(1, 3))
    side = np.repeat((-1.0, 1.0), count)
    x = side * (0.98 + 0.1 * np.tile(np.arange(count), 2))
    y = rng.uniform(low, high, 2 * count)
    bends = points(x + side * rng.uniform(0.0, 0.3, 2 * count), 0.5 * y)
    tips = points(x - side * rng.uniform(-0.15, 0.25, 2 * count), y)
    locks = spines(points(0.92 * x, -0.6), bends, tips)
    _draw_locks(sheet, frame, lock_outlines(locks, rng.uniform(0.28, 0.45, 2 * count)), Shade.BASE)


def _draw_ahoge(sheet: Sheet, frame: Frame, top: float, rng: np.random.Generator) -> None:
    side = -1.0 if rng.random() < 0.5 else 1.0
    curve = spines(
        [(0.0, -top + 0.1)], [(-0.1 * side, -top - 0.7)], [(side * rng.uniform(0.3, 0.8), -top - 0.2)]
    )
    _draw_locks(sheet, frame, lock_outlines(curve, [0.14]), Shade.BASE)


def _draw_light(
    sheet: Sheet, frame: Frame, style: Style, fringe: NDArray[np.float64], rng: np.random.Generator
) -> None:
    """Add dark locks, drawn strands and a band of light to the hair."""
    count = int(rng.integers(3, 8))
    angles = rng.uniform(1.08, 1.92, count) * np.pi
    out = points(np.cos(angles), np.sin(angles))
    roots, tips = out * (0.3, 0.95) - (0.0, 0.3), out * (1.1, 0.3) + (0.0, 0.1)
    dark = lock_outlines(spines(roots, out * (1.0, 1.25), tips), rng.uniform(0.06, 0.22, count))
    tails = fringe[:, 5:13] + (rng.uniform(-0.05, 0.05), 0.0)
    sheet.change([*frame.place(dark), *frame.place(tails[::2])], _BASE_TO_DARK)
    strands = rng.integers(4, 12)
    x = np.linspace(-1.1, 1.1, int(strands)) + rng.normal(0.0, 0.06, int(strands))
    lines = spines(
        points(0.15 * x, -1.35),
        points(1.0 * x, -1.2),
        points(1.08 * x, rng.uniform(-0.6, 0.2, len(x))),
    )
    sheet.change_along(list(frame.place(lines)), _BASE_TO_LINE, frame.line(0.5 * LINE_WIDTH))
    if style.shine:
        _draw_shine(sheet, frame, rng)


def _draw_shine(sheet: Sheet, frame: Frame, rng: np.random.Generator) -> None:
    count = int(rng.integers(7, 15))
    height, thick = rng.uniform(-1.1, -0.75), rng.uniform(0.06, 0.16)
    x = np.linspace(-0.95, 0.95, count)
    middle = height + 0.45 * x**2
    zigzag = thick * rng.uniform(0.3, 1.0, (2, count)) * (np.arange(count) % 2 * 0.8 + 0.4)
    upper = points(x, middle - zigzag[0])
    lower = points(x, middle + zigzag[1])
    band = np.concatenate([upper, lower[::-1]])
    sheet.change([frame.place(band)], _BASE_TO_LIGHT)


_Locks = tuple[NDArray[np.float64], NDArray[np.float64], float]


def _jagged(rng: np.random.Generator) -> _Locks:
    count = int(rng.integers(4, 9))
    x = np.linspace(-0.85, 0.85, count)
    tips = points(x + rng.normal(0, 0.12, count), rng.uniform(-0.25, 0.35, count))
    bends = points(1.15 * x, -0.55)
    return spines(_roots(0.55 * x), bends, tips), 2.6 / count * rng.uniform(0.8, 1.2, count), 0.0


def _blunt(rng: np.random.Generator) -> _Locks:
    count = int(rng.integers(5, 9))
    x = np.linspace(-0.82, 0.82, count)
    y = rng.uniform(-0.2, 0.15) + 0.12 * x**2 + rng.normal(0, 0.02, count)
    tips = points(x, y)
    bends = points(1.05 * x, -0.6)
    return spines(_roots(0.7 * x), bends, tips), np.full(count, 2.3 / count), 0.75


def _parted(rng: np.random.Generator) -> _Locks:
    count = 2 * int(rng.integers(2, 5))
    part = rng.uniform(-0.4, 0.4)
    x = np.linspace(-1.0, 1.0, count)
    y = -0.45 + 1.0 * np.abs(x) + rng.normal(0, 0.08, count)
    tips = points(x * 0.98, y)
    bends = points(part + 0.8 * (x - part), -0.85)
    return spines(_roots(part + 0.12 * x), bends, tips), rng.uniform(0.3, 0.55, count), 0.0


def _swept(rng: np.random.Generator) -> _Locks:
    count = int(rng.integers(5, 8))
    side = -1.0 if rng.random() < 0.5 else 1.0
    x = np.linspace(-0.75, 0.95, count)
    tips = points(side * x, -0.3 + 0.3 * (x + 0.75) + rng.normal(0, 0.08, count))
    bends = points(side * (x - 0.25), -0.75)
    return spines(_roots(side * (0.5 * x - 0.45)), bends, tips), rng.uniform(0.4, 0.6, count), 0.0


def _over_eye(rng: np.random.Generator) -> _Locks:
    side = -1.0 if rng.random() < 0.5 else 1.0
    x = np.array([-0.8, -0.45, -0.1, 0.3, 0.5, 0.75])
    y = np.array([0.1, -0.1, -0.25, 0.55, 0.85, 0.9]) + rng.normal(0, 0.06, 6)
    tips = points(side * x, y)
    bends = points(side * 1.15 * x, -0.5)
    return spines(_roots(side * (0.5 * x - 0.2)), bends, tips), rng.uniform(0.42, 0.6, 6), 0.0


def _open(rng: np.random.Generator) -> _Locks:
    x = np.linspace(-0.8, 0.8, 5)
    tips = points(1.1 * x, -0.62 + 0.5 * x**2)
    return spines(_roots(0.3 * x), points(x, -1.1), tips), np.full(5, 0.3), 0.2


def _roots(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return points(x, -1.12 + 0.25 * x**2)


_FRINGE_LOCKS: Mapping[Fringe, Callable[[np.random.Generator], _Locks]] = MappingProxyType(
    {
        Fringe.JAGGED: _jagged,
        Fringe.BLUNT: _blunt,
        Fringe.PARTED: _parted,
        Fringe.SWEPT: _swept,
        Fringe.OVER_EYE: _over_eye,
        Fringe.OPEN: _open,
    }
)
