"""A portrait small enough for a page of many and large enough to judge: the head, outlined, and its hair."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.face.box import Window
from hairpipe.extract.learned.window import close_up
from hairpipe.extract.result import Box, Image, Mask
from hairpipe.report.results import Regions
from hairpipe.report.views import alone, fitted

CELL_WIDTH, CELL_HEIGHT = 160, 192
"""The largest size of one of a thumbnail's two pictures. Multiples of 16: cells of a JPEG don't mix."""
_OUTLINE, _HALO = (255, 0, 200), (255, 255, 255)
_FACE = (0, 200, 255)
_MARGIN = 0.08
# What is cut off must be worth it.
_LARGEST_PART = 0.7
_CHECK = 8


class Thumbnail(NamedTuple):
    """The part of a portrait that shows the head, twice at the same size."""

    outlined: Image
    """With a line round the hair, or as it is where none was found."""
    hair: Image | None
    """The hair alone; None where none was found."""


def thumbnail(image: Image, regions: Regions, face: Box | None) -> Thumbnail:
    """Return a portrait's thumbnail.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    regions : Regions
        The masks found; of another size than the picture's, they are of an earlier picture and left out.
    """
    hair = regions.hair if regions.hair is not None and regions.hair.shape == image.shape[:2] else None
    window = _shown_part(image, hair, face)
    small = fitted(image[window], CELL_WIDTH, CELL_HEIGHT)
    if hair is None or not hair.any():
        return Thumbnail(small, None)
    mask = _scaled(hair[window], small)
    return Thumbnail(outlined(small, mask), alone(small, mask, _CHECK))


def outlined(image: Image, mask: Mask) -> Image:
    """Return a picture with a line round a mask, pink between white: it stands out on any drawing."""
    drawn = image.copy()
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.polylines(drawn, contours, True, _HALO, 3, cv2.LINE_AA)
    cv2.polylines(drawn, contours, True, _OUTLINE, 1, cv2.LINE_AA)
    return drawn


def overlay(size: tuple[int, int], regions: Regions, face: Box | None, within: int) -> NDArray[np.uint8]:
    """Return the lines round a portrait's hair and face alone, RGBA, to be laid over the picture.

    `size` is the picture's (height, width), `within` the longer side of what is returned, in pixels.
    """
    scale = within / max(size)
    height, width = (max(1, round(length * scale)) for length in size)
    lines = np.zeros((height, width, 4), np.uint8)
    if regions.hair is not None and regions.hair.shape == size:
        hair = cv2.resize(
            regions.hair.astype(np.uint8) * 255, (width, height), interpolation=cv2.INTER_LINEAR
        )
        contours, _ = cv2.findContours((hair > 127).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        cv2.polylines(lines, contours, True, (*_HALO, 255), 3)
        cv2.polylines(lines, contours, True, (*_OUTLINE, 255), 1)
    if face is not None:
        corner = (round(face.x * scale), round(face.y * scale))
        end = (round((face.x + face.w) * scale), round((face.y + face.h) * scale))
        cv2.rectangle(lines, corner, end, (*_FACE, 255), 1)
    return lines


def face_of(row: Mapping[str, Any]) -> Box | None:
    """Return the face box of a row of the portraits table, None where it has none."""
    if row["face_x"] is None:
        return None
    return Box(row["face_x"], row["face_y"], row["face_w"], row["face_h"])


def _shown_part(image: Image, hair: Mask | None, face: Box | None) -> Window:
    """Return the rows and columns with the face and all hair, of the whole picture unless they are small."""
    height, width = image.shape[:2]
    whole = (slice(0, height), slice(0, width))
    parts = []
    if hair is not None and hair.any():
        left, top, across, down = cv2.boundingRect(hair.astype(np.uint8))
        parts.append((top, left, top + down, left + across))
    near = None if face is None else close_up(face, (height, width))
    if face is not None and (parts or near):
        above, below = (0.3, 0.5) if parts else (1.2, 1.2)
        parts.append(
            (
                math.floor(face.y - above * face.h),
                math.floor(face.x - above * face.w),
                math.ceil(face.y + (1 + below) * face.h),
                math.ceil(face.x + (1 + above) * face.w),
            )
        )
    if not parts:
        return whole
    top, left = (min(part[side] for part in parts) for side in (0, 1))
    bottom, right = (max(part[side] for part in parts) for side in (2, 3))
    margin = math.ceil(_MARGIN * max(bottom - top, right - left))
    window = (
        slice(max(0, top - margin), min(height, bottom + margin)),
        slice(max(0, left - margin), min(width, right + margin)),
    )
    area = (window[0].stop - window[0].start) * (window[1].stop - window[1].start)
    return window if 0 < area < _LARGEST_PART * height * width else whole


def _scaled(mask: Mask, like: Image) -> Mask:
    height, width = like.shape[:2]
    if mask.shape == (height, width):
        return mask
    return cv2.resize(mask.astype(np.uint8) * 255, (width, height), interpolation=cv2.INTER_AREA) > 127
