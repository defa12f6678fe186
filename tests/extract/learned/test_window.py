from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.extract.face import box_problem
from hairpipe.extract.learned.window import close_up, likely_places
from hairpipe.extract.result import Box


def test_a_large_face_needs_none() -> None:
    assert close_up(Box(60, 80, 100, 110), (350, 225)) is None


def test_a_small_face_is_shown_with_the_place_of_its_hair() -> None:
    window = close_up(Box(300, 100, 50, 60), (900, 700))
    assert window is not None
    assert (window.top, window.bottom, window.left, window.right) == (28, 328, 240, 410)
    assert window.box(Box(300, 100, 50, 60)) == Box(60, 72, 50, 60)


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
    part = window.cut(picture)
    assert 0 < part.size < picture.size * 0.85
    back = window.put_back(np.ones(part.shape, bool), size)
    np.testing.assert_array_equal(picture[back].reshape(part.shape), part)
    assert back[max(0, int(face.y)), max(0, int(face.x))]


@given(st.tuples(st.integers(1, 2000), st.integers(1, 2000)))
def test_likely_places_are_parts_of_the_picture(size: tuple[int, int]) -> None:
    for window in likely_places(size):
        assert 0 <= window.top < window.bottom <= size[0]
        assert 0 <= window.left < window.right <= size[1]
        assert min(window.size) >= 24


def test_the_head_of_a_full_body_is_sought_above_and_that_of_a_scene_in_the_middle() -> None:
    tall, wide = likely_places((900, 400))[0], likely_places((400, 900))[0]
    assert (tall.top, tall.bottom, tall.left, tall.right) == (0, 450, 80, 320)
    assert (wide.top, wide.bottom, wide.left, wide.right) == (0, 400, 270, 630)
    assert tall.box_in_picture(tall.box(Box(100, 50, 20, 30))) == Box(100, 50, 20, 30)
    assert likely_places((30, 30)) == []
