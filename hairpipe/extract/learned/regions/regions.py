"""A picture cut into regions of one colour: what the choice of hair is made among."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.color.palette import Palette
from hairpipe.extract.learned.regions.runs import label_areas
from hairpipe.extract.result import Image

# Regions with less of the picture are given to their neighbours.
_SMALLEST_PART = 0.00027
_SMALLEST_PIXELS = 4
# A pixel and its eight neighbours.
_AROUND = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, eq=False)
class Regions:
    """Connected regions of one reduced colour each."""

    labels: NDArray[np.int32]
    """(H, W): each pixel's region, 0 to `count` - 1."""
    color: NDArray[np.intp]
    """(count,): the palette colour that most of a region's pixels have."""
    pixels: NDArray[np.intp]
    """(count,)."""

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.pixels)


def cut_regions(image: Image, palette: Palette) -> Regions:
    """Cut a reduced picture into connected regions of one colour; small regions join what they look like.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    """
    parts, count = _connected(palette.labels)
    smallest = max(_SMALLEST_PIXELS, round(_SMALLEST_PART * parts.size))
    large = label_areas(parts, count) >= smallest
    if not large.any():
        large[:] = True
    # The large ones are numbered from 1; where the small ones are is open.
    markers = np.where(large, np.cumsum(large), 0).astype(np.int32).take(parts)
    labels = (markers if large.all() else _grown(image, markers)) - 1
    votes = _votes(labels, palette, int(large.sum()))
    return Regions(labels, votes.argmax(axis=1), votes.sum(axis=1))


def _connected(labels: NDArray[np.uint8]) -> tuple[NDArray[np.int32], int]:
    """Number the 4-connected regions of equal labels, from 0; return how many there are, too."""
    height, width = labels.shape
    # Pixels on the even places, and between two neighbours a bridge where their labels are equal:
    # one pass over this picture finds the regions of all labels.
    bridged = np.zeros((2 * height - 1, 2 * width - 1), np.uint8)
    bridged[::2, ::2] = 1
    bridged[::2, 1::2] = labels[:, :-1] == labels[:, 1:]
    bridged[1::2, ::2] = labels[:-1] == labels[1:]
    count, parts = cv2.connectedComponents(bridged, connectivity=4, ltype=cv2.CV_32S)
    return np.asarray(parts[::2, ::2] - 1, np.int32), count - 1


def _grown(image: Image, regions: NDArray[np.int32]) -> NDArray[np.int32]:
    """Let regions, from 1, grow over what is 0, along the way on which the colour changes least.

    Source of the method: Meyer, "Color image segmentation", 1992 (a watershed from markers).
    """
    markers = regions.copy()
    cv2.watershed(image, markers)
    # It leaves lines between the regions, which go to a region beside them, and one round the picture,
    # also where there was a region.
    grown = np.maximum(regions, markers).astype(np.float32)
    while (on_line := grown == 0).any():
        grown = np.where(on_line, cv2.dilate(grown, _AROUND), grown)
    return grown.astype(np.int32)


def _votes(labels: NDArray[np.int32], palette: Palette, count: int) -> NDArray[np.intp]:
    """Return how many pixels of each region have each colour, (count, colours)."""
    colors = len(palette.colors)
    votes = np.bincount((labels * colors + palette.labels).ravel(), minlength=count * colors)
    return votes.reshape(count, colors)
