from __future__ import annotations

import numpy as np
import pytest

from hairpipe.extract.article.hull import fill_convex, hull_corners
from hairpipe.extract.article.scalp_line import center_of_mass, enlarged_hull, scalp_line


def face(height: int, width: int, x: int, y: int, size: int) -> np.ndarray:
    mask = np.zeros((height, width), bool)
    mask[max(0, y) : y + size, max(0, x) : x + size] = True
    return mask


def test_the_ring_lies_round_the_face():
    mask = face(120, 100, 30, 40, 40)
    line = scalp_line(mask, hull_corners(mask))
    assert line.ring.any()
    assert not (line.ring & mask).any()
    np.testing.assert_array_equal(line.ring, line.outer & ~line.inner)
    assert (line.inner | ~mask).all()
    assert (line.outer | ~line.inner).all()


def test_the_bias_makes_the_ring_higher_above_than_below():
    mask = face(200, 200, 80, 80, 40)
    biased = np.flatnonzero(scalp_line(mask, hull_corners(mask)).ring[:, 100])
    above, below = (biased < 80).sum(), (biased > 119).sum()
    assert above > below > 0
    plain = np.flatnonzero(scalp_line(mask, hull_corners(mask), bias=1).ring[:, 100])
    assert (plain < 80).sum() == (plain > 119).sum()


def test_the_enlargement_above_the_centre_is_bias_times_what_scaling_gives():
    mask = face(200, 200, 80, 80, 41)
    corners, center = hull_corners(mask), center_of_mass(mask)
    enlarged = enlarged_hull(corners, center, 1.3, 1.5)
    assert center[1] - enlarged[:, 1].min() == pytest.approx(20 * (1 + 0.3 * 1.5))
    assert enlarged[:, 1].max() - center[1] == pytest.approx(20 * (1 + 0.3 * 0.5))
    assert np.ptp(enlarged[:, 0]) == pytest.approx(40 * 1.3)


@pytest.mark.parametrize(("right", "down"), [(0, 0), (300, 500), (700, 260)])
def test_the_ring_is_the_same_wherever_the_face_is(right, down):
    near = face(80, 80, 20, 25, 30)
    far = face(80 + down, 80 + right, 20 + right, 25 + down, 30)
    ring = scalp_line(far, hull_corners(far)).ring
    np.testing.assert_array_equal(ring[down:, right:], scalp_line(near, hull_corners(near)).ring)
    assert ring.sum() == ring[down:, right:].sum()


@pytest.mark.parametrize(("x", "y"), [(-15, 20), (70, 20), (20, -15), (20, 75)])
def test_the_border_cuts_the_ring_and_moves_nothing(x, y):
    corners = np.array([[x, y], [x + 30, y], [x + 30, y + 30], [x, y + 30]], float)
    mask = fill_convex(corners, (90, 90))
    wide = fill_convex(corners + 100, (290, 290))
    line = scalp_line(mask, hull_corners(mask))
    assert line.ring.any()
    # What the picture shows of the face decides; seen in a wider frame, the ring is the same.
    shown = np.zeros_like(wide)
    shown[100:190, 100:190] = mask
    wide_ring = scalp_line(shown, hull_corners(shown)).ring
    np.testing.assert_array_equal(wide_ring[100:190, 100:190], line.ring)


def test_a_face_that_fills_the_picture_has_no_ring():
    mask = np.ones((20, 20), bool)
    assert not scalp_line(mask, hull_corners(mask)).ring.any()


def test_a_face_of_one_pixel_has_no_ring():
    mask = face(20, 20, 9, 9, 1)
    assert not scalp_line(mask, hull_corners(mask)).ring.any()
