from __future__ import annotations

from collections import Counter
from enum import StrEnum

import numpy as np
import pytest

from hairpipe.lab.synthetic.drawing.style import (
    Backdrop,
    ColorLayout,
    Fringe,
    Gender,
    HairLength,
    HairPattern,
    HairStyle,
    Headwear,
    Style,
    choose_style,
    chosen,
)


@pytest.fixture(scope="module")
def styles() -> list[Style]:
    return [choose_style(np.random.default_rng(seed)) for seed in range(1500)]


@pytest.mark.parametrize(
    ("kinds", "attribute"),
    [
        (Backdrop, "backdrop"),
        (ColorLayout, "layout"),
        (Fringe, "fringe"),
        (Gender, "gender"),
        (HairLength, "hair_length"),
        (HairPattern, "pattern"),
        (HairStyle, "hair_style"),
        (Headwear, "headwear"),
    ],
)
def test_every_kind_is_drawn(styles: list[Style], kinds: type[StrEnum], attribute: str) -> None:
    assert {getattr(style, attribute) for style in styles} == set(kinds)


def test_males_mostly_have_short_hair_and_females_do_not(styles: list[Style]) -> None:
    counts = Counter((style.gender, style.hair_length is HairLength.SHORT) for style in styles)
    assert counts[Gender.MALE, True] > counts[Gender.MALE, False]
    assert counts[Gender.FEMALE, True] < counts[Gender.FEMALE, False]


def test_the_pattern_follows_from_layout_and_colors(styles: list[Style]) -> None:
    for style in styles:
        assert len(set(style.hair_names)) == len(style.hair_names) == len(style.hair_rgbs)
        assert (style.pattern is HairPattern.SINGLE) == (len(style.hair_names) == 1)
        assert (style.pattern is HairPattern.GRADIENT) == (style.layout is ColorLayout.GRADIENT)


def test_clothes_like_the_hair_have_its_color(styles: list[Style]) -> None:
    alike = [style for style in styles if style.cloth_like_hair]
    assert alike
    assert all(style.cloth_rgb == style.hair_rgbs[0] for style in alike)


@pytest.mark.parametrize(
    ("draw", "expected"), [(0.0, "a"), (0.24, "a"), (0.26, "b"), (0.999, "b"), (1.0, "b")]
)
def test_chosen_shares_the_range_by_weight(draw: float, expected: str) -> None:
    assert chosen({"a": 1, "b": 3}, draw) == expected
