from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.lab.synthetic.drawing.curves import (
    Frame,
    closed_curve,
    ellipses,
    lock_outlines,
    mirrored,
    open_curve,
    points,
    spines,
)
from hairpipe.lab.synthetic.sheet import POINTS_PER_PIXEL

COORDINATE = st.floats(-10, 10)
CONTROL = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=12)


@given(control=CONTROL)
def test_curves_go_through_their_control_points(control: list[tuple[float, float]]) -> None:
    for curve in (closed_curve(control), open_curve(control)):
        distances = np.linalg.norm(curve[:, None] - np.array(control)[None], axis=-1)
        assert distances.min(axis=0).max() < 1e-9


def test_a_closed_curve_has_no_end() -> None:
    square = closed_curve([(0, 0), (1, 0), (1, 1), (0, 1)])
    steps = np.linalg.norm(np.diff(square, axis=0, append=square[:1]), axis=1)
    assert steps.max() < 0.4


def test_a_mirrored_outline_is_symmetric() -> None:
    outline = mirrored([(0.1, -1), (1, 0), (0.2, 1)])
    assert np.array_equal(outline[::-1] * (-1, 1), outline)


@given(tilt=st.floats(-3, 3), unit=st.floats(1, 100), place=st.tuples(COORDINATE, COORDINATE))
def test_a_frame_knows_the_height_of_what_it_placed(
    tilt: float, unit: float, place: tuple[float, float]
) -> None:
    frame = Frame((50.0, 40.0), unit, tilt)
    x, y = frame.place(place) / POINTS_PER_PIXEL
    height = frame.height_at(np.array([[y]], np.float32), np.array([x], np.float32))
    assert height.item() == pytest.approx(place[1], abs=0.2)


def test_a_lock_narrows_from_its_root_to_its_tip() -> None:
    curve = spines([(0, 0)], [(0, 5)], [(0, 10)])
    (outline,) = lock_outlines(curve, [2.0], swell=1.0)
    count = curve.shape[1]
    widths = np.abs(outline[:count, 0] - outline[count:, 0][::-1])
    assert widths[0] == pytest.approx(2.0)
    assert (np.diff(widths) <= 0).all() and widths[-1] == pytest.approx(0.0)


def test_a_blunt_lock_keeps_part_of_its_width() -> None:
    curve = spines([(0, 0)], [(0, 5)], [(0, 10)])
    (outline,) = lock_outlines(curve, [2.0], blunt=0.75)
    count = curve.shape[1]
    assert np.abs(outline[count - 1] - outline[count])[0] == pytest.approx(1.5)


def test_a_lock_without_length_is_a_point() -> None:
    outlines = lock_outlines(spines([(1, 1)], [(1, 1)], [(1, 1)]), [2.0])
    assert np.allclose(outlines, 1.0)


def test_points_repeat_a_single_coordinate() -> None:
    assert points([1, 2], 3).tolist() == [[1, 3], [2, 3]]


def test_ellipses_have_their_centers_and_radii() -> None:
    outlines = ellipses([(0, 0), (5, 5)], [(1, 2), (3, 1)])
    assert outlines.shape == (2, 24, 2)
    assert np.allclose(outlines.mean(axis=1), [(0, 0), (5, 5)])
    assert np.allclose(outlines.max(axis=1), [(1, 2), (8, 6)])
