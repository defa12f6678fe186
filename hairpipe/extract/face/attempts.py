"""The ways a picture is shown to a face detector, cheapest and most fruitful first.

A detector with a fixed smallest face and a picture-sized window misses faces that are too small,
that touch the border, or that lie in haze or shadow. So a miss is followed by another size, a
border of repeated edge pixels, or a local stretch of the contrast.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from hairpipe.extract.result import Box, Image


@dataclass(frozen=True)
class FaceTry:
    """One way to show a picture to a detector."""

    side: int
    """Geometric mean of the width and the height it is scaled to, in pixels."""
    border: float = 0.0
    """Width of the border round it, as a part of `side`."""
    contrast: bool = False
    """Whether its lightness is equalised locally."""


# Ordered by what each adds for its time: the first finds nearly all faces of portraits; the second
# tight crops and pale or dark pictures; the others ever smaller faces in ever larger scenes.
TRIES = (
    FaceTry(side=130, border=0.12),
    FaceTry(side=110, border=0.25, contrast=True),
    FaceTry(side=200, contrast=True),
    FaceTry(side=300),
    FaceTry(side=550),
)

# Enlarging beyond this shows a detector nothing but blur.
_MAX_ENLARGEMENT = 2.5


@dataclass(frozen=True, eq=False)
class ShownPicture:
    """A picture as a detector gets to see it."""

    image: Image
    """(H, W, 3)."""
    across: float
    down: float
    """Across and down are the width and height of one of its pixels in pixels of the original."""
    border: int
    """Its border in its own pixels."""

    def box_in_original(self, x: float, y: float, w: float, h: float) -> Box:
        """Return a box found here in pixels of the original, cut at the border."""
        height, width = (size - 2 * self.border for size in self.image.shape[:2])
        left, top = np.clip(x - self.border, 0, width), np.clip(y - self.border, 0, height)
        right = np.clip(x + w - self.border, 0, width)
        bottom = np.clip(y + h - self.border, 0, height)
        return Box(
            float(left) * self.across,
            float(top) * self.down,
            float(right - left) * self.across,
            float(bottom - top) * self.down,
        )


def shown_pictures(image: Image, tries: tuple[FaceTry, ...] = TRIES) -> Iterator[ShownPicture]:
    """Yield the picture in each way worth trying, made when asked for.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
    tries : tuple of FaceTry
        Those that would enlarge the picture more than two and a half times are left out.
    """
    side = math.sqrt(image.shape[0] * image.shape[1])
    for face_try in tries:
        if face_try.side <= _MAX_ENLARGEMENT * side:
            yield _shown(image, face_try, face_try.side / side)


def _shown(image: Image, face_try: FaceTry, scale: float) -> ShownPicture:
    height, width = image.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    kernel = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    shown = cv2.resize(image, size, interpolation=kernel)
    border = round(face_try.border * face_try.side)
    if border:
        shown = cv2.copyMakeBorder(shown, border, border, border, border, cv2.BORDER_REPLICATE)
    if face_try.contrast:
        shown = _with_local_contrast(shown.astype(np.uint8))
    return ShownPicture(shown.astype(np.uint8), width / size[0], height / size[1], border)


def _with_local_contrast(image: Image) -> Image:
    """Return the picture with its lightness equalised in tiles (CLAHE; Zuiderveld, 1994)."""
    lightness, a, b = cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2LAB))
    equalised = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(lightness)
    return cv2.cvtColor(cv2.merge((equalised, a, b)), cv2.COLOR_LAB2RGB).astype(np.uint8)
