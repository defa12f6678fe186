from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.color.tones import hair_tones
from tests.extract.drawing import pictures


@settings(max_examples=50, deadline=None)
@given(pictures(), st.integers(0, 2**32 - 1))
def test_tones_are_the_palettes_colors_within_the_hair(image, seed):
    palette = reduce_colors(image, 6)
    mask = np.random.default_rng(seed).random(image.shape[:2]) < 0.5
    tones = hair_tones(image, mask, palette)
    assert tones.pixels.sum() == mask.sum()
    assert (np.diff(tones.pixels) <= 0).all()
    np.testing.assert_array_equal(tones.pixels_by_row.sum(axis=1), tones.pixels)
    np.testing.assert_array_equal(tones.pixels_by_row.sum(axis=0), mask.sum(axis=1))
    if mask.any():
        mean = tones.pixels @ tones.rgb / mask.sum()
        assert mean == pytest.approx(image[mask].mean(axis=0))


def test_no_hair_has_no_tones():
    image = np.zeros((5, 4, 3), np.uint8)
    tones = hair_tones(image, np.zeros((5, 4), bool), reduce_colors(image, 3))
    assert tones.rgb.shape == tones.lab.shape == (0, 3)
    assert tones.pixels.size == 0
