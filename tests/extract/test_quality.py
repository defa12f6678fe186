from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.extract.color.naming import name_hair
from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.quality import expected_overlap, overall_quality


def test_certain_pixels_overlap_fully():
    mask = np.array([[True, False], [True, False]])
    assert expected_overlap(mask.astype(float), mask) == 1
    assert expected_overlap((~mask).astype(float), mask) == 0


def test_doubt_inside_and_outside_lowers_the_overlap():
    mask = np.array([[True, True, False, False]])
    assert expected_overlap(np.array([[1.0, 0.5, 0.5, 0.0]]), mask) == pytest.approx(1.5 / 2.5)


def test_nothing_found_and_nothing_likely_is_no_overlap():
    assert expected_overlap(np.zeros((3, 3)), np.zeros((3, 3), bool)) == 0


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.95))
def test_it_is_near_the_mean_overlap_of_masks_drawn_by_the_probabilities(seed, threshold):
    chance = np.random.default_rng(seed)
    probabilities = chance.random((60, 60))
    mask = probabilities > threshold
    drawn = [chance.random((60, 60)) < probabilities for _ in range(8)]
    overlaps = [(mask & true).sum() / (mask | true).sum() for true in drawn]
    assert expected_overlap(probabilities, mask) == pytest.approx(np.mean(overlaps), abs=0.03)


def test_a_doubtful_name_lowers_the_quality_of_a_mask():
    image = np.full((10, 10, 3), (200, 30, 40), np.uint8)
    [color] = name_hair(image, np.ones((10, 10), bool), reduce_colors(image, 2)).colors
    quality = overall_quality(0.8, color)
    assert quality is not None
    assert 0.3 < quality < 0.8
    assert overall_quality(0.8, None) == 0.8
    assert overall_quality(None, color) is None
