from __future__ import annotations

import numpy as np
import pytest

from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.color.pattern import hair_pattern, is_gradient
from hairpipe.extract.color.tones import Tones, hair_tones
from hairpipe.lab.synthetic import draw_portrait

BLUE, PINK, GREEN = (64, 120, 224), (240, 130, 180), (64, 160, 64)


def tones_of(image: np.ndarray) -> Tones:
    return hair_tones(image, np.ones(image.shape[:2], bool), reduce_colors(image, 12))


def stripes(*colors: tuple[int, int, int]) -> np.ndarray:
    return np.repeat(np.array([colors], np.uint8), 30, axis=1).repeat(60, axis=0)


def faded(top: tuple[int, int, int], bottom: tuple[int, int, int]) -> np.ndarray:
    levels = np.linspace(top, bottom, 80)
    return np.repeat(np.rint(levels).astype(np.uint8)[:, None], 40, axis=1)


@pytest.mark.parametrize(
    ("image", "pattern"),
    [
        (stripes(BLUE), "single"),
        (stripes(BLUE, (44, 84, 158), (120, 165, 245)), "single"),
        (stripes(BLUE, PINK), "two_tone"),
        (stripes(BLUE, PINK, GREEN), "multicolored"),
        (faded(BLUE, PINK), "gradient"),
    ],
)
def test_layouts(image, pattern):
    assert hair_pattern(tones_of(image)) == pattern


def test_tips_in_another_color_are_no_gradient():
    assert not is_gradient(tones_of(np.vstack([stripes(BLUE), stripes(PINK)])))


def test_a_gradient_upside_down_is_one_and_across_is_none():
    assert is_gradient(tones_of(faded(PINK, BLUE)))
    assert not is_gradient(tones_of(np.rot90(faded(PINK, BLUE))))


def test_hair_in_one_row_is_no_gradient():
    assert not is_gradient(tones_of(stripes(BLUE, PINK)[:1]))


def test_no_hair_has_no_pattern():
    image = stripes(BLUE)
    tones = hair_tones(image, np.zeros(image.shape[:2], bool), reduce_colors(image, 2))
    assert hair_pattern(tones) is None


def test_patterns_of_drawn_hair_are_told_apart_mostly():
    right = 0
    portraits = [draw_portrait(seed) for seed in range(40)]
    for drawn in portraits:
        tones = hair_tones(drawn.image, drawn.hair_mask, reduce_colors(drawn.image, 12))
        right += hair_pattern(tones) == drawn.pattern
    assert right >= 0.7 * len(portraits)


def test_most_drawn_gradients_are_found_and_plain_hair_is_none():
    found: dict[str, list[bool]] = {"gradient": [], "single": []}
    for seed in range(80):
        drawn = draw_portrait(seed)
        if drawn.pattern in found:
            palette = reduce_colors(drawn.image, 12)
            found[drawn.pattern].append(is_gradient(hair_tones(drawn.image, drawn.hair_mask, palette)))
    assert np.mean(found["gradient"]) >= 0.6
    assert np.mean(found["single"]) <= 0.02
