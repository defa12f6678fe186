from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairpipe.extract.article.hull import fill_convex, hull_corners
from tests.extract.drawing import masks
from tests.extract.reference import inside_hull


@settings(max_examples=80, deadline=None)
@given(masks(24))
def test_the_filled_hull_as_scipys(mask):
    corners = hull_corners(mask)
    expected = inside_hull(np.argwhere(mask)[:, ::-1].astype(float), *mask.shape)
    np.testing.assert_array_equal(fill_convex(corners, mask.shape), expected)


@settings(max_examples=80, deadline=None)
@given(masks(24))
def test_the_hull_covers_the_mask_and_is_its_own_hull(mask):
    filled = fill_convex(hull_corners(mask), mask.shape)
    assert (filled | ~mask).all()
    np.testing.assert_array_equal(fill_convex(hull_corners(filled), mask.shape), filled)


@settings(max_examples=60, deadline=None)
@given(masks(20), st.integers(2, 12), st.integers(-60, 60), st.integers(-60, 60))
def test_polygons_that_leave_the_picture(mask, scale, right, down):
    # Quarters are exact in binary, so no pixel comes to lie on the other side of the outline.
    scale, right, down = scale / 4, right / 4, down / 4
    corners = hull_corners(mask) * scale + (right, down)
    points = np.argwhere(mask)[:, ::-1] * scale + (right, down)
    padded = inside_hull(points + 80, 300, 300)[80 : 80 + mask.shape[0], 80 : 80 + mask.shape[1]]
    np.testing.assert_array_equal(fill_convex(corners, mask.shape), padded)


def test_an_empty_mask_has_no_corners():
    assert hull_corners(np.zeros((3, 4), bool)).shape == (0, 2)
    assert not fill_convex(np.empty((0, 2)), (3, 4)).any()


@pytest.mark.parametrize("place", [(0, 0), (2, 3)])
def test_a_single_pixel_is_its_own_hull(place):
    mask = np.zeros((3, 4), bool)
    mask[place] = True
    np.testing.assert_array_equal(fill_convex(hull_corners(mask), mask.shape), mask)


def test_a_polygon_outside_the_picture_fills_nothing():
    assert not fill_convex(np.array([[-9.0, -9], [-5, -9], [-5, -4]]), (10, 10)).any()
