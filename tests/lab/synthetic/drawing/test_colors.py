from __future__ import annotations

import colorsys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.lab.synthetic.drawing.colors import (
    HAIR_RANGES,
    hair_name,
    hair_rgb,
    lit,
    mixed,
    rgb_of_hsv,
    skin_rgb,
)

CHANNEL = st.integers(0, 255)
RGB = st.tuples(CHANNEL, CHANNEL, CHANNEL)


def test_every_name_has_a_range() -> None:
    assert set(HAIR_RANGES) == set(COLOR_NAMES)


@pytest.mark.parametrize("name", COLOR_NAMES)
def test_a_hair_color_lies_in_the_range_of_its_name(name: str) -> None:
    rng = np.random.default_rng(0)
    place = HAIR_RANGES[name]
    for _ in range(50):
        _, saturation, value = colorsys.rgb_to_hsv(*(part / 255 for part in hair_rgb(name, rng)))
        assert place.saturation[0] - 0.03 <= saturation <= place.saturation[1] + 0.03
        assert place.value[0] - 0.01 <= value <= place.value[1] + 0.01


def test_common_names_come_more_often_and_excluded_ones_never() -> None:
    rng = np.random.default_rng(0)
    counts = Counter(hair_name(rng, other_than=("black",)) for _ in range(2000))
    assert set(counts) == set(COLOR_NAMES) - {"black"}
    assert counts["brown"] > counts["aqua"]


def test_skin_is_warm() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        red, green, blue = skin_rgb(rng)
        assert red > green > blue


@given(first=RGB, second=RGB)
def test_mixing_starts_at_the_first_and_ends_at_the_second(
    first: tuple[int, int, int], second: tuple[int, int, int]
) -> None:
    assert mixed(first, second, 0.0) == first
    assert mixed(first, second, 1.0) == second


@given(rgb=RGB, value=st.floats(0, 3), saturation=st.floats(0, 3), hue=st.floats(-400, 400))
def test_lighting_stays_within_eight_bits(
    rgb: tuple[int, int, int], value: float, saturation: float, hue: float
) -> None:
    assert all(0 <= part <= 255 for part in lit(rgb, value, saturation, hue))


@given(rgb=RGB)
def test_lighting_by_one_keeps_the_color(rgb: tuple[int, int, int]) -> None:
    assert np.abs(np.subtract(lit(rgb, 1.0), rgb)).max() <= 1


def test_hsv_corners() -> None:
    assert rgb_of_hsv(0, 1, 1) == (255, 0, 0)
    assert rgb_of_hsv(480, 1, 1) == (0, 255, 0)
    assert rgb_of_hsv(77, 0, 2) == (255, 255, 255)
