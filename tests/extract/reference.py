"""The article's steps written down literally, slowly, with scikit-learn, SciPy and NumPy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError
from sklearn.cluster import DBSCAN

from hairpipe.extract.settings import ArticleSettings

Array = NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class ReferenceSteps:
    """What each step gave; None for steps that were not reached."""

    skin: int
    clusters: NDArray[np.int64]
    face_region: NDArray[np.bool_]
    face_mask: NDArray[np.bool_] | None = None
    ring: NDArray[np.bool_] | None = None
    hair_colors: list[int] | None = None
    hair_mask: NDArray[np.bool_] | None = None


def reference_steps(
    labels: NDArray[np.uint8], box: tuple[float, float, float, float], numbers: ArticleSettings
) -> ReferenceSteps:
    """Return the article's steps on an already reduced picture, given as its map of colours."""
    height, width = labels.shape
    middle = middle_pixels(box, height, width)
    seen = [int(labels[y, x]) for y, x in middle]
    skin = min(set(seen), key=lambda color: (-seen.count(color), color))
    clusters = clusters_3d(labels == skin, numbers.eps, math.ceil(numbers.eps**3 / 3))[..., 1]
    met = {int(clusters[y, x]) for y, x in middle} - {-1}
    region = np.isin(clusters, sorted(met))
    steps = ReferenceSteps(skin, clusters, region)
    if not region.any():
        return steps
    points = np.argwhere(region)[:, ::-1].astype(float)
    face_mask = inside_hull(points, height, width)
    center = np.argwhere(face_mask)[:, ::-1].mean(axis=0)
    rise = center[1] - points[:, 1].min()
    scaled = []
    for scale in (numbers.inner_scale, numbers.outer_scale):
        moved = center + scale * (points - center)
        moved[:, 1] -= (numbers.bias - 1) * (scale - 1) * rise
        scaled.append(inside_hull(moved, height, width))
    ring = scaled[1] & ~scaled[0]
    if not ring.any():
        return ReferenceSteps(skin, clusters, region, face_mask, ring)
    in_ring = labels[ring]
    hair_colors = [color for color in range(256) if (in_ring == color).mean() > numbers.ring_share]
    return ReferenceSteps(skin, clusters, region, face_mask, ring, hair_colors, np.isin(labels, hair_colors))


def middle_pixels(box: tuple[float, float, float, float], height: int, width: int) -> list[tuple[int, int]]:
    """Return the pixels that the middle half of the box touches."""
    x, y, w, h = box
    return [
        (row, column)
        for row in range(height)
        for column in range(width)
        if row + 1 > y + h / 4 and row < y + 3 * h / 4
        if column + 1 > x + w / 4 and column < x + 3 * w / 4
    ]


def clusters_2d(mask: NDArray[np.bool_], eps: float, min_samples: int) -> NDArray[np.int64]:
    """Return scikit-learn's DBSCAN over the points (y, x)."""
    return _clusters(mask, eps, min_samples)


def clusters_3d(mask: NDArray[np.bool_], eps: float, min_samples: int) -> NDArray[np.int64]:
    """Return scikit-learn's DBSCAN over the points (y, x, channel) of three channels."""
    return _clusters(np.repeat(mask[..., None], 3, axis=2), eps, min_samples)


def _clusters(mask: NDArray[np.bool_], eps: float, min_samples: int) -> NDArray[np.int64]:
    labels = np.full(mask.shape, -1)
    points = np.argwhere(mask)
    if len(points):
        labels[tuple(points.T)] = DBSCAN(eps=eps, min_samples=min_samples).fit_predict(points)
    return labels


def inside_hull(points: NDArray[np.float64], height: int, width: int) -> NDArray[np.bool_]:
    """Return the pixels whose middle lies in the convex hull of points (x, y), or on its outline."""
    rows, columns = np.mgrid[:height, :width]
    pixels = np.stack([columns.ravel(), rows.ravel()], axis=1).astype(float)
    try:
        sides = ConvexHull(points).equations
    except (QhullError, ValueError):
        return _on_segment(points, pixels).reshape(height, width)
    return (pixels @ sides[:, :2].T + sides[:, 2] <= 1e-7).all(axis=1).reshape(height, width)


def _on_segment(points: NDArray[np.float64], pixels: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which pixels lie on the segment between the extremes of points on one line."""
    order = np.lexsort(points.T)
    start, end = points[order[0]], points[order[-1]]
    along = end - start
    length = along @ along
    part = np.clip((pixels - start) @ along / length, 0, 1) if length else np.zeros(len(pixels))
    return np.hypot(*(start + part[:, None] * along - pixels).T) <= 1e-7
