from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.extract.face.box import box_problem
from hairpipe.extract.learned.window import box_in_window, close_up, head_window, is_small
from hairpipe.extract.result import Box


def test_a_large_face_needs_none() -> None:
    assert close_up(Box(60, 80, 100, 110), (350, 225)) is None


def test_a_small_face_is_shown_with_the_place_of_its_hair() -> None:
    window = close_up(Box(300, 100, 50, 60), (900, 700))
    assert window is not None
    assert window == (slice(28, 328), slice(240, 410))
    assert box_in_window(Box(300, 100, 50, 60), window) == Box(60, 72, 50, 60)


@given(
    st.tuples(st.integers(1, 400), st.integers(1, 400)),
    st.builds(Box, st.floats(-20, 400), st.floats(-20, 400), st.floats(0.1, 400), st.floats(0.1, 400)),
)
def test_it_lies_in_the_picture_and_leaves_much_of_it_out(size: tuple[int, int], face: Box) -> None:
    if box_problem(face, size[1], size[0]) is not None:
        return
    window = close_up(face, size)
    if window is None:
        return
    picture = np.arange(size[0] * size[1]).reshape(size)
    part = picture[window]
    assert 0 < part.size < picture.size * 0.85
    rows, columns = window
    assert part.shape == (rows.stop - rows.start, columns.stop - columns.start)
    covered = np.zeros(size, bool)
    covered[window] = True
    assert covered[max(0, int(face.y)), max(0, int(face.x))]


def hair_at(size: tuple[int, int], *boxes: tuple[int, int, int, int]) -> np.ndarray:
    hair = np.zeros(size, np.float32)
    for top, bottom, left, right in boxes:
        hair[top:bottom, left:right] = 0.9
    return hair


@pytest.mark.parametrize(
    ("hair", "face", "expected"),
    [
        # Round the hair, with a fifth of its longer side left free.
        (((100, 200, 300, 350),), None, (slice(80, 220), slice(280, 370))),
        # The face belongs to it.
        (((100, 200, 300, 350),), Box(300, 200, 50, 50), (slice(70, 280), slice(270, 380))),
        # The largest patch counts; with a face, the largest in its close-up.
        (((100, 200, 300, 350), (500, 700, 100, 300)), None, (slice(460, 740), slice(60, 340))),
        (
            ((100, 200, 300, 350), (500, 700, 100, 300)),
            Box(300, 200, 50, 50),
            (slice(70, 280), slice(270, 380)),
        ),
        # Hair that does not reach above the face is not all of it.
        (((220, 300, 290, 350),), Box(300, 200, 50, 50), close_up(Box(300, 200, 50, 50), (800, 600))),
        # Without hair, the face's close-up; with neither, nothing; nor where the head fills the picture.
        ((), Box(300, 200, 50, 50), close_up(Box(300, 200, 50, 50), (800, 600))),
        ((), None, None),
        (((50, 700, 50, 550),), Box(200, 200, 200, 200), None),
        # Noise is no hair.
        (((100, 105, 300, 305),), None, None),
    ],
)
def test_the_head_is_where_hair_and_face_are(hair, face, expected) -> None:
    assert head_window(hair_at((800, 600), *hair), face) == expected


def test_a_head_that_fills_half_of_the_picture_is_not_small() -> None:
    assert is_small((slice(0, 100), slice(0, 100)), (400, 100))
    assert not is_small((slice(0, 100), slice(0, 100)), (200, 100))
