"""What a person corrects a mask with: a picture's regions of one colour, which the page lights up."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np

from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.learned.regions.regions import cut_regions
from hairpipe.extract.learned.view import view_of
from hairpipe.extract.result import Image, Mask
from hairpipe.store.masks import encode_mask

# With these a person who chooses whole regions gets within .87 of masks drawn by eye, with 12 within .86.
_COLORS = 24
# A region's number takes two bytes.
_MOST_REGIONS = 2**16


def paintable(image: Image, hair: Mask | None, painted: Mask | None) -> dict[str, Any]:
    """Return what the page needs to correct a mask of an RGB picture, (H, W, 3); masks are (H, W).

    Returns
    -------
    dict
        ``width`` and ``height`` of the map, which may be smaller than the picture; ``regions``, the number
        of each pixel's region in two bytes, the lower one first, in base64; ``hair`` and ``painted`` as COCO
        compressed RLE.
    """
    view = view_of(image)
    height, width = view.shape[:2]
    labels = cut_regions(view, reduce_colors(view, _COLORS)).labels
    regions = np.minimum(labels, _MOST_REGIONS - 1).astype("<u2")
    return {
        "width": width,
        "height": height,
        "regions": base64.b64encode(regions.tobytes()).decode("ascii"),
        "hair": None if hair is None else encode_mask(at_size(hair, (height, width))),
        "painted": None if painted is None else encode_mask(at_size(painted, (height, width))),
    }


def at_size(mask: Mask, size: tuple[int, int]) -> Mask:
    """Return a mask at another size, (height, width); the same where it has it."""
    if mask.shape == size:
        return mask
    shrinks = size[0] * size[1] < mask.size
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(mask.astype(np.float32), size[::-1], interpolation=how) > 0.5)
