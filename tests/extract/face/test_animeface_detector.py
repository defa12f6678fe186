from __future__ import annotations

import cv2
import numpy as np
import pytest

from hairpipe.errors import ConfigError
from hairpipe.extract.face.detectors import find_face
from hairpipe.extract.face.drawn_face import drawn_face
from hairpipe.extract.result import Box
from hairpipe.lab.evaluate.statistics import box_iou

animeface = pytest.importorskip("animeface")
from hairpipe.extract.face.animeface_detector import AnimefaceDetector  # noqa: E402


@pytest.mark.parametrize("side", [96, 160, 400, 700])
def test_animeface_finds_the_drawn_face_at_any_size(side):
    image = cv2.resize(drawn_face(), (side, side), interpolation=cv2.INTER_AREA)
    face = find_face(image, AnimefaceDetector(), 0.5)
    assert face is not None
    expected = Box(0.25 * side, 0.38 * side, 0.5 * side, 0.48 * side)
    assert box_iou(face.box, expected) > 0.5
    assert (face.source, face.count) == ("animeface", 1)
    assert 0.5 <= face.score <= 1


def test_a_face_lost_in_the_reduced_picture_is_found_at_full_size():
    image = np.full((600, 500, 3), (200, 215, 230), np.uint8)
    image[300:400, 200:300] = cv2.resize(drawn_face(), (100, 100), interpolation=cv2.INTER_AREA)
    face = find_face(image, AnimefaceDetector(), 0.5)
    assert face is not None
    assert 200 <= face.box.x + face.box.w / 2 <= 300
    assert 300 <= face.box.y + face.box.h / 2 <= 400


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 300, 3), (120, 90, 3)])
def test_animeface_finds_nothing_in_a_flat_picture(shape):
    assert AnimefaceDetector().detect(np.full(shape, 128, np.uint8)) == []


def test_a_detector_that_finds_nothing_is_noticed_at_start_up(monkeypatch):
    monkeypatch.setattr(animeface, "detect", lambda picture: [])
    with pytest.raises(ConfigError, match=r"Pillow below 12: pip install 'pillow>=10.1,<12'"):
        AnimefaceDetector().check()
