"""Face detectors: the protocol, the two that come along, and their check at start-up."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import animeface
import cv2
import numpy as np
from PIL import Image as PillowImage
from PIL import __version__ as pillow_version

from hairpipe.errors import ConfigError
from hairpipe.extract.face.attempts import ShownPicture, shown_pictures
from hairpipe.extract.face.box import box_problem, main_box
from hairpipe.extract.face.drawn_face import drawn_face
from hairpipe.extract.result import Box, Face, Image
from hairpipe.extract.settings import AUTO, FaceSettings

# Goes up when the same settings may find another face than before.
FACE_VERSION = "2"


@dataclass(frozen=True)
class Detection:
    """A face that a detector sees: its box in pixels and how sure the detector is, 0 to 1."""

    box: Box
    score: float


class Detector(Protocol):
    """Finds faces. One of your own is a class without constructor arguments that has these two."""

    @property
    def name(self) -> str:
        """What the tables' ``face_source`` says."""

    def detect(self, image: Image) -> Sequence[Detection]:
        """Return the faces of an RGB picture, uint8 (H, W, 3), in any order."""


@runtime_checkable
class ChecksItself(Protocol):
    """A detector that can tell whether it works on this machine."""

    def check(self) -> None:
        """Raise :class:`~hairpipe.errors.ConfigError` if it doesn't."""


class AnimefaceDetector:
    """nagadomi's animeface, shown the picture in other ways until it is sure of a face."""

    name = "animeface"

    # Once it is this sure, showing the picture in another way hardly ever changes its mind.
    _SURE = 0.9

    def detect(self, image: Image) -> list[Detection]:
        """Return the faces of an RGB picture, as seen in the way that shows one most clearly."""
        clearest: list[Detection] = []
        for shown in shown_pictures(image):
            found = _detections(shown)
            if _best_score(found) > _best_score(clearest):
                clearest = found
            if _best_score(clearest) >= self._SURE:
                break
        return clearest

    def check(self) -> None:
        """Raise ConfigError unless the drawn face is found where it is."""
        found = self.detect(drawn_face())
        if not any(box_contains(detection.box, 80, 95) for detection in found):
            raise ConfigError(
                f"animeface does not find a drawn face with Pillow {pillow_version}; it needs Pillow "
                "below 12: pip install 'pillow>=10.1,<12'."
            )


class CascadeDetector:
    """An OpenCV cascade from a file; it gives no scores, so every face it finds has 1.

    Parameters
    ----------
    cascade_file : str or None

    Raises
    ------
    ConfigError
        If no file is named, it isn't a cascade, or this OpenCV can't run cascades.
    """

    name = "cascade"

    def __init__(self, cascade_file: str | None) -> None:
        if cascade_file is None:
            raise ConfigError("detector: cascade needs face.cascade_file, an OpenCV cascade in XML.")
        if not hasattr(cv2, "CascadeClassifier"):
            raise ConfigError(
                f"OpenCV {cv2.__version__} has no CascadeClassifier: install opencv-contrib-python-headless, "
                "or opencv-python-headless below 5, or choose detector: animeface."
            )
        if not Path(cascade_file).is_file():
            raise ConfigError(f"face.cascade_file {cascade_file} is no file.")
        try:
            self._classifier = cv2.CascadeClassifier(cascade_file)
        except (cv2.error, SystemError) as error:
            raise ConfigError(f"face.cascade_file {cascade_file} is no OpenCV cascade.") from error
        if self._classifier.empty():
            raise ConfigError(f"face.cascade_file {cascade_file} is no OpenCV cascade.")

    def detect(self, image: Image) -> list[Detection]:
        """Return the faces of an RGB picture."""
        grey = cv2.equalizeHist(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
        boxes = self._classifier.detectMultiScale(grey, scaleFactor=1.1, minNeighbors=5, minSize=(24, 24))
        return [Detection(Box(*(float(value) for value in box)), 1.0) for box in boxes]


_BUILDERS: Mapping[str, Callable[[FaceSettings], Detector]] = MappingProxyType(
    {
        AUTO: lambda settings: AnimefaceDetector(),
        "animeface": lambda settings: AnimefaceDetector(),
        "cascade": lambda settings: CascadeDetector(settings.cascade_file),
    }
)


@functools.lru_cache(maxsize=8)
def detector_for(settings: FaceSettings) -> Detector:
    """Return the detector of a configuration: built and checked once in a process.

    Raises
    ------
    ConfigError
        If there is no such detector or it doesn't work here.
    """
    build = _BUILDERS.get(settings.detector)
    detector = build(settings) if build else _own_detector(settings.detector)
    if isinstance(detector, ChecksItself):
        detector.check()
    return detector


def check_detector(settings: FaceSettings) -> None:
    """Raise ConfigError if the configured detector can't be had or doesn't work in this process."""
    detector_for(settings)


def find_face(image: Image, detector: Detector, min_score: float) -> Face | None:
    """Return the face a method works from, the largest central one, or None.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    detector : Detector
        Finds all faces.
    min_score : float
        Faces the detector trusts less are ignored.
    """
    height, width = image.shape[:2]
    faces = [
        detection
        for detection in detector.detect(image)
        if detection.score >= min_score and box_problem(detection.box, width, height) is None
    ]
    if not faces:
        return None
    chosen = faces[main_box([detection.box for detection in faces], width, height)]
    return Face(chosen.box, detector.name, chosen.score, len(faces))


def box_contains(box: Box, x: float, y: float) -> bool:
    """Return whether a point lies in a box."""
    return box.x <= x <= box.x + box.w and box.y <= y <= box.y + box.h


def _detections(shown: ShownPicture) -> list[Detection]:
    faces = animeface.detect(PillowImage.fromarray(shown.image))
    boxes = [face.face.pos for face in faces]
    return [
        Detection(
            shown.box_in_original(box.x, box.y, box.width, box.height),
            float(np.clip(face.likelihood, 0, 1)),
        )
        for face, box in zip(faces, boxes, strict=True)
    ]


def _best_score(found: Sequence[Detection]) -> float:
    return max((detection.score for detection in found), default=0.0)


def _own_detector(dotted: str) -> Detector:
    module_name, colon, class_name = dotted.partition(":")
    if not (module_name and colon and class_name):
        raise ConfigError(
            f"face.detector is {dotted!r}; use auto, animeface, cascade, or package.module:Class of your own."
        )
    try:
        build = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"face.detector {dotted}: {error}.") from error
    detector: Detector = build()
    if not (hasattr(detector, "name") and callable(getattr(detector, "detect", None))):
        raise ConfigError(f"face.detector {dotted} has no name or no detect(image).")
    return detector
