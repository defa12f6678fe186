"""Hair by colour: what the ring round the face is made of."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.color.palette import Palette
from hairpipe.extract.result import Mask


def ring_shares(palette: Palette, ring: Mask) -> NDArray[np.float64]:
    """Return the part of the ring's pixels that each colour of the palette has; the ring has pixels."""
    counts = np.bincount(palette.labels[ring], minlength=len(palette.colors))
    shares: NDArray[np.float64] = counts / counts.sum()
    return shares


def pixels_of_colors(palette: Palette, indices: NDArray[np.intp]) -> Mask:
    """Return every pixel that has one of these colours of the palette."""
    chosen = np.zeros(256, np.uint8)
    chosen[indices] = 1
    return np.asarray(cv2.LUT(palette.labels, chosen)).view(np.bool_)
