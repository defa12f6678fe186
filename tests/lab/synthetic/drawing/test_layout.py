from __future__ import annotations

import numpy as np
import pytest

from hairpipe.lab.synthetic.drawing.hair import draw_back_hair, draw_front_hair
from hairpipe.lab.synthetic.drawing.palette import lay_back_colors, lay_colors, tone_of_step
from hairpipe.lab.synthetic.drawing.style import ColorLayout
from hairpipe.lab.synthetic.sheet import HAIR_START, HAIR_STEPS, LAST_STEP, Shade, Sheet
from tests.lab.synthetic.shapes import HEAD, empty_sheet, rng, style_with

NAMES = {
    ColorLayout.UNIFORM: ("blue",),
    ColorLayout.HALVES: ("blue", "red"),
    ColorLayout.TIPS: ("blue", "red"),
    ColorLayout.STREAKS: ("blue", "red", "white"),
    ColorLayout.INNER: ("blue", "red"),
    ColorLayout.GRADIENT: ("blue", "red"),
}


def colored_hair(layout: ColorLayout) -> tuple[Sheet, Sheet]:
    """Return the same hair before and after its colours were laid."""
    sheets = (empty_sheet(), empty_sheet())
    style = style_with(layout=layout, hair_names=NAMES[layout])
    for sheet, laid in zip(sheets, (False, True), strict=True):
        draws = rng()
        draw_back_hair(sheet, HEAD, style, draws)
        if laid:
            lay_back_colors(sheet, style)
        draw_front_hair(sheet, HEAD, style, draws)
        if laid:
            lay_colors(sheet, HEAD, style, rng(1))
    return sheets


def steps(sheet: Sheet) -> np.ndarray:
    return (sheet.codes[sheet.codes >= HAIR_START] - HAIR_START) // len(Shade)


@pytest.mark.parametrize("layout", ColorLayout)
def test_colors_change_the_step_and_nothing_else(layout: ColorLayout) -> None:
    plain, laid = colored_hair(layout)
    assert np.array_equal(plain.codes >= HAIR_START, laid.codes >= HAIR_START)
    assert np.array_equal(plain.codes % len(Shade), laid.codes % len(Shade))


@pytest.mark.parametrize("layout", [layout for layout in ColorLayout if layout is not ColorLayout.UNIFORM])
def test_every_color_gets_part_of_the_hair(layout: ColorLayout) -> None:
    _, laid = colored_hair(layout)
    tones = tone_of_step(style_with(hair_names=NAMES[layout]))[steps(laid)]
    assert set(np.unique(tones)) == set(range(len(NAMES[layout])))


def test_one_color_stays_one_color() -> None:
    _, laid = colored_hair(ColorLayout.UNIFORM)
    assert set(np.unique(steps(laid))) == {0}


def test_a_gradient_goes_through_the_steps_from_top_to_bottom() -> None:
    _, laid = colored_hair(ColorLayout.GRADIENT)
    hair = laid.codes >= HAIR_START
    middle = [
        float(((row[seen] - HAIR_START) // 4).mean())
        for row, seen in zip(laid.codes, hair, strict=True)
        if seen.any()
    ]
    assert len(np.unique(steps(laid))) > HAIR_STEPS // 2
    assert (np.diff(middle) > -1.0).all() and middle[-1] > middle[0]


@pytest.mark.parametrize(
    ("names", "last"), [(("blue",), 0), (("blue", "red"), 1), (("blue", "red", "white"), 2)]
)
def test_steps_count_to_the_nearest_tone(names: tuple[str, ...], last: int) -> None:
    tones = tone_of_step(style_with(hair_names=names))
    assert tones[0] == 0 and tones[LAST_STEP] == last
    assert (np.diff(tones) >= 0).all()
