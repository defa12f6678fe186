"""A large picture is judged at a smaller size, which shows its regions as well and costs less."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.result import Image

# On larger pictures a third more pixels give no better masks.
MOST_PIXELS = 60_000

Floats = NDArray[np.float32]


def view_of(image: Image) -> Image:
    """Return the picture with at most `MOST_PIXELS` pixels; the same array where it has no more.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
    """
    height, width = image.shape[:2]
    if height * width <= MOST_PIXELS:
        return image
    shrink = math.sqrt(MOST_PIXELS / (height * width))
    # A strip of one pixel's width can't get narrower, only shorter.
    down, across = (min(MOST_PIXELS, max(1, int(side * shrink))) for side in (height, width))
    return np.asarray(cv2.resize(image, (across, down), interpolation=cv2.INTER_AREA), np.uint8)


def map_at(size: tuple[int, int], values: Floats) -> Floats:
    """Return a map of a picture, (h, w), at another size, (height, width); the same where it has it."""
    if values.shape == size:
        return values
    shrinks = size[0] * size[1] < values.size
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, size[::-1], interpolation=how), np.float32)
