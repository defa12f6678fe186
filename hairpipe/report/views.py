"""The ways a portrait is shown: as it is, with the found hair marked, the hair alone, reduced."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

import cv2
import numpy as np

from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.result import Image, Mask

PAPER = (238, 238, 242)
"""RGB between pictures."""
_CHECKS = (198, 186)
_CHECKS_ACROSS = 40
_LOSSLESS = 101
_TINT, _SHADE = (50.0, 55.0, 110.0), 0.4
REDUCED_COLORS = 12
"""Colours of the reduced view: the article's k."""


class View(StrEnum):
    """What to show of a portrait."""

    ORIGINAL = "original"
    MASK = "mask"
    HAIR = "hair"
    REDUCED = "reduced"


NEEDS_HAIR = frozenset({View.MASK, View.HAIR})
"""The views that show where the hair is."""


def shown(image: Image, hair: Mask, view: View) -> Image:
    """Return an RGB portrait, uint8 (H, W, 3), in one of its views; the hair, (H, W), may be none at all."""
    return _VIEWS[view](image, hair)


def hair_marked(image: Image, hair: Mask) -> Image:
    """Return the picture with everything but the hair in one tint: white, grey and black hair stand out."""
    shade = image.mean(axis=2, keepdims=True) * _SHADE
    return np.where(hair[..., None], image, (shade + np.array(_TINT)).astype(np.uint8))


def alone(image: Image, mask: Mask, check: int | None = None) -> Image:
    """Return the picture with everything outside of the mask left blank: a grey chequered ground.

    Hair may be white, grey or black; on a chequered ground each is seen for what it is. A check is
    `check` pixels wide, by default as suits the picture's size.
    """
    height, width = mask.shape
    size = check or max(2, round(min(height, width) / _CHECKS_ACROSS))
    is_dark = (np.arange(height)[:, None] // size + np.arange(width) // size) % 2 == 1
    light, dark = _CHECKS
    ground = np.where(is_dark, np.uint8(dark), np.uint8(light))
    return np.where(mask[..., None], image, ground[..., None])


def fitted(image: Image, width: int, height: int) -> Image:
    """Return the picture scaled down to fit into `width` x `height`; a smaller one stays as it is."""
    scale = min(width / image.shape[1], height / image.shape[0])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def jpeg(image: Image, quality: int = 82) -> bytes:
    """Return an RGB picture as JPEG."""
    _, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data)


def png(image: Image) -> bytes:
    """Return an RGB, RGBA or grey picture as PNG."""
    channels = {4: [2, 1, 0, 3], 3: [2, 1, 0]}
    ordered = image if image.ndim == 2 else image[..., channels[image.shape[2]]]
    _, data = cv2.imencode(".png", ordered)
    return bytes(data)


def webp(image: Image) -> bytes:
    """Return a BGRA picture as WebP, with nothing lost: lines take a quarter of what PNG takes."""
    _, data = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, _LOSSLESS])
    return bytes(data)


def data_uri(data: bytes, kind: str) -> str:
    """Return a picture's bytes as a ``data:`` address; `kind` is jpeg, png or svg+xml."""
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


_VIEWS: Mapping[View, Callable[[Image, Mask], Image]] = MappingProxyType(
    {
        View.ORIGINAL: lambda image, _: image,
        View.MASK: hair_marked,
        View.HAIR: alone,
        View.REDUCED: lambda image, _: reduce_colors(image, REDUCED_COLORS).reduced,
    }
)
