"""Convex hulls of masks, and convex polygons back to masks."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.result import Mask

Points = NDArray[np.float64]

# A pixel whose middle is this close to the outline, in pixels, counts as on it, and so as inside.
_ON_OUTLINE = 1e-6


def hull_corners(mask: Mask) -> Points:
    """Return the corners of the convex hull of a mask's pixel middles.

    Parameters
    ----------
    mask : ndarray of bool, (H, W)
        Any pixels, or none.

    Returns
    -------
    ndarray, (n, 2)
        x and y in order round the hull; one or two for a point or a line, none for an empty mask.
    """
    if not mask.any():
        return np.empty((0, 2))
    rows = np.flatnonzero(mask.any(axis=1))
    inside = mask[rows]
    # The ends of each row are enough: what lies between them is in their hull.
    left = inside.argmax(axis=1)
    right = mask.shape[1] - 1 - inside[:, ::-1].argmax(axis=1)
    ends = np.concatenate([np.stack([left, rows], axis=1), np.stack([right, rows], axis=1)])
    return cv2.convexHull(ends.astype(np.int32)).reshape(-1, 2).astype(np.float64)


def fill_convex(corners: Points, shape: tuple[int, int]) -> Mask:
    """Return the pixels whose middle lies in a convex polygon or on its outline.

    Parameters
    ----------
    corners : ndarray, (n, 2)
        x and y in order; may lie outside the picture, where nothing is filled.
    shape : tuple of int
        Height and width of the picture.
    """
    filled = np.zeros(shape, bool)
    if len(corners) == 0:
        return filled
    top, bottom = corners[:, 1].min(), corners[:, 1].max()
    first = max(0, int(np.ceil(top - _ON_OUTLINE)))
    last = min(shape[0] - 1, int(np.floor(bottom + _ON_OUTLINE)))
    if first > last:
        return filled
    left, right = _row_spans(corners, np.arange(first, last + 1, dtype=np.float64))
    # Whole numbers are compared faster, the small ones the fastest.
    start = np.ceil(left - _ON_OUTLINE).clip(0, shape[1]).astype(np.int32)[:, None]
    end = np.floor(right + _ON_OUTLINE).clip(-1, shape[1]).astype(np.int32)[:, None]
    columns = np.arange(shape[1], dtype=np.int32)
    filled[first : last + 1] = (columns >= start) & (columns <= end)
    return filled


def _row_spans(corners: Points, rows: NDArray[np.float64]) -> tuple[Points, Points]:
    """Return where each row enters and leaves a convex polygon that it crosses."""
    x, y = corners.T[..., None]
    next_x, next_y = np.roll(corners, -1, axis=0).T[..., None]
    crossed = (np.minimum(y, next_y) <= rows + _ON_OUTLINE) & (rows - _ON_OUTLINE <= np.maximum(y, next_y))
    drop = next_y - y
    level = drop == 0
    part = np.clip((rows - y) / np.where(level, 1, drop), 0, 1)
    crossing = x + part * (next_x - x)
    # A level edge spans its row from end to end; its other end is the start of the next edge,
    # which touches the same row.
    left = np.where(crossed, crossing, np.inf).min(axis=0)
    right = np.where(crossed, crossing, -np.inf).max(axis=0)
    return left, right
