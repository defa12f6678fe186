"""The palette of one portrait: which colour each code of its sheet gets."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hairpipe.lab.synthetic.drawing.colors import Rgb, any_rgb, lit, mixed, rgb_of_hsv
from hairpipe.lab.synthetic.drawing.style import Style
from hairpipe.lab.synthetic.sheet import HAIR_START, HAIR_STEPS, Ink, Shade

_Palette = NDArray[np.uint8]


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
