from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hairpipe.extract.learned.traits import (
    LENGTH_TRAITS,
    TRUST_TRAITS,
    expected_overlap,
    length_traits,
    trust_traits,
)
from hairpipe.extract.network.prediction import PRESENCES, Prediction
from hairpipe.extract.result import Box, Face

PRESENCE = np.full(len(PRESENCES), 0.2, np.float32)
boxes = st.builds(Box, *[st.floats(-20, 20)] * 2, *[st.floats(1, 40)] * 2)


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


@given(
    hnp.arrays(np.float32, (16, 15), elements=st.floats(0, 1, width=32)),
    hnp.arrays(bool, (16, 15)),
    st.none() | boxes,
)
def test_traits_of_trust_are_finite(pixels: np.ndarray, mask: np.ndarray, box: Box | None) -> None:
    face = None if box is None else Face(box, "given")
    traits = trust_traits(pixels, Prediction(pixels, pixels, PRESENCE), mask, face)
    assert traits.shape == (len(TRUST_TRAITS),)
    assert np.isfinite(traits).all()


@given(hnp.arrays(bool, (30, 20)), boxes)
def test_traits_of_length_are_finite(mask: np.ndarray, face: Box) -> None:
    traits = length_traits(mask, face)
    assert traits.shape == (len(LENGTH_TRAITS),)
    assert np.isfinite(traits).all()


def test_long_hair_reaches_lower() -> None:
    short, long = np.zeros((200, 100), bool), np.zeros((200, 100), bool)
    short[20:60, 30:70] = True
    long[20:180, 20:80] = True
    face = Box(35, 40, 30, 40)
    one, other = (dict(zip(LENGTH_TRAITS, length_traits(mask, face), strict=True)) for mask in (short, long))
    assert one["lowest"] < 0 < other["lowest"]
    assert one["share_below_chin"] == 0 < other["share_below_chin"]
