from __future__ import annotations

import numpy as np

from hairpipe.lab.synthetic.drawing.palette import portrait_palette
from hairpipe.lab.synthetic.sheet import HAIR_STEPS, LAST_STEP, Ink, Shade, hair_code
from tests.lab.synthetic.shapes import rng, style_with


def test_hair_goes_from_its_first_color_to_its_last() -> None:
    rgbs = ((10, 20, 200), (200, 30, 20), (240, 240, 240))
    palette = portrait_palette(style_with(hair_names=("blue", "red", "white"), hair_rgbs=rgbs), rng())
    base = np.array([palette[hair_code(Shade.BASE, step)] for step in range(HAIR_STEPS)])
    assert tuple(base[0]) == rgbs[0] and tuple(base[LAST_STEP]) == rgbs[2]
    assert np.abs(np.diff(base.astype(int), axis=0)).max() < 20


def test_shades_of_hair_are_darker_and_lighter() -> None:
    palette = portrait_palette(style_with(hair_names=("blue",), hair_rgbs=((60, 90, 200),)), rng()).astype(
        int
    )
    line, dark, base, light = (
        palette[hair_code(shade)].sum() for shade in (Shade.LINE, Shade.DARK, Shade.BASE, Shade.LIGHT)
    )
    assert line < dark < base < light


def test_the_background_is_black_and_skin_is_skin() -> None:
    style = style_with()
    palette = portrait_palette(style, rng())
    assert not palette[Ink.BACKGROUND].any()
    assert tuple(palette[Ink.SKIN]) == tuple(palette[Ink.FACE]) == style.skin_rgb
