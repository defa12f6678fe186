"""A large picture is judged at a smaller size, which shows its regions as well and costs less."""

from __future__ import annotations

import math

from hairpipe.extract.resize import resized
from hairpipe.extract.result import Image

# More pixels give hardly better masks, as the edge is sought at full size.
MOST_PIXELS = 45_000


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
    return resized(image, (down, across))
