"""The article's notebook, read literally: what the method costs when it is written down as it is told.

scikit-learn's KMeans over every pixel, DBSCAN over the (y, x, channel) indices of the skin-coloured
ones, SciPy's hull, and a test of every pixel against it. Only for measuring against;
:mod:`hairpipe.extract.article.method` gives the same kind of result.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, Delaunay
from sklearn.cluster import DBSCAN, KMeans

from hairpipe.extract.result import Image, Mask

_COLORS = 12
_EPS = 5
_MIN_SAMPLES = math.ceil(_EPS**3 / 3)
_SCALES = (1.1, 1.3)
_BIAS = 1.5
_RING_SHARE = 0.05


def notebook_hair(image: Image, box: tuple[float, float, float, float]) -> Mask:
    """Return the hair of a portrait, step by step as the article has it.

    The box is (x, y, w, h) of the face; where that has too little skin, there is no hair.
    """
    reduced = reduce_picture(image)
    x, y, w, h = (round(value) for value in box)
    middle = reduced[y + h // 4 : y + h - h // 4, x + w // 4 : x + w - w // 4]
    colors, counts = np.unique(middle.reshape(-1, 3), axis=0, return_counts=True)
    skin = np.where(reduced == colors[counts.argmax()], 1, 0)
    points = np.argwhere(skin)
    labels = DBSCAN(eps=_EPS, min_samples=_MIN_SAMPLES).fit_predict(points)
    in_middle = (np.abs(points[:, 0] - (y + h / 2)) < h / 4) & (np.abs(points[:, 1] - (x + w / 2)) < w / 4)
    face_labels = set(labels[in_middle]) - {-1}
    face = points[np.isin(labels, list(face_labels))][:, :2]
    if len(face) < 3:
        return np.zeros(image.shape[:2], bool)
    corners = face[ConvexHull(face).vertices].astype(float)
    inner, outer = (inside_hull(scaled(corners, scale), image.shape[:2]) for scale in _SCALES)
    ring = reduced[outer & ~inner]
    colors, counts = np.unique(ring, axis=0, return_counts=True)
    hair = np.zeros(image.shape[:2], bool)
    for color in colors[counts > _RING_SHARE * len(ring)]:
        hair |= (reduced == color).all(axis=2)
    return hair


def reduce_picture(image: Image) -> Image:
    """Return the picture in the 12 colours that scikit-learn's KMeans finds among all its pixels."""
    pixels = image.reshape(-1, 3).astype(float)
    found = KMeans(n_clusters=_COLORS, random_state=0).fit(pixels)
    reduced: Image = found.cluster_centers_[found.labels_].reshape(image.shape).astype(np.uint8)
    return reduced


def scaled(corners: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Return a hull's corners (y, x) enlarged about their mean and moved up by the article's bias."""
    center = corners.mean(axis=0)
    moved = center + scale * (corners - center)
    moved[:, 0] -= (_BIAS - 1) * (scale - 1) * (center[0] - corners[:, 0].min())
    return np.asarray(moved)


def inside_hull(corners: NDArray[np.float64], shape: tuple[int, ...]) -> Mask:
    """Return the pixels that lie in a convex hull, each pixel asked for."""
    pixels = np.indices(shape).reshape(2, -1).T
    inside: Mask = (Delaunay(corners).find_simplex(pixels) >= 0).reshape(shape[:2])
    return inside
