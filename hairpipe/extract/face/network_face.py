"""The face that the network sees: in the whole picture or, not sure of that, where heads are likely.

The network sees a picture at one small size, and was taught portraits above all: on a full body or in a
scene the head is a few of its pixels. A part of the picture looks like a portrait again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from hairpipe.extract.face.box import NETWORK, Window
from hairpipe.extract.network.prediction import Prediction, predict_hair
from hairpipe.extract.result import Box, Face, Image

# A face that is trusted this much is taken without a closer look.
SURE_FACE = 0.85
_FACE_THRESHOLD = 0.5
# Below this part of the picture, what the network takes for a face is noise.
_SMALLEST_FACE = 0.003
# Where the map says face, it spills over the boxes that people and detectors draw by these parts of the
# box, as seen on drawings it was not taught and on portraits in which animeface is sure.
_SPILL_ASIDE, _SPILL_ABOVE = 0.07, 0.12

# Where heads are in pictures whose face is small, as top, bottom, left and right in parts of the picture,
# most fruitful first: full bodies stand upright, scenes are wide.
_TALL = ((0.0, 0.5, 0.2, 0.8), (0.0, 0.5, 0.0, 0.6), (0.0, 0.33, 0.25, 0.75))
_WIDE = ((0.0, 1.0, 0.3, 0.7), (0.0, 1.0, 0.55, 0.95), (0.0, 1.0, 0.05, 0.45))
_LEVEL = ((0.0, 0.5, 0.25, 0.75), (0.15, 0.85, 0.15, 0.85))
# One side longer than the other by this factor makes a picture tall or wide.
_LONGER = 1.15
# A smaller part, in pixels of a side, is too blurred for a face.
_SMALLEST = 24


@dataclass(frozen=True, eq=False)
class CloserLook:
    """A part of a picture in which a small face is likely."""

    image: Image
    """(h, w, 3): the part."""
    window: Window
    """Where it lies."""
    predict: Callable[[Image], Prediction]
    """Returns what the network predicts of a picture."""

    @cached_property
    def prediction(self) -> Prediction:
        """What the network predicts of the part, once it is asked."""
        return self.predict(self.image)

    @property
    def face(self) -> Face | None:
        """The face that it sees there, in the pixels of the part."""
        return face_in(self.prediction, *self.image.shape[:2])


def closer_looks(image: Image, predict: Callable[[Image], Prediction]) -> list[CloserLook]:
    """Return the parts of a picture in which a small face is likely, likeliest first.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    predict : callable
        Returns what the network predicts of a picture.
    """
    windows = likely_places(image.shape[:2])
    return [CloserLook(np.ascontiguousarray(image[window]), window, predict) for window in windows]


def network_face(
    image: Image, prediction: Prediction, looks: Sequence[CloserLook] | None = None
) -> Face | None:
    """Return the face that the network sees in a picture, or None.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    prediction : Prediction
        The network's, of the same picture.
    looks : sequence of CloserLook, optional
        At its parts; by default by the network that comes with the package.
    """
    seen = face_in(prediction, *image.shape[:2])
    if _is_sure(seen):
        return seen
    for look in closer_looks(image, _predicted) if looks is None else looks:
        found = look.face
        if found is not None and _is_sure(found):
            return face_in_picture(found, look.window)
    return seen


def _predicted(image: Image) -> Prediction:
    return predict_hair(image, None)


def face_in(prediction: Prediction, height: int, width: int) -> Face | None:
    """Return the largest face that a prediction shows, or None.

    Parameters
    ----------
    height, width : int
        Of the picture, in whose pixels the box is.
    """
    seen = (prediction.face > _FACE_THRESHOLD).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(seen)
    if count < 2:
        return None
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    left, top, across, down, area = (int(value) for value in stats[largest])
    if area < _SMALLEST_FACE * seen.size:
        return None
    scale_x, scale_y = width / seen.shape[1], height / seen.shape[0]
    w, h = across * scale_x / (1 + 2 * _SPILL_ASIDE), down * scale_y / (1 + _SPILL_ABOVE)
    box = Box(left * scale_x + _SPILL_ASIDE * w, top * scale_y + _SPILL_ABOVE * h, w, h)
    return Face(box, NETWORK, float(prediction.face[labels == largest].mean()))


def likely_places(size: tuple[int, int]) -> list[Window]:
    """Return the parts of a picture in which a small face is likely, likeliest first.

    Parameters
    ----------
    size : (int, int)
        The picture's height and width. Of small pictures there are no parts.
    """
    height, width = size
    places = _TALL if height > _LONGER * width else _WIDE if width > _LONGER * height else _LEVEL
    windows = [
        (slice(round(top * height), round(bottom * height)), slice(round(left * width), round(right * width)))
        for top, bottom, left, right in places
    ]
    return [
        (rows, columns)
        for rows, columns in windows
        if min(rows.stop - rows.start, columns.stop - columns.start) >= _SMALLEST
    ]


def box_in_picture(box: Box, window: Window) -> Box:
    """Return a box in the pixels of a part of the picture as one of the picture."""
    rows, columns = window
    return box._replace(x=box.x + columns.start, y=box.y + rows.start)


def face_in_picture(face: Face | None, window: Window | None) -> Face | None:
    """Return a face in the pixels of a part of the picture, None for all of it, in those of the picture."""
    if face is None or window is None:
        return face
    return replace(face, box=box_in_picture(face.box, window))


def _is_sure(face: Face | None) -> bool:
    return face is not None and (face.score or 0) >= SURE_FACE
