"""Pictures without colours, in which hair has no colour to be named."""

from __future__ import annotations

import numpy as np

from hairpipe.extract.color.lab import rgb_to_lab
from hairpipe.extract.result import Box, Image

# Drawn skin, eyes and blush are more colourful than this, JPEG noise on a grey picture is less.
_COLORLESS_CHROMA = 5.0
# This part of the pixels may be more colourful: a signature, a scan's edge.
_COLORFUL_PART = 0.05
_SAMPLED_PIXELS = 2000


def is_monochrome(image: Image, face: Box | None) -> bool:
    """Return whether a portrait is drawn in greys: whether its face is, if it is known.

    White and black hair on a white page have no colour either, but then the face has.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    face : Box or None
        A possible box.
    """
    shown = image if face is None else _inside(image, face)
    pixels = shown.reshape(-1, 3)
    lab = rgb_to_lab(pixels[:: max(1, len(pixels) // _SAMPLED_PIXELS)])
    colorful = np.count_nonzero(np.hypot(lab[:, 1], lab[:, 2]) >= _COLORLESS_CHROMA)
    return bool(colorful <= _COLORFUL_PART * len(lab))


def _inside(image: Image, box: Box) -> Image:
    """Return the part of the picture in a possible box, at least one pixel."""
    height, width = image.shape[:2]
    top, left = min(max(int(box.y), 0), height - 1), min(max(int(box.x), 0), width - 1)
    bottom, right = max(int(box.y + box.h), top + 1), max(int(box.x + box.w), left + 1)
    return image[top:bottom, left:right]
