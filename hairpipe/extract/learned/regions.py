"""A picture cut into regions of one colour: what the choice of hair is made among."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.color.palette import Palette
from hairpipe.extract.result import Image

# Regions with less of the picture are given to their neighbours.
_SMALLEST_PART = 0.0002
_SMALLEST_PIXELS = 4
# A pixel and its eight neighbours.
_AROUND = np.ones((3, 3), np.uint8)


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


def cut_regions(image: Image, palette: Palette) -> Regions:
    """Cut a reduced picture into connected regions of one colour; small regions join what they look like.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    palette : Palette
        Of the picture.
    """
    parts = _connected(palette.labels)
    smallest = max(_SMALLEST_PIXELS, round(_SMALLEST_PART * parts.size))
    small = np.bincount(parts.ravel()) < smallest
    if small.any() and not small.all():
        parts = _without_small_regions(image, parts, small[parts])
    used = np.bincount(parts.ravel()) > 0
    numbered = (np.cumsum(used, dtype=np.int32) - 1)[parts]
    color = _majority(numbered, palette.labels, int(used.sum()))
    return Regions(numbered, color, np.bincount(numbered.ravel()))


def _connected(labels: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Number the 4-connected regions of equal labels, from 0."""
    height, width = labels.shape
    # Pixels on the even places, and between two neighbours a bridge where their labels are equal:
    # one pass over this picture finds the regions of all labels.
    bridged = np.zeros((2 * height - 1, 2 * width - 1), np.uint8)
    bridged[::2, ::2] = 1
    bridged[::2, 1::2] = labels[:, :-1] == labels[:, 1:]
    bridged[1::2, ::2] = labels[:-1] == labels[1:]
    _, parts = cv2.connectedComponents(bridged, connectivity=4, ltype=cv2.CV_32S)
    return np.asarray(parts[::2, ::2] - 1, np.int32)


def _without_small_regions(
    image: Image, parts: NDArray[np.int32], small: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """Let the other regions grow over the small regions, along the way on which the colour changes least.

    Source of the method: Meyer, "Color image segmentation", 1992 (a watershed from markers).
    """
    markers = np.where(small, 0, parts + 1).astype(np.int32)
    cv2.watershed(image, markers)
    # It leaves lines between the regions, which go to a region beside them, and one round the picture,
    # also where there was no fleck.
    grown = np.where(small, np.maximum(markers, 0), parts + 1).astype(np.float32)
    while (on_line := grown == 0).any():
        grown = np.where(on_line, cv2.dilate(grown, _AROUND), grown)
    return np.asarray(grown - 1, np.int32)


def _majority(labels: NDArray[np.int32], colors: NDArray[np.uint8], count: int) -> NDArray[np.intp]:
    palette_size = int(colors.max()) + 1
    votes = np.bincount(labels.ravel() * palette_size + colors.ravel(), minlength=count * palette_size)
    return np.asarray(votes.reshape(count, palette_size).argmax(axis=1), np.intp)
