"""The part of the skin's pixels that is the face."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.article.density import Labels
from hairpipe.extract.face.box import Window
from hairpipe.extract.result import Mask


def face_clusters(clusters: Labels, middle: Window) -> NDArray[np.intp]:
    """Return the numbers of the clusters that have a pixel in the face's middle."""
    # Noise, -1, is counted at 0.
    counts = np.bincount(clusters[middle].ravel() + 1)
    return np.flatnonzero(counts[1:])


def face_region(clusters: Labels, kept: NDArray[np.intp]) -> Mask:
    """Return the pixels of the clusters that are kept."""
    keep = np.zeros(int(clusters.max(initial=-1)) + 2, bool)
    keep[kept] = True
    # The last entry answers for -1, noise.
    region: Mask = keep.take(clusters)
    return region
