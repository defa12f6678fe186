from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.extract.face.network_face import box_in_picture, face_in, likely_places
from hairpipe.extract.learned.window import box_in_window
from hairpipe.extract.network.prediction import PRESENCES, Prediction
from hairpipe.extract.result import Box

PRESENCE = np.full(len(PRESENCES), 0.2, np.float32)


def prediction(face: np.ndarray) -> Prediction:
    return Prediction(np.zeros((192, 128), np.float32), face, PRESENCE)


def test_the_largest_patch_of_face_is_the_face() -> None:
    face = np.zeros((96, 64), np.float32)
    face[20:50, 10:40] = 0.9
    face[80:84, 50:54] = 1
    found = face_in(prediction(face), 192, 128)
    assert found is not None
    # The patch spills over the face on three sides.
    box = found.box
    assert box.x + box.w / 2 == pytest.approx(50)
    assert box.y + box.h == pytest.approx(100)
    assert 0.8 < box.w / 60 < 1
    assert 0.8 < box.h / 60 < 1
    assert found.score == pytest.approx(0.9)


def test_no_face_is_seen_in_noise() -> None:
    face = np.zeros((96, 64), np.float32)
    face[5, 5] = 1
    assert face_in(prediction(face), 9, 9) is None
    assert face_in(prediction(face * 0), 9, 9) is None


@given(st.tuples(st.integers(1, 2000), st.integers(1, 2000)))
def test_likely_places_are_parts_of_the_picture(size: tuple[int, int]) -> None:
    for rows, columns in likely_places(size):
        assert 0 <= rows.start < rows.stop <= size[0]
        assert 0 <= columns.start < columns.stop <= size[1]
        assert min(rows.stop - rows.start, columns.stop - columns.start) >= 24


def test_the_head_of_a_full_body_is_sought_above_and_that_of_a_scene_in_the_middle() -> None:
    tall, wide = likely_places((900, 400))[0], likely_places((400, 900))[0]
    assert tall == (slice(0, 450), slice(80, 320))
    assert wide == (slice(0, 400), slice(270, 630))
    assert box_in_picture(box_in_window(Box(100, 50, 20, 30), tall), tall) == Box(100, 50, 20, 30)
    assert likely_places((30, 30)) == []
