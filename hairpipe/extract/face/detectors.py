"""Face detectors: the protocol, those that come along, and their check at start-up."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import cv2

from hairpipe.errors import ConfigError
from hairpipe.extract.face.box import NETWORK, Detection, box_problem, main_box
from hairpipe.extract.face.network_face import network_face
from hairpipe.extract.network.prediction import predict_hair
from hairpipe.extract.result import Box, Face, Image
from hairpipe.extract.settings import FaceSettings

# Goes up when the same settings may find another face than before.
FACE_VERSION = "5"


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


class NetworkDetector:
    """The network that comes with the package; it says of one face where it is."""

    name = NETWORK

    def detect(self, image: Image) -> list[Detection]:
        """Return the face of an RGB picture, if it sees one."""
        face = network_face(image, predict_hair(image, None))
        return [] if face is None else [Detection(face.box, face.score or 0.0)]


class CascadeDetector:
    """An OpenCV cascade from a file; it gives no scores, so every face it finds has 1.

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
                "or opencv-python-headless below 5, or choose detector: network."
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


def _animeface(settings: FaceSettings) -> Detector:
    try:
        from hairpipe.extract.face.animeface_detector import AnimefaceDetector
    except ImportError as error:
        raise ConfigError(
            f"face.detector: animeface needs {error.name}, which is not installed; run pip install "
            '"hairpipe[animeface]", or choose detector: network.'
        ) from error
    return AnimefaceDetector()


_BUILDERS: Mapping[str, Callable[[FaceSettings], Detector]] = MappingProxyType(
    {
        NETWORK: lambda settings: NetworkDetector(),
        "animeface": _animeface,
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


def refuse_unknown_detector(settings: FaceSettings) -> None:
    """Raise ConfigError if there is no such detector; nothing is built."""
    if settings.detector not in _BUILDERS:
        _own_class(settings.detector)


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


def _own_detector(dotted: str) -> Detector:
    detector: Detector = _own_class(dotted)()
    if not (hasattr(detector, "name") and callable(getattr(detector, "detect", None))):
        raise ConfigError(f"face.detector {dotted} has no name or no detect(image).")
    return detector


def _own_class(dotted: str) -> Callable[[], Detector]:
    module_name, colon, class_name = dotted.partition(":")
    if not (module_name and colon and class_name):
        raise ConfigError(
            f"face.detector is {dotted!r}; use network, animeface, cascade, or your own package.module:Class."
        )
    try:
        build: Callable[[], Detector] = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"face.detector {dotted}: {error}.") from error
    return build
