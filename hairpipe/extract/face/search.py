"""How a method comes by the face it works from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hairpipe.extract.face.box import FALLBACKS
from hairpipe.extract.face.detectors import Detector, detector_for, find_face
from hairpipe.extract.result import Face, Image
from hairpipe.extract.settings import AUTO, FaceSettings


@dataclass(frozen=True)
class FaceSearch:
    """What is known of a picture's face, and whom to ask for more.

    Attributes
    ----------
    known : Face or None
        Given with the picture, or found by an earlier run; with a possible box.
    ask : callable
        Asks the detector, which takes longer than most methods, for a face or None.
    detector_first : bool
        Whether the detector was chosen by name, so that it comes before what a method sees by itself.
    """

    known: Face | None
    ask: Callable[[], Face | None]
    detector_first: bool = True

    def found(self) -> Face | None:
        """Return the face that is known, or else what the detector says."""
        return self.known or self.ask()


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
    settings : FaceSettings
    detector : Detector, optional
        Used instead of the configured one. Built when it is asked, which may raise ConfigError.
    """
    height, width = image.shape[:2]

    def ask() -> Face | None:
        seen = find_face(image, detector or detector_for(settings), settings.min_score)
        return seen or FALLBACKS[settings.fallback](width, height)

    return FaceSearch(known, ask, detector_first=detector is not None or settings.detector != AUTO)
