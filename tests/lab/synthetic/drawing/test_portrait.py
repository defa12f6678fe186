from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.lab.synthetic import DrawnPortrait, draw_portrait
from hairpipe.lab.synthetic.drawing.style import Backdrop, ColorLayout

MANY = range(60)


@given(seed=st.integers(0, 2**40), height=st.integers(32, 260), width=st.integers(32, 260))
@settings(max_examples=40, deadline=None)
def test_the_truth_fits_the_picture_at_any_size(seed: int, height: int, width: int) -> None:
    drawn = draw_portrait(seed, height, width)
    assert drawn.image.shape == (height, width, 3) and drawn.image.dtype == np.uint8
    masks = (drawn.hair_mask, drawn.face_mask, drawn.skin_mask, drawn.figure_mask)
    assert all(mask.shape == (height, width) and mask.dtype == bool and mask.any() for mask in masks)
    assert not (drawn.hair_mask & (drawn.face_mask | drawn.skin_mask)).any()
    assert not (drawn.hair_mask & ~drawn.figure_mask).any()
    x, y, w, h = drawn.face_box
    assert 0 <= x < x + w <= width and 0 <= y < y + h <= height
    assert drawn.face_mask[y : y + h, x : x + w].any()


@given(seed=st.integers(0, 2**40))
@settings(max_examples=40, deadline=None)
def test_the_colors_are_named_shares_of_the_hair_largest_first(seed: int) -> None:
    drawn = draw_portrait(seed, 64, 48)
    shares = [color.share for color in drawn.colors]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True) and min(shares) > 0
    assert {color.name for color in drawn.colors} <= set(drawn.style.hair_names) <= set(COLOR_NAMES)


def test_the_same_seed_draws_the_same_portrait() -> None:
    first, second, other = draw_portrait((3, 4)), draw_portrait((3, 4)), draw_portrait((3, 5))
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.hair_mask, second.hair_mask)
    assert first.style == second.style
    assert not np.array_equal(first.image, other.image)


def test_a_seed_draws_the_same_figure_at_another_size() -> None:
    for seed in range(8):
        small, large = draw_portrait(seed, 120, 90), draw_portrait(seed, 240, 180)
        assert small.style == large.style
        shrunk = cv2.resize(large.hair_mask.astype(np.float32), (90, 120), interpolation=cv2.INTER_AREA) > 0.5
        assert (shrunk & small.hair_mask).sum() / (shrunk | small.hair_mask).sum() > 0.9


def test_hair_has_its_color_and_little_else_has() -> None:
    inside, outside = zip(*(_shares_of_the_true_color(seed) for seed in _plain_portraits()), strict=True)
    assert np.median(inside) > 0.4
    assert np.median(outside) < 0.15


def test_white_and_flat_backdrops_are_one_color_away_from_the_figure() -> None:
    for seed in MANY:
        drawn = draw_portrait(seed, 96, 64)
        if drawn.style.backdrop is Backdrop.WHITE and not drawn.style.painted:
            far = cv2.erode((~drawn.figure_mask).astype(np.uint8), np.ones((15, 15), np.uint8)).astype(bool)
            assert (drawn.image[far] > 235).all()


def test_two_colored_hair_shows_both_colors_where_they_lie() -> None:
    drawn = [draw_portrait(seed, 96, 64) for seed in range(150)]
    two = [portrait for portrait in drawn if portrait.style.layout is ColorLayout.HALVES]
    assert two
    for portrait in two:
        assert len(portrait.colors) == 2 and portrait.colors[1].share > 0.02


@pytest.mark.parametrize("size", [(31, 100), (100, 31), (0, 0)])
def test_a_side_too_short_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="32 pixels"):
        draw_portrait(0, *size)


def _plain_portraits() -> list[int]:
    return [seed for seed in MANY if draw_portrait(seed, 32, 32).style.layout is ColorLayout.UNIFORM]


def _shares_of_the_true_color(seed: int) -> tuple[float, float]:
    drawn = draw_portrait(seed, 168, 100)
    near = np.abs(drawn.image.astype(int) - drawn.colors[0].rgb).max(axis=-1) < 45
    return _part(drawn, near, drawn.hair_mask), _part(drawn, near, ~drawn.hair_mask)


def _part(drawn: DrawnPortrait, near: np.ndarray, where: np.ndarray) -> float:
    return float(near[where].mean())
