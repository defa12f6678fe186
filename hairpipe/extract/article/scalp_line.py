"""The scalp line: a ring round the face in which hair is most likely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.article.hull import Points, fill_convex
from hairpipe.extract.result import Mask


@dataclass(frozen=True, eq=False)
class ScalpLine:
    """The enlarged face hulls and what lies between them."""

    inner_corners: Points
    outer_corners: Points
    """(n, 2): x and y of both enlarged hulls; they may lie outside the picture."""
    inner: Mask
    outer: Mask
    """(H, W): both enlarged hulls as far as the picture goes."""
    ring: Mask
    """(H, W): in `outer` but not in `inner`."""


def scalp_line(
    face_mask: Mask,
    corners: Points,
    inner_scale: float = 1.1,
    outer_scale: float = 1.3,
    bias: float = 1.5,
) -> ScalpLine:
    """Return the ring between two enlargements of the face hull.

    Parameters
    ----------
    face_mask : ndarray of bool, (H, W)
        The filled hull, with at least one pixel.
    corners : ndarray, (n, 2)
        x and y of its corners.
    inner_scale, outer_scale, bias : float
        See :func:`enlarged_hull`.
    """
    center = center_of_mass(face_mask)
    inner_corners = enlarged_hull(corners, center, inner_scale, bias)
    outer_corners = enlarged_hull(corners, center, outer_scale, bias)
    shape = face_mask.shape[0], face_mask.shape[1]
    inner, outer = fill_convex(inner_corners, shape), fill_convex(outer_corners, shape)
    return ScalpLine(inner_corners, outer_corners, inner, outer, outer & ~inner)


def center_of_mass(mask: Mask) -> NDArray[np.float64]:
    """Return the mean x and y of a mask's pixels."""
    by_column, by_row = np.count_nonzero(mask, axis=0), np.count_nonzero(mask, axis=1)
    totals = by_column @ np.arange(by_column.size), by_row @ np.arange(by_row.size)
    center: NDArray[np.float64] = np.array(totals) / by_row.sum()
    return center


def enlarged_hull(corners: Points, center: NDArray[np.float64], scale: float, bias: float) -> Points:
    """Return a hull scaled about its centre of mass and pushed upwards.

    Hair lies above a face rather than below it. The push makes the enlargement above the centre
    `bias` times what scaling alone gives, and takes as much from the one below; it is 0 for a
    bias of 1. It follows the face's size, so the result is the same wherever the face is and
    however large the picture.

    Parameters
    ----------
    corners : ndarray, (n, 2)
        x and y.
    center : ndarray, (2,)
        x and y of the centre of mass.
    scale : float
        Size of the enlarged hull, as a multiple.
    bias : float
        Size of the enlargement above the centre, as a multiple of what scaling gives.
    """
    push = (bias - 1) * (scale - 1) * (center[1] - corners[:, 1].min())
    enlarged: Points = center + scale * (corners - center)
    enlarged[:, 1] -= push
    return enlarged
