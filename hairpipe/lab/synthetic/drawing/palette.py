"""Which colour each code of a portrait's sheet gets, and where the colours of its hair lie."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hairpipe.lab.synthetic.drawing.colors import Rgb, any_rgb, lit, mixed, rgb_of_hsv
from hairpipe.lab.synthetic.drawing.curves import Frame, lock_outlines, points, spines
from hairpipe.lab.synthetic.drawing.style import ColorLayout, HairLength, Style
from hairpipe.lab.synthetic.sheet import (
    HAIR_START,
    HAIR_STEPS,
    LAST_STEP,
    Ink,
    Shade,
    Sheet,
    hair_change,
    hair_code,
)

_Palette = NDArray[np.uint8]
# Short hair has to reach its second colour sooner. In units of the head.
_TIPS_START = {HairLength.SHORT: (-0.4, 0.1), HairLength.MEDIUM: (-0.1, 0.6), HairLength.LONG: (-0.1, 0.9)}
_GRADIENT_SPAN = {HairLength.SHORT: (0.6, 1.2), HairLength.MEDIUM: (1.0, 1.8), HairLength.LONG: (1.2, 2.4)}


_TO_LAST = hair_change(lambda _, shade: hair_code(shade, LAST_STEP))
_TO_MIDDLE = hair_change(lambda _, shade: hair_code(shade, HAIR_STEPS // 2))


def portrait_palette(style: Style, rng: Generator) -> _Palette:
    """Return the colours of all codes, (256, 3); the background's is black."""
    palette = np.zeros((256, 3), np.uint8)
    ink_strength = 0.15 + 0.35 * rng.random()
    _set_skin(palette, style, rng)
    _set_eyes(palette, style, rng)
    headwear = _headwear_rgb(style, rng)
    palette[Ink.CLOTH], palette[Ink.CLOTH_SHADE] = style.cloth_rgb, lit(style.cloth_rgb, 0.78)
    palette[Ink.TRIM] = (250, 250, 250) if rng.random() < 0.5 else any_rgb(rng)
    palette[Ink.HEADWEAR], palette[Ink.HEADWEAR_SHADE] = headwear, lit(headwear, 0.78)
    palette[[Ink.CLOTH_LINE, Ink.TRIM_LINE, Ink.HEADWEAR_LINE]] = (30, 24, 32)
    _set_hair(palette, style, ink_strength, rng)
    return palette


def _set_skin(palette: _Palette, style: Style, rng: Generator) -> None:
    skin = style.skin_rgb
    palette[[Ink.SKIN, Ink.FACE]] = skin
    palette[[Ink.SKIN_SHADE, Ink.FACE_SHADE]] = lit(skin, 0.90, 1.45, -4)
    palette[[Ink.SKIN_LINE, Ink.FACE_LINE]] = lit(skin, 0.45, 1.8, -8)
    palette[Ink.BLUSH] = mixed(skin, (240, 120, 120), 0.3)
    palette[Ink.LIPS] = mixed(skin, (220, 90, 100), 0.5)
    palette[Ink.MOUTH] = (190, 80, 80)
    palette[Ink.MOUTH_LINE] = lit(skin, 0.4, 2.2, -10)
    palette[Ink.GLASSES] = (60, 40, 45) if rng.random() < 0.7 else (190, 40, 50)


def _set_eyes(palette: _Palette, style: Style, rng: Generator) -> None:
    if rng.random() < 0.3:
        iris = lit(style.hair_rgbs[0], 1.0, 1.2)
    else:
        iris = rgb_of_hsv(360 * rng.random(), 0.55 + 0.35 * rng.random(), 0.5 + 0.4 * rng.random())
    palette[Ink.IRIS] = iris
    palette[Ink.IRIS_DARK], palette[Ink.IRIS_LIGHT] = lit(iris, 0.45), lit(iris, 1.35, 0.75)
    palette[Ink.PUPIL] = (24, 18, 26)
    palette[Ink.EYE_WHITE] = palette[Ink.GLINT] = (252, 252, 254)
    palette[Ink.LASH] = (36, 26, 30)
    palette[Ink.BROW] = mixed(lit(style.hair_rgbs[0], 0.6), (50, 35, 35), 0.4)


def _headwear_rgb(style: Style, rng: Generator) -> Rgb:
    draw = rng.random()
    if draw < 0.15:
        return lit(style.hair_rgbs[0], 0.95)
    return (245, 245, 245) if draw < 0.3 else any_rgb(rng)


def _set_hair(palette: _Palette, style: Style, ink_strength: float, rng: Generator) -> None:
    dark, hue, light = rng.uniform(0.70, 0.85), rng.uniform(-8.0, 8.0), rng.uniform(0.3, 0.7)
    shades = np.empty((len(style.hair_rgbs), len(Shade), 3))
    for tone, base in enumerate(style.hair_rgbs):
        shades[tone, Shade.BASE] = base
        shades[tone, Shade.DARK] = lit(base, dark, 1.1, hue)
        shades[tone, Shade.LIGHT] = mixed(base, (255, 255, 255), light)
        shades[tone, Shade.LINE] = lit(base, ink_strength + 0.15, 1.1, hue)
    # Each step lies between two neighbouring tones.
    place = np.linspace(0.0, len(style.hair_rgbs) - 1.0, HAIR_STEPS)
    weights = np.maximum(1.0 - np.abs(place[:, None] - np.arange(len(style.hair_rgbs))), 0.0)
    palette[HAIR_START:] = np.rint(np.tensordot(weights, shades, 1)).reshape(-1, 3)


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
