"""A picture cut into regions of one colour: what the choice of hair is made among."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.palette import Palette

# Regions with less of the picture are given to the neighbour they touch most.
_SMALLEST_PART = 0.0004
_SMALLEST_PIXELS = 6


@dataclass(frozen=True, eq=False)
class Regions:
    """Connected regions of one reduced colour each.

    Attributes
    ----------
    labels : ndarray of int32, (H, W)
        Each pixel's region, 0 to `count` - 1.
    color : ndarray of int, (count,)
        The palette colour that most of a region's pixels have.
    pixels : ndarray of int, (count,)
    """

    labels: NDArray[np.int32]
    color: NDArray[np.intp]
    pixels: NDArray[np.intp]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.pixels)


def cut_regions(palette: Palette) -> Regions:
    """Cut a reduced picture into connected regions of one colour; flecks join what surrounds them.

    Parameters
    ----------
    palette : Palette
        The reduced picture.
    """
    # A median takes the single pixels of dithering and compression away before they become regions.
    smooth = np.asarray(cv2.medianBlur(palette.labels, 3), np.uint8)
    parts = _connected(smooth, len(palette.colors))
    smallest = max(_SMALLEST_PIXELS, round(_SMALLEST_PART * smooth.size))
    pixels = np.bincount(parts.ravel())
    small = pixels < smallest
    if small.any() and not small.all():
        parts = _without_flecks(parts, small)
    used = np.bincount(parts.ravel()) > 0
    numbered = (np.cumsum(used, dtype=np.int32) - 1)[parts]
    return Regions(numbered, _majority(numbered, smooth, int(used.sum())), np.bincount(numbered.ravel()))


def _connected(labels: NDArray[np.uint8], colors: int) -> NDArray[np.int32]:
    """Number the 4-connected regions of equal labels."""
    regions = np.zeros(labels.shape, np.int32)
    count = 0
    for color in range(colors):
        mask = (labels == color).view(np.uint8)
        left, top, width, height = cv2.boundingRect(mask)
        if width == 0:
            continue
        window = (slice(top, top + height), slice(left, left + width))
        found, parts = cv2.connectedComponents(mask[window], connectivity=4, ltype=cv2.CV_32S)
        inside = parts > 0
        regions[window][inside] = parts[inside] + (count - 1)
        count += found - 1
    return regions


def _without_flecks(parts: NDArray[np.int32], small: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Give each pixel of a small region to the nearest large one."""
    flecks = small[parts]
    _, nearest = cv2.distanceTransformWithLabels(
        flecks.view(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    # Pixels of large regions are labelled one by one; the table says which region each belongs to.
    region_of = np.zeros(int(nearest.max()) + 1, np.int32)
    region_of[nearest[~flecks]] = parts[~flecks]
    return np.where(flecks, region_of[nearest], parts)


def _majority(labels: NDArray[np.int32], colors: NDArray[np.uint8], count: int) -> NDArray[np.intp]:
    palette_size = int(colors.max()) + 1
    votes = np.bincount(labels.ravel() * palette_size + colors.ravel(), minlength=count * palette_size)
    return np.asarray(votes.reshape(count, palette_size).argmax(axis=1), np.intp)
