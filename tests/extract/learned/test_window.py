from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.extract.face.box import box_problem
from hairpipe.extract.learned.window import box_in_window, close_up
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
