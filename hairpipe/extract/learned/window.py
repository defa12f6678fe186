"""Parts of a picture that are looked at by themselves.

The network sees a picture at one small size, and was taught portraits: on a full body or in a scene the
head is a few of its pixels. A part of the picture looks like a portrait again.
"""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.face.box import Window, box_at
from hairpipe.extract.learned.traits import small_mask
from hairpipe.extract.result import Box, Face, Image, Mask

# How much round the face belongs to the close-up, in heights and widths of the face box: tall and wide
# hair above and beside it, and hair down to the hips.
_ABOVE, _BELOW, _BESIDE = 1.2, 2.8, 1.2
# A close-up of more than this part of the picture would show little that the picture doesn't.
_LARGEST = 0.85
# How much is left free round the hair and the face, in parts of their longer side, and the least part of a
# picture that is hair and no noise.
_MARGIN, _LEAST = 0.2, 0.001
# A larger part of the picture shows the head no better; where the head fills less than the second, the
# picture shows it too small.
_LARGEST_HEAD, _SMALL_HEAD = 0.75, 0.5
# A smaller part, in pixels of a side, is too blurred.
_SMALLEST = 24


def head_window(hair: NDArray[np.float32], face: Box | None) -> Window | None:
    """Return the part of a picture round the hair and the face seen in it; None where that is most of it.

    Parameters
    ----------
    hair : ndarray of float32, (H, W)
        The network's probability of hair, at the picture's size.
    face : Box or None
        At least partly inside the picture.
    """
    height, width = hair.shape
    near = None if face is None else close_up(face, hair.shape)
    patch = _largest_patch(hair, near)
    if patch is None or (face is not None and patch.y >= face.y):
        # What is seen is not all of the hair.
        return near
    seen = [patch] if face is None else [patch, face]
    left, top = min(box.x for box in seen), min(box.y for box in seen)
    right, bottom = max(box.x + box.w for box in seen), max(box.y + box.h for box in seen)
    margin = _MARGIN * max(right - left, bottom - top)
    rows = slice(max(0, math.floor(top - margin)), min(height, math.ceil(bottom + margin)))
    columns = slice(max(0, math.floor(left - margin)), min(width, math.ceil(right + margin)))
    window = rows, columns
    too_small = min(rows.stop - rows.start, columns.stop - columns.start) < _SMALLEST
    return None if too_small or share_of(window, hair.shape) >= _LARGEST_HEAD else window


def is_small(head: Window, size: tuple[int, int]) -> bool:
    """Return whether the head is too small in a picture, (height, width), to be judged there."""
    return share_of(head, size) < _SMALL_HEAD


def share_of(window: Window, size: tuple[int, int]) -> float:
    """Return how much of a picture, (height, width), a part of it is."""
    rows, columns = window
    share: float = (rows.stop - rows.start) * (columns.stop - columns.start) / (size[0] * size[1])
    return share


def _largest_patch(hair: NDArray[np.float32], near: Window | None) -> Box | None:
    """Return the box of the connected patch of likely hair that fills most of a part of the picture."""
    small = small_mask(np.asarray(hair > 0.5, bool))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(small)
    if near is not None:
        down, across = small.shape[0] / hair.shape[0], small.shape[1] / hair.shape[1]
        rows, columns = near
        labels = labels[
            int(rows.start * down) : math.ceil(rows.stop * down),
            int(columns.start * across) : math.ceil(columns.stop * across),
        ]
    areas = np.bincount(labels.ravel(), minlength=count)[1:]
    if not len(areas) or areas.max() < _LEAST * small.size:
        return None
    x, y, w, h, _ = stats[1 + int(np.argmax(areas))]
    return box_at(hair.shape, Box(float(x), float(y), float(w), float(h)), small.shape)


def close_up(face: Box, size: tuple[int, int]) -> Window | None:
    """Return the part of a picture round a small face; None where the face is large enough.

    Parameters
    ----------
    face : Box
        At least partly inside the picture.
    size : (int, int)
        The picture's height and width.
    """
    height, width = size
    top = max(0, math.floor(face.y - _ABOVE * face.h))
    bottom = min(height, math.ceil(face.y + face.h + _BELOW * face.h))
    left = max(0, math.floor(face.x - _BESIDE * face.w))
    right = min(width, math.ceil(face.x + face.w + _BESIDE * face.w))
    window = slice(top, bottom), slice(left, right)
    return None if share_of(window, size) >= _LARGEST else window


def part_of(image: Image, face: Face | None, window: Window) -> tuple[Image, Face | None]:
    """Return a part of a picture, and the picture's face in the pixels of that part."""
    near = None if face is None else replace(face, box=box_in_window(face.box, window))
    return np.ascontiguousarray(image[window]), near


def mask_in_picture(mask: Mask, window: Window | None, size: tuple[int, int]) -> Mask:
    """Return a mask of a part of a picture, None for all of it, as one of the picture of (height, width)."""
    if window is None:
        return mask
    whole = np.zeros(size, bool)
    whole[window] = mask
    return whole


def box_in_window(box: Box, window: Window) -> Box:
    """Return a box of the picture in the pixels of a part of it."""
    rows, columns = window
    return box._replace(x=box.x - columns.start, y=box.y - rows.start)
