from __future__ import annotations

import numpy as np

from hairpipe.extract.face.drawn_face import drawn_face


def test_the_drawn_face_is_the_same_every_time():
    face = drawn_face()
    assert face.shape == (160, 160, 3)
    assert face.dtype == np.uint8
    np.testing.assert_array_equal(face, drawn_face())
