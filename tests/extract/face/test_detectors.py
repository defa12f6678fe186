from __future__ import annotations

import sys
import types

import cv2
import numpy as np
import pytest

from hairpipe.errors import ConfigError
from hairpipe.extract.face.box import Detection
from hairpipe.extract.face.detectors import (
    CascadeDetector,
    Detector,
    NetworkDetector,
    check_detector,
    detector_for,
    find_face,
)
from hairpipe.extract.face.drawn_face import drawn_face
from hairpipe.extract.result import Box
from hairpipe.extract.settings import FaceSettings
from hairpipe.lab.evaluate.statistics import box_iou


class Fixed:
    """A detector that sees the same faces in every picture."""

    name = "fixed"

    def __init__(self, *faces: Detection) -> None:
        self.faces = faces

    def detect(self, image: np.ndarray) -> list[Detection]:
        return list(self.faces)


class OwnDetector(Fixed):
    """What a person would write: no constructor arguments."""

    name = "own"

    def __init__(self) -> None:
        super().__init__(Detection(Box(2, 2, 10, 10), 0.9))


@pytest.mark.parametrize("side", [96, 160, 400, 700])
def test_the_network_finds_the_drawn_face_at_any_size(side):
    image = cv2.resize(drawn_face(), (side, side), interpolation=cv2.INTER_AREA)
    face = find_face(image, NetworkDetector(), 0.5)
    assert face is not None
    assert box_iou(face.box, Box(0.25 * side, 0.38 * side, 0.5 * side, 0.48 * side)) > 0.4
    assert (face.source, face.count) == ("network", 1)
    assert 0.5 <= face.score <= 1


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 300, 3), (120, 90, 3)])
def test_the_network_finds_nothing_in_a_flat_picture(shape):
    assert find_face(np.full(shape, 128, np.uint8), NetworkDetector(), 0.5) is None


def test_the_configured_detector_is_built_once():
    check_detector(FaceSettings())
    assert detector_for(FaceSettings()) is detector_for(FaceSettings())


def test_animeface_that_is_not_installed_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "hairpipe.extract.face.animeface_detector", None)
    with pytest.raises(
        ConfigError, match=r'run pip install "hairpipe\[animeface\]", or choose detector: network'
    ):
        detector_for(FaceSettings(detector="animeface", min_score=0.123))


def test_a_detector_of_ones_own_by_its_dotted_name():
    detector: Detector = detector_for(FaceSettings(detector=f"{__name__}:OwnDetector"))
    face = find_face(np.zeros((20, 20, 3), np.uint8), detector, 0.5)
    assert face is not None
    assert (face.box, face.source, face.score, face.count) == (Box(2, 2, 10, 10), "own", 0.9, 1)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("yolo", "use network, animeface, cascade, or your own package.module:Class"),
        ("no_such_package:Detector", "No module named"),
        ("hairpipe.status:Detector", "has no attribute"),
        ("empty_module_for_test:Nothing", "no name or no detect"),
    ],
)
def test_detectors_that_can_not_be_had(monkeypatch, name, reason):
    module = types.ModuleType("empty_module_for_test")
    module.Nothing = type("Nothing", (), {})
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with pytest.raises(ConfigError, match=reason):
        check_detector(FaceSettings(detector=name))


def test_a_cascade_needs_a_file():
    with pytest.raises(ConfigError, match=r"needs face\.cascade_file"):
        CascadeDetector(None)


@pytest.mark.skipif(hasattr(cv2, "CascadeClassifier"), reason="this OpenCV runs cascades")
def test_an_opencv_without_cascades_is_told():
    with pytest.raises(ConfigError, match="has no CascadeClassifier: install opencv-contrib"):
        CascadeDetector("cascade.xml")


@pytest.mark.skipif(not hasattr(cv2, "CascadeClassifier"), reason="this OpenCV runs no cascades")
def test_a_file_that_is_no_cascade_is_told(tmp_path):
    with pytest.raises(ConfigError, match="is no file"):
        CascadeDetector(str(tmp_path / "none.xml"))
    (tmp_path / "text.xml").write_text("<a/>")
    with pytest.raises(ConfigError, match="is no OpenCV cascade"):
        CascadeDetector(str(tmp_path / "text.xml"))


def test_of_several_faces_the_largest_central_one_is_used_and_all_are_counted():
    detector = Fixed(
        Detection(Box(0, 0, 20, 20), 0.9),
        Detection(Box(35, 40, 30, 30), 0.7),
        Detection(Box(70, 80, 20, 20), 0.99),
    )
    face = find_face(np.zeros((100, 100, 3), np.uint8), detector, 0.5)
    assert face is not None
    assert (face.box, face.count, face.score) == (Box(35, 40, 30, 30), 3, 0.7)


@pytest.mark.parametrize(
    "unusable",
    [
        Detection(Box(30, 30, 20, 20), 0.4),
        Detection(Box(300, 30, 20, 20), 0.9),
        Detection(Box(3, 3, 0, 0), 1.0),
    ],
)
def test_faces_that_are_not_trusted_or_not_possible_do_not_count(unusable):
    image = np.zeros((100, 100, 3), np.uint8)
    assert find_face(image, Fixed(unusable), 0.5) is None
    good = Detection(Box(60, 60, 20, 20), 0.8)
    face = find_face(image, Fixed(unusable, good), 0.5)
    assert face is not None
    assert (face.box, face.count) == (good.box, 1)
