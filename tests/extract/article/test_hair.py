from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairpipe.extract.article.hair import pixels_of_colors, ring_shares
from hairpipe.extract.color.palette import reduce_colors
from tests.extract.drawing import head, pictures


@settings(max_examples=40, deadline=None)
@given(pictures(), st.data())
def test_shares_of_the_ring(image, data):
    palette = reduce_colors(image, 6)
    places = data.draw(st.lists(st.integers(0, palette.labels.size - 1), min_size=1))
    ring = np.zeros(palette.labels.size, bool)
    ring[places] = True
    ring = ring.reshape(palette.labels.shape)
    shares = ring_shares(palette, ring)
    assert shares.sum() == pytest.approx(1)
    for index, share in enumerate(shares):
        assert share == pytest.approx((palette.labels[ring] == index).mean())


def test_pixels_of_colors():
    palette = reduce_colors(head(), 6)
    chosen = np.array([0, 2])
    np.testing.assert_array_equal(pixels_of_colors(palette, chosen), np.isin(palette.labels, chosen))
    assert not pixels_of_colors(palette, np.array([], int)).any()
