"""The face's skin: its colour, its pixels, and the part of them that is the face."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.article.density import Labels
from hairpipe.extract.color.palette import Palette
from hairpipe.extract.face.box import Window
from hairpipe.extract.result import Mask


def skin_color(palette: Palette, middle: Window) -> int:
    """Return the index of the palette's colour with the most pixels in the face's middle.

    Parameters
    ----------
    palette : Palette
        Of the portrait.
    middle : Window
        From :func:`hairpipe.extract.face.box.middle_of`; has at least one pixel.
    """
    counts = np.bincount(palette.labels[middle].ravel(), minlength=len(palette.colors))
    return int(counts.argmax())


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
