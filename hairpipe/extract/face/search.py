"""How a method comes by the face it works from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hairpipe.extract.face.box import FALLBACKS, NETWORK
from hairpipe.extract.face.detectors import Detector, detector_for, find_face
from hairpipe.extract.result import Face, Image
from hairpipe.extract.settings import FaceSettings


def no_face() -> Face | None:
    """Return None: no face."""
    return None


@dataclass(frozen=True)
class FaceSearch:
    """What is known of a picture's face, and whom to ask for more."""

    known: Face | None
    """Given with the picture, or found by an earlier run; with a possible box."""
    detect: Callable[[], Face | None]
    """Asks the detector for a face or None."""
    usual: Callable[[], Face | None] = no_face
    """Returns what stands for a face where none is seen, or None."""
    detector_first: bool = True
    """Whether the detector is another than the network, so that it comes before what the network sees."""

    def found(self) -> Face | None:
        """Return the face that is known, or else what the detector says, or else the usual one."""
        return self.known or self.detect() or self.usual()


def face_search(
    image: Image, known: Face | None, settings: FaceSettings, detector: Detector | None = None
) -> FaceSearch:
    """Return the search for a picture's face that a configuration describes.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    known : Face or None
        With a possible box.
    detector : Detector, optional
        Used instead of the configured one. Built when it is asked, which may raise ConfigError.
    """
    height, width = image.shape[:2]

    def detect() -> Face | None:
        return find_face(image, detector or detector_for(settings), settings.min_score)

    def usual() -> Face | None:
        return FALLBACKS[settings.fallback](width, height)

    return FaceSearch(known, detect, usual, detector is not None or settings.detector != NETWORK)
