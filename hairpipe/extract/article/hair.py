"""Hair by colour: what the ring round the face is made of."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.color.palette import Palette
from hairpipe.extract.result import Image, Mask


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


def cut_out(image: Image, mask: Mask, background: int = 255) -> Image:
    """Return the picture's own pixels where the mask is set, and a grey elsewhere.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    mask : ndarray of bool, (H, W)
        The pixels to keep.
    background : int
        Grey level, 0 to 255.
    """
    return np.where(mask[..., None], image, np.uint8(background))
