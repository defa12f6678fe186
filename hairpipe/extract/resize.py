"""Pictures and maps at another size."""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", np.uint8, np.float32)


def resized(values: NDArray[T], size: tuple[int, int]) -> NDArray[T]:
    """Return a picture or a map at another size, (height, width); the same array where it has it.

    It is halved while it has twice the size, each pixel the mean of four, and interpolated then: a multiple
    as fast as means over parts of pixels.

    Parameters
    ----------
    values : ndarray of uint8 or float32, (H, W) or (H, W, channels)
    size : (int, int)
    """
    if values.shape[:2] == size:
        return values
    height, width = size
    while values.shape[0] >= 2 * height and values.shape[1] >= 2 * width:
        down, across = values.shape[0] // 2, values.shape[1] // 2
        values = _by_opencv(values[: 2 * down, : 2 * across], (down, across), cv2.INTER_AREA)
    return _by_opencv(values, size, cv2.INTER_LINEAR)


def _by_opencv(values: NDArray[T], size: tuple[int, int], how: int) -> NDArray[T]:
    return np.asarray(cv2.resize(values, size[::-1], interpolation=how), values.dtype)
