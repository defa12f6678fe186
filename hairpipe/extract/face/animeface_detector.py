"""nagadomi's animeface as a detector; needs the extra ``hairpipe[animeface]``."""

from __future__ import annotations

from collections.abc import Sequence

import animeface
import numpy as np
from PIL import Image as PillowImage
from PIL import __version__ as pillow_version

from hairpipe.errors import ConfigError
from hairpipe.extract.face.attempts import ShownPicture, shown_pictures
from hairpipe.extract.face.box import Detection
from hairpipe.extract.face.drawn_face import drawn_face
from hairpipe.extract.result import Box, Image


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
