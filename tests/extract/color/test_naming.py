from __future__ import annotations

import colorsys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairpipe.extract.color.lab import delta_e_2000, rgb_to_lab
from hairpipe.extract.color.monochrome import is_monochrome
from hairpipe.extract.color.naming import name_hair
from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.color.tones import SHADE_WEIGHT
from hairpipe.extract.result import Box
from hairpipe.extract.settings import NamingSettings
from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.lab.synthetic import draw_portrait
from tests.extract.drawing import pictures


def striped(*stripes: tuple[tuple[int, int, int], int]) -> np.ndarray:
    """Return a picture of columns: each colour as many columns wide as said."""
    columns = [color for color, width in stripes for _ in range(width)]
    return np.repeat(np.array([columns], np.uint8), 20, axis=0)


def named(image: np.ndarray, numbers: NamingSettings | None = None):
    return name_hair(image, np.ones(image.shape[:2], bool), reduce_colors(image, 12), numbers)


@settings(max_examples=60, deadline=None)
@given(pictures(), st.integers(0, 2**32 - 1), st.floats(0, 30), st.floats(0, 0.5))
def test_what_always_holds(image, seed, distance, min_share):
    mask = np.random.default_rng(seed).random(image.shape[:2]) < 0.7
    numbers = NamingSettings(merge_delta_e=distance, min_share=min_share)
    hair = name_hair(image, mask, reduce_colors(image, 8), numbers)
    assert (hair.pattern is None) == (not hair.colors) == (not mask.any())
    if not hair.colors:
        return
    assert sum(color.pixels for color in hair.colors) == mask.sum()
    assert sum(color.share for color in hair.colors) == pytest.approx(1)
    pixels = [color.pixels for color in hair.colors]
    assert pixels == sorted(pixels, reverse=True)
    assert len(hair.colors) == 1 or min(color.share for color in hair.colors) >= min_share
    for color in hair.colors:
        assert (color.name is None) == is_monochrome(image, None)
        assert color.name is None or color.name in COLOR_NAMES
        assert color.name not in color.also
        assert color.hex == "#" + bytes(color.rgb).hex()
        assert color.lab == pytest.approx(rgb_to_lab(color.rgb))
        hue, saturation, value = colorsys.rgb_to_hsv(*(level / 255 for level in color.rgb))
        assert color.hsv == pytest.approx((hue * 360, saturation, value))
        assert 0 <= color.margin <= color.probability <= 1


@settings(max_examples=40, deadline=None)
@given(pictures())
def test_colors_that_remain_are_apart(image):
    labs = np.array([color.lab for color in named(image).colors])
    differences = delta_e_2000(labs[:, None], labs[None], SHADE_WEIGHT)
    # Each colour is rounded to whole levels after merging.
    assert (differences[~np.eye(len(labs), dtype=bool)] >= 14 - 1.5).all()


def test_base_shade_and_shine_are_one_color_that_looks_like_the_base():
    base, shade, shine = (64, 120, 224), (40, 84, 168), (120, 165, 245)
    [color] = named(striped((base, 20), (shade, 8), (shine, 8))).colors
    assert (color.rgb, color.name, color.pixels) == (base, "blue", 36 * 20)
    assert (color.shade_hex, color.shine_hex) == ("#2854a8", "#78a5f5")


def test_a_flat_color_has_neither_shade_nor_shine():
    [color] = named(striped(((64, 120, 224), 20))).colors
    assert (color.shade_hex, color.shine_hex) == (None, None)


def test_different_colors_stay_apart_with_their_shares():
    hair = named(striped(((240, 160, 192), 30), ((64, 160, 64), 10)))
    assert [(color.name, color.share) for color in hair.colors] == [("pink", 0.75), ("green", 0.25)]
    assert hair.pattern == "two_tone"


def test_a_trace_of_a_color_joins_its_nearest():
    image = striped(((240, 160, 192), 60), ((64, 160, 64), 60), ((200, 220, 60), 2))
    hair = named(image)
    assert [color.pixels for color in hair.colors] == [62 * 20, 60 * 20]
    assert [color.name for color in hair.colors] == ["green", "pink"]


def test_hair_in_a_picture_without_colors_has_no_name():
    [light, dark] = named(striped(((250, 250, 250), 40), ((20, 20, 20), 30))).colors
    assert light.name is dark.name is None
    assert (light.modifier, light.margin, light.hex) == (None, 0, "#fafafa")


def test_black_and_white_hair_beside_a_colored_face_has_a_name():
    image = striped(((20, 20, 22), 30), ((250, 224, 205), 30))
    mask = np.zeros(image.shape[:2], bool)
    mask[:, :30] = True
    hair = name_hair(image, mask, reduce_colors(image, 12), None, Box(30, 0, 30, 20))
    assert [color.name for color in hair.colors] == ["black"]


def test_the_true_hair_of_drawn_portraits_is_named_right_mostly():
    portraits = [draw_portrait(seed) for seed in range(60)]
    right = [
        name_hair(drawn.image, drawn.hair_mask, reduce_colors(drawn.image, 12)).colors[0].name
        == drawn.colors[0].name
        for drawn in portraits
    ]
    assert np.mean(right) >= 0.8


def test_a_second_name_is_told_where_people_may_use_it_as_well():
    colors = [
        color
        for seed in range(12)
        for drawn in [draw_portrait(seed)]
        for color in name_hair(drawn.image, drawn.hair_mask, reduce_colors(drawn.image, 12)).colors
    ]
    assert any(color.second_name for color in colors)
    for color in colors:
        assert (color.second_name is None) == (color.second_probability is None)
        if color.second_probability is not None:
            assert color.second_name != color.name
            assert color.probability / 2 <= color.second_probability <= color.probability
