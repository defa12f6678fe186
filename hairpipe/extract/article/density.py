"""DBSCAN over the pixels of a mask, computed on the grid instead of by neighbour lists.

On a grid the number of neighbours of every pixel is the mask filtered with a disc; core pixels
that touch belong together, so clusters are connected components, joined where two come within
`eps`. The labels are those of :class:`sklearn.cluster.DBSCAN` on the same points, one for one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.result import Mask

Labels = NDArray[np.int32]


def default_min_samples(eps: float) -> int:
    """Return the article's core count: a third of the cube over `eps`, rounded up."""
    return math.ceil(eps**3 / 3)


@dataclass(frozen=True, eq=False)
class DensityClusters:
    """What DBSCAN finds in a mask."""

    labels: Labels
    """(H, W): clusters from 0 in the order of their first core point in raster order; -1 for noise and for
    pixels outside the mask. A border point has the lowest cluster in its reach."""
    core: Mask
    """(H, W): the core points."""


def density_clusters(mask: Mask, eps: float, min_samples: int, channels: int = 1) -> DensityClusters:
    """Return the DBSCAN clusters of a mask's pixels.

    Parameters
    ----------
    mask : ndarray of bool, (H, W)
        The pixels to cluster.
    eps : float
        Radius in pixels, at least 1.
    min_samples : int
        Points within `eps`, the point itself among them, that make a core point.
    channels : int
        1 clusters the points (y, x). More clusters the points (y, x, c) with c from 0 to
        channels - 1 for each pixel, as the article does with an RGB picture; the result is
        then that of the middle channel. With three channels and eps = 5 all channels agree.

    Raises
    ------
    ValueError
        If `eps`, `min_samples` or `channels` is below 1.
    """
    if not (eps >= 1 and min_samples >= 1 and channels >= 1):
        raise ValueError(f"eps {eps}, min_samples {min_samples} and channels {channels} must be 1 or more")
    labels = np.full(mask.shape, -1, np.int32)
    core = np.zeros(mask.shape, bool)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size:
        window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        inside = mask[window]
        core[window] = _core_pixels(inside, eps, min_samples, channels)
        clusters, count = _core_clusters(core[window], eps)
        reached = _lowest_within(clusters, count, eps)
        labels[window] = np.where(inside, reached, -1)
        labels[core] = clusters[core[window]]
    return DensityClusters(labels, core)


def _core_pixels(mask: Mask, eps: float, min_samples: int, channels: int) -> Mask:
    weights = _neighbour_weights(eps, channels)
    depth = cv2.CV_16S if weights.sum() < 2**15 else cv2.CV_32F
    counts = cv2.filter2D(mask.astype(np.uint8), depth, weights, borderType=cv2.BORDER_CONSTANT)
    # Half a point below the limit: a filter in floating point may miss a whole number by a hair.
    core: Mask = mask & (counts > min_samples - 0.5)
    return core


def _squared_distances(eps: float) -> NDArray[np.int64]:
    """Return the squared distance to the middle of every place in the square around a disc."""
    reach = np.arange(-math.floor(eps), math.floor(eps) + 1)
    squares: NDArray[np.int64] = reach[:, None] ** 2 + reach[None] ** 2
    return squares


def _neighbour_weights(eps: float, channels: int) -> NDArray[np.float32]:
    """Return how many points of the middle channel's ball lie at each place around a pixel."""
    middle = channels // 2
    gaps = np.arange(channels) - middle
    within = _squared_distances(eps)[..., None] + gaps**2 <= eps**2
    weights: NDArray[np.float32] = within.sum(axis=2).astype(np.float32)
    return weights


def _core_clusters(core: Mask, eps: float) -> tuple[Labels, int]:
    """Return the clusters of the core pixels (-1 elsewhere) by first pixel, and their number."""
    touching = 8 if eps**2 >= 2 else 4
    parts, found = cv2.connectedComponents(core.astype(np.uint8), connectivity=touching)
    components = found.astype(np.int32, copy=False)
    if parts <= 2:
        return components - 1, parts - 1
    group = _joined_groups(components, parts, eps)
    flat = np.flatnonzero(core)
    first = np.full(parts, flat.size)
    # Assigned from the last to the first pixel: the first one stays.
    first[group[components.ravel()[flat[::-1]]]] = np.arange(flat.size)[::-1]
    order = np.argsort(first, kind="stable")
    count = int((first < flat.size).sum())
    number = np.full(parts, -1, np.int32)
    number[order[:count]] = np.arange(count)
    number = number[group]
    number[0] = -1
    return number[components], count


def _joined_groups(components: Labels, parts: int, eps: float) -> NDArray[np.intp]:
    """Return for each component the lowest one it is joined to by steps of at most `eps`."""
    group = np.arange(parts)
    radius = math.floor(eps)
    padded = np.pad(components, radius)
    disc = _squared_distances(eps) <= eps**2
    # The relation is symmetric, so only pixels that have a greater component in reach are asked.
    numbers: NDArray[Any] = padded.astype(_smallest_type(parts))
    greatest = cv2.dilate(numbers, disc.astype(np.uint8))
    places = np.flatnonzero((padded > 0) & (greatest > numbers))
    offsets = np.argwhere(disc) - radius
    seen = padded.ravel().take(places + (offsets @ [padded.shape[1], 1])[:, None])
    own = np.broadcast_to(padded.ravel().take(places), seen.shape)
    strangers = seen > own
    pairs = np.unique(own[strangers].astype(np.int64) * parts + seen[strangers])
    one, other = np.divmod(pairs, parts)
    while True:
        before = group.copy()
        lower = np.minimum(group[one], group[other])
        np.minimum.at(group, one, lower)
        np.minimum.at(group, other, lower)
        group = group[group]
        if np.array_equal(group, before):
            return group


def _lowest_within(clusters: Labels, count: int, eps: float) -> Labels:
    """Return the lowest cluster with a core pixel within `eps` of each pixel, -1 for none."""
    # A minimum over the disc; the smaller the type, the faster the filter.
    numbers: NDArray[Any] = np.where(clusters < 0, count, clusters).astype(_smallest_type(count))
    disc = (_squared_distances(eps) <= eps**2).astype(np.uint8)
    lowest = cv2.erode(numbers, disc, borderType=cv2.BORDER_CONSTANT, borderValue=float(count))
    reached = lowest.astype(np.int32)
    reached[reached == count] = -1
    return reached


def _smallest_type(largest: int) -> type[np.uint8 | np.uint16 | np.float64]:
    """Return the smallest type that holds a whole number and that OpenCV's filters know."""
    if largest <= np.iinfo(np.uint8).max:
        return np.uint8
    return np.uint16 if largest <= np.iinfo(np.uint16).max else np.float64
