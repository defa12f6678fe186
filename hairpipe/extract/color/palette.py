"""Colour reduction: a picture in its few most telling colours.

The pixels are first gathered into cells of 8 x 8 x 8 colour values. A cell stands for its pixels
by their mean and their number, so that k-means works on some thousand weighted points instead
of on every pixel. Every pixel then takes its own nearest centre. A picture in few colours, such as
flat art, is gathered colour by colour instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.color.kmeans import Floats, center_costs, nearest_center, weighted_kmeans
from hairpipe.extract.result import Image

Channel = NDArray[np.uint8]

_CELL_SIZE = 8
_HALF_CELL = (_CELL_SIZE - 1) / 2
_CELLS = (256 // _CELL_SIZE) ** 3
# A picture with no more cells is looked at more closely, and one with no more colours than this
# is clustered by its colours.
_FEW_CELLS = 256
_FEW_COLORS = 4096
# In the place of a centre, for a cell that a border cuts.
_CUT = 256
# k-means works in whole sixteenths of a colour level.
_FINE = 16
# Pictures are gone through in blocks of this many pixels, which bounds the memory and lets a double
# hold two sums of a block's levels, one above the other, without rounding.
_BLOCK_PIXELS = 1 << 18
_ABOVE = float(_BLOCK_PIXELS * 256)


@dataclass(frozen=True, eq=False)
class Palette:
    """A picture reduced to few colours, the most frequent first."""

    colors: NDArray[np.uint8]
    """(k, 3): RGB, the centres of the clusters; k is at most what was asked for."""
    counts: NDArray[np.int64]
    """(k,): pixels of each colour, at least 1."""
    labels: NDArray[np.uint8]
    """(H, W): each pixel's index into `colors`."""

    @property
    def shares(self) -> Floats:
        """Part of the picture's pixels that each colour has."""
        shares: Floats = self.counts / self.counts.sum()
        return shares

    @cached_property
    def reduced(self) -> Image:
        """The reduced picture, uint8 (H, W, 3)."""
        reduced: Image = self.colors[self.labels]
        return reduced

    def at(self, size: tuple[int, int]) -> Palette:
        """Return the reduced picture enlarged to a size, (height, width); the same where it has it."""
        if self.labels.shape == size:
            return self
        labels = np.asarray(cv2.resize(self.labels, size[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
        counts = np.bincount(labels.ravel(), minlength=len(self.colors)).astype(np.float64)
        return _by_frequency(self.colors, labels, counts)


def reduce_colors(image: Image, k: int) -> Palette:
    """Return the picture reduced to at most `k` colours by k-means in RGB.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    k : int
        Colours wanted, 1 to 256; a picture with fewer distinct colours gets fewer.

    Raises
    ------
    ValueError
        If `k` is out of range or the picture has no pixel.
    """
    if not 1 <= k <= 256:
        raise ValueError(f"k is {k}; a palette has 1 to 256 colours")
    if image.size == 0:
        raise ValueError("the picture has no pixel")
    occupied, weights, sums = _gather(image)
    points = _FINE * sums / weights
    if occupied.size <= _FEW_CELLS:
        exact, exact_counts = _distinct_colors(image, occupied)
        if exact_counts.size <= _FEW_COLORS:
            points, weights = _FINE * exact, exact_counts
    centers = weighted_kmeans(np.rint(points), weights, k)
    return _palette(image, occupied, np.rint(centers / _FINE))


def with_colors(image: Image, colors: NDArray[np.uint8]) -> Palette:
    """Return the picture reduced to given colours, each pixel to its nearest; colours without pixels go.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB, at least one pixel.
    colors : ndarray of uint8, (k, 3)
        RGB, 1 to 256 of them.
    """
    occupied = np.zeros(_CELLS, bool)
    for _block, channels in _channel_blocks(image):
        occupied[_cells(channels)] = True
    return _palette(image, np.flatnonzero(occupied), colors.astype(np.float64))


def _channel_blocks(image: Image) -> Iterator[tuple[slice, list[Channel]]]:
    """Yield blocks of the flat picture and their channels."""
    pixels = image.reshape(1, -1, 3)
    for start in range(0, pixels.shape[1], _BLOCK_PIXELS):
        block = slice(start, start + _BLOCK_PIXELS)
        yield block, [np.asarray(channel, np.uint8).ravel() for channel in cv2.split(pixels[:, block])]


def _cells(channels: list[Channel]) -> NDArray[np.intp]:
    """Return each pixel's cell number: five bits of red, green and blue."""
    red, green, blue = channels
    high = (red >> 3).astype(np.uint16) << 10
    high |= (green & 0xF8).astype(np.uint16) << 2
    high |= blue >> 3
    return high.astype(np.intp)


def _gather(image: Image) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Return the occupied cells, the number of pixels in each and, (3, n), the sums of their channels."""
    counts = np.zeros(_CELLS)
    sums = np.zeros((3, _CELLS))
    for _block, (red, green, blue) in _channel_blocks(image):
        cells = _cells([red, green, blue])
        # Two sums in one number, in the time of one.
        reds = np.bincount(cells, weights=_ABOVE * red + 1, minlength=_CELLS)
        others = np.bincount(cells, weights=_ABOVE * green + blue, minlength=_CELLS)
        found = np.flatnonzero(reds > 0)
        sums[0, found], counts[found] = _added(reds[found].astype(np.float64), sums[0, found], counts[found])
        sums[1, found], sums[2, found] = _added(
            others[found].astype(np.float64), sums[1, found], sums[2, found]
        )
    occupied = np.flatnonzero(counts > 0)
    return occupied, counts[occupied], sums[:, occupied]


def _added(both: Floats, upper: Floats, lower: Floats) -> tuple[Floats, Floats]:
    """Add numbers of which one stands above the other to an upper and a lower sum."""
    uppers = np.floor(both / _ABOVE)
    return upper + uppers, lower + (both - _ABOVE * uppers)


def _distinct_colors(image: Image, occupied: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return the picture's colours, (3, n), and their pixels, given its occupied cells."""
    rank = np.zeros(_CELLS, np.intp)
    rank[occupied] = np.arange(occupied.size)
    colors_in_cell = _CELL_SIZE**3
    counts = np.zeros(occupied.size * colors_in_cell)
    for _block, channels in _channel_blocks(image):
        red, green, blue = (channel & (_CELL_SIZE - 1) for channel in channels)
        place = rank[_cells(channels)] * colors_in_cell + (red.astype(np.intp) << 6) + (green << 3) + blue
        counts += np.bincount(place, minlength=counts.size)
    found = np.flatnonzero(counts)
    cell, place = np.divmod(found, colors_in_cell)
    low = np.stack([place >> 6, (place >> 3) & 7, place & 7])
    return (_corners(occupied[cell]) + low).astype(np.float64), counts[found]


def _corners(cells: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the lowest colour of each cell, (3, n)."""
    return np.stack([cells >> 10, (cells >> 5) & 31, cells & 31]) * _CELL_SIZE


def _palette(image: Image, occupied: NDArray[np.intp], centers: Floats) -> Palette:
    """Return the picture reduced to centres in whole levels, given its occupied cells.

    Most cells lie wholly nearer to one centre than to any other; only the pixels of the cells
    that a border between two centres cuts are compared one by one.
    """
    # In half levels, the middles of cells are whole numbers.
    middles, doubled = 2 * _corners(occupied).astype(np.float64) + 2 * _HALF_CELL, 2 * centers
    costs = center_costs(middles, doubled)
    nearest = nearest_center(middles, doubled)
    costs -= costs[nearest, np.arange(nearest.size)]
    # Moving from the middle of a cell to its corner changes the difference of two costs by this.
    apart = 4 * _HALF_CELL * np.abs(doubled[:, None] - doubled[None]).sum(axis=2)
    cut = costs <= apart.take(nearest, axis=1)
    cut[nearest, np.arange(nearest.size)] = False
    center_of_cell = np.zeros(_CELLS, np.uint16)
    center_of_cell[occupied] = np.where(cut.any(axis=0), _CUT, nearest)
    labels = np.empty(image.shape[0] * image.shape[1], np.uint8)
    counts = np.zeros(256)
    for block, channels in _channel_blocks(image):
        of_cells = center_of_cell.take(_cells(channels))
        found = of_cells.astype(np.uint8)
        unsure = np.flatnonzero(of_cells == _CUT)
        found[unsure] = nearest_center(np.stack([channel.take(unsure) for channel in channels]), centers)
        labels[block] = found
        counts += cv2.calcHist([found], [0], None, [256], [0, 256]).ravel()
    return _by_frequency(centers, labels.reshape(image.shape[:2]), counts[: len(centers)])


def _by_frequency(colors: NDArray[np.number], labels: NDArray[np.uint8], counts: Floats) -> Palette:
    """Return the palette of a label map, renumbered from the most to the least frequent label."""
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] > 0]
    rank = np.zeros(256, np.uint8)
    rank[order] = np.arange(order.size, dtype=np.uint8)
    renumbered = np.asarray(cv2.LUT(labels, rank), np.uint8)
    return Palette(colors[order].astype(np.uint8), counts[order].astype(np.int64), renumbered)
