from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.extract.face.box import PRIOR, box_at, box_problem, main_box, middle_of, prior_face
from hairpipe.extract.result import Box
from tests.extract.reference import middle_pixels

ANY_NUMBER = st.floats(allow_nan=True, allow_infinity=True)
SIDES = st.integers(1, 40)


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        ((math.nan, 0, 10, 10), "no number"),
        ((0, 0, math.inf, 10), "no number"),
        ((0, 0, 0, 10), "no area"),
        ((0, 0, 10, -10), "no area"),
        ((0, 0, 10, 0.5), "no area"),
        ((200, 0, 10, 10), "outside"),
        ((-30, -30, 20, 20), "outside"),
        ((-8, 0, 10, 10), "outside"),
        ((0, 0, 5000, 5000), "outside"),
        ((1e300, 1e300, 1e300, 1e300), "outside"),
    ],
)
def test_impossible_boxes_have_a_reason(box, reason):
    assert reason in box_problem(Box(*box), 100, 168)


@pytest.mark.parametrize("box", [(0, 0, 100, 168), (-4, 10, 10, 10), (93, 160, 10, 10), (50.5, 3.2, 1, 1)])
def test_boxes_at_the_border_are_possible(box):
    assert box_problem(Box(*box), 100, 168) is None


@given(ANY_NUMBER, ANY_NUMBER, ANY_NUMBER, ANY_NUMBER, SIDES, SIDES)
def test_a_possible_box_has_a_middle_in_the_picture(x, y, w, h, width, height):
    box = Box(x, y, w, h)
    if box_problem(box, width, height) is not None:
        return
    inside = np.zeros((height, width), bool)
    inside[middle_of(box, width, height)] = True
    assert inside.any()
    assert [(int(row), int(column)) for row, column in np.argwhere(inside)] == middle_pixels(
        box, height, width
    )


def test_of_faces_of_one_size_the_central_one_is_taken():
    boxes = [Box(0, 0, 20, 20), Box(40, 70, 20, 20), Box(80, 140, 20, 20)]
    assert main_box(boxes, 100, 168) == 1


def test_of_faces_equally_central_the_largest_is_taken():
    boxes = [Box(10, 60, 20, 20), Box(60, 50, 40, 40)]
    assert main_box(boxes, 100, 140) == 1


def test_a_speck_in_the_middle_does_not_win_over_a_face():
    boxes = [Box(49, 83, 4, 4), Box(10, 60, 45, 45)]
    assert main_box(boxes, 100, 168) == 1


@given(st.integers(1, 2000), st.integers(1, 2000))
def test_the_usual_place_of_a_face_is_possible_and_marked(width, height):
    face = prior_face(width, height)
    assert face.source == PRIOR
    assert face.box.x >= 0
    assert face.box.y >= 0
    assert face.box.x + face.box.w <= width + 1e-9
    assert face.box.y + face.box.h <= height + 1e-9
    assert face.score is not None
    assert face.score < 0.5
    assert (width < 3 or height < 3) or box_problem(face.box, width, height) is None


def test_a_box_keeps_its_place_at_another_size() -> None:
    assert box_at((35, 50), Box(10, 20, 30, 40), (70, 50)) == Box(10, 10, 30, 20)
