"""Weighted k-means on points with whole coordinates, the same on every machine.

Coordinates and weights are whole numbers, kept in double precision and small enough for every
sum of products here to be exact. The result therefore doesn't depend on the number of threads,
the order of additions or the processor.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_MAX_ITERATIONS = 15
# Lloyd's iterations end when less than this part of the weight still changes its cluster.
_STILL_MOVING = 0.006
# A power of two, twice the largest k.
_MAX_CENTERS = 512
# With so many, costs of levels are exact in single precision, which is twice as fast.
_FEW_CENTERS = 32
# Points whose costs are worked out at once.
_BLOCK = 1024


def weighted_kmeans(points: Floats, weights: Floats, k: int) -> Floats:
    """Return the centres of at most `k` clusters.

    Parameters
    ----------
    points : ndarray, (d, n)
        Whole numbers below 2^13 in size.
    weights : ndarray, (n,)
        Positive whole numbers, adding up to at most 2^27.
    k : int
        Fewer centres come back where there are fewer distinct points.

    Returns
    -------
    ndarray, (at most k, d)
        Whole numbers.

    Notes
    -----
    Twice as many points as centres are chosen by weighted maximin (see M. E. Celebi,
    "Improving the performance of k-means for color quantization", 2011), their clusters are
    merged pair by pair after Ward's criterion down to `k`, and Lloyd's iterations finish.
    """
    centers = _maximin(points, weights, 2 * k)
    centers, masses = _centroids(points, weights, centers, nearest_center(points, centers))
    centers = _merge_to(k, centers[masses > 0], masses[masses > 0])
    assigned = nearest_center(points, centers)
    most_moved = _STILL_MOVING * weights.sum()
    for _ in range(_MAX_ITERATIONS):
        centers, _masses = _centroids(points, weights, centers, assigned)
        previous, assigned = assigned, nearest_center(points, centers)
        if weights[assigned != previous].sum() <= most_moved:
            break
    return centers


def center_costs(points: Floats, centers: Floats) -> Floats:
    """Return (k, n) squared distances, less each point's squared length, which all centres share."""
    costs: Floats = centers @ points
    costs *= -2
    costs += (centers**2).sum(axis=1)[:, None]
    return costs


def nearest_center(points: Floats | NDArray[np.uint8], centers: Floats) -> NDArray[np.intp]:
    """Return the index of each point's nearest centre, the lowest of several.

    Parameters
    ----------
    points : ndarray, (d, n)
        Whole numbers, or levels in bytes.
    centers : ndarray, (k, d)
        Likewise; 512 at most.
    """
    # Costs are whole numbers: made larger, they carry the index in their last bits. The least of
    # them then tells both, in a fraction of the time that argmin takes along the first axis.
    few = points.dtype == np.uint8 and len(centers) <= _FEW_CENTERS
    numbers = _FEW_CENTERS if few else _MAX_CENTERS
    precision: Any = np.float32 if few else np.float64
    offsets = numbers * (centers**2).sum(axis=1) + np.arange(len(centers))
    factors = np.column_stack([-2 * numbers * centers, offsets]).astype(precision)
    least = np.empty(points.shape[1], precision)
    rows = np.concatenate([points, np.ones((1, least.size), points.dtype)]).astype(precision, copy=False)
    # Blocks whose costs stay in the processor's cache.
    for start in range(0, least.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        (factors @ rows[:, block]).min(axis=0, out=least[block])
    return least.astype(np.intp) & (numbers - 1)


def _maximin(points: Floats, weights: Floats, count: int) -> Floats:
    """Return up to `count` distinct points, each far from those before it and heavy."""
    pull = np.sqrt(weights)
    lengths = (points**2).sum(axis=0)
    ones = np.ones((1, lengths.size))
    # A product of these gives squared distances.
    rows = np.concatenate([-2 * points, lengths[None], ones])
    factors = np.ascontiguousarray(np.concatenate([points, ones, lengths[None]]).T)
    nearest = np.full(weights.size, np.inf)
    distance, pulled = np.empty_like(nearest), np.empty_like(nearest)
    chosen: list[int] = []
    candidate = int(weights.argmax())
    while len(chosen) < count and nearest[candidate] > 0:
        chosen.append(candidate)
        np.dot(factors[candidate], rows, out=distance)
        np.minimum(nearest, distance, out=nearest)
        candidate = int(np.multiply(nearest, pull, out=pulled).argmax())
    return np.ascontiguousarray(points[:, chosen].T)


def _centroids(
    points: Floats, weights: Floats, centers: Floats, assigned: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """Return the clusters' rounded means and their masses; an empty cluster keeps its centre."""
    k = len(centers)
    masses: Floats = np.bincount(assigned, weights=weights, minlength=k).astype(np.float64, copy=False)
    filled = masses > 0
    means = centers.copy()
    for axis, coordinates in enumerate(points):
        totals = np.bincount(assigned, weights=weights * coordinates, minlength=k)
        means[filled, axis] = np.rint(totals[filled] / masses[filled])
    return means, masses


def _merge_to(k: int, centers: Floats, masses: Floats) -> Floats:
    """Merge the pair of clusters that raises the inertia least until `k` are left."""
    centers, masses = centers.copy(), masses.copy()
    alive = np.ones(len(centers), bool)
    costs = ((centers[:, None] - centers[None]) ** 2).sum(axis=2)
    costs *= masses[:, None] * masses[None] / (masses[:, None] + masses[None])
    np.fill_diagonal(costs, np.inf)
    for _ in range(len(centers) - k):
        first, second = sorted(divmod(int(costs.argmin()), len(centers)))
        mass = masses[first] + masses[second]
        total = centers[first] * masses[first] + centers[second] * masses[second]
        centers[first], masses[first] = np.rint(total / mass), mass
        alive[second] = False
        costs[second] = costs[:, second] = np.inf
        row = ((centers - centers[first]) ** 2).sum(axis=1) * (masses * mass / (masses + mass))
        row[~alive] = row[first] = np.inf
        costs[first] = costs[:, first] = row
    return centers[alive]
