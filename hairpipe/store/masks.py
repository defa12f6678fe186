"""Masks as text: COCO's compressed run-length encoding, as pycocotools writes it.

It is decoded here: pycocotools' decoder takes runs that do not fill the mask and returns whatever
was in memory for the rest.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco

# A run length is written in groups of five bits, least significant first, each in one character.
_FIRST_CHARACTER = 48
_BITS = 5
_VALUE = 0x1F
_SIGN = 0x10
_MORE = 0x20


def encode_mask(mask: NDArray[np.bool_]) -> str:
    """Return the COCO compressed run-length ``counts`` of a mask, (H, W), True where the region is.

    Raises
    ------
    ValueError
        If `mask` is not a two-dimensional array of bool.
    """
    if mask.ndim != 2 or mask.dtype != np.bool_:
        raise ValueError(f"a mask is a two-dimensional array of bool, not {mask.dtype} of shape {mask.shape}")
    pixels = np.ascontiguousarray(mask).view(np.uint8)
    # Column by column, as np.asfortranarray puts them, in a fifth of its time.
    by_column = cv2.transpose(pixels).T if pixels.size else np.asfortranarray(pixels)
    counts: bytes = coco.encode(by_column)["counts"]
    return counts.decode("ascii")


def decode_mask(counts: str, height: int, width: int) -> NDArray[np.bool_]:
    """Return the mask, (height, width), that :func:`encode_mask` encoded.

    Raises
    ------
    ValueError
        If `counts` is no run-length encoding of a mask of this size.
    """
    runs = run_lengths(counts)
    if runs.sum() != height * width:
        raise ValueError(f"the runs of the mask do not add up to {height} x {width} pixels")
    pixels = np.repeat(np.resize([False, True], len(runs)), runs)
    return np.ascontiguousarray(pixels.reshape(width, height).T)


def run_lengths(counts: str) -> NDArray[np.int64]:
    """Return the lengths of a mask's runs, column by column: background and foreground in turn.

    Returns
    -------
    ndarray of int64, (runs,)
        ``[::2]`` are background, ``[1::2]`` foreground; their sum is the mask's size in pixels.

    Raises
    ------
    ValueError
        If `counts` is no such encoding.
    """
    characters = np.frombuffer(counts.encode("utf-8"), np.uint8).astype(np.int64) - _FIRST_CHARACTER
    ends = np.flatnonzero((characters & _MORE) == 0)
    if (
        not len(ends)
        or ends[-1] != len(characters) - 1
        or characters.min() < 0
        or characters.max() >= 2 * _MORE
    ):
        raise ValueError("not a COCO compressed run-length encoding")
    starts = np.concatenate([[0], ends[:-1] + 1])
    sizes = ends - starts + 1
    if sizes.max() * _BITS > 60:
        raise ValueError("a run of the mask is longer than any picture")
    shifts = _BITS * (np.arange(len(characters)) - np.repeat(starts, sizes))
    runs = np.add.reduceat((characters & _VALUE) << shifts, starts)
    runs -= np.where(characters[ends] & _SIGN, np.int64(1) << _BITS * sizes, 0)
    # From the fourth run on, what is written is the difference to the run two before.
    runs[1::2] = np.cumsum(runs[1::2])
    runs[2::2] = np.cumsum(runs[2::2])
    if runs.min() < 0:
        raise ValueError("a run of the mask has a negative length")
    return runs
