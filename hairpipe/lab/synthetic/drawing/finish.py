"""From colours to a picture as a scrape delivers it: soft light, strands, blur, grain, JPEG."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

_Picture = NDArray[np.uint8]
_Field = NDArray[np.float32]


def with_strands(picture: _Picture, hair: NDArray[np.uint8], rng: Generator) -> _Picture:
    """Return the picture with soft strands in its hair.

    Parameters
    ----------
    picture : ndarray of uint8, (H, W, 3)
        Any colours.
    hair : ndarray of uint8, (H, W)
        How much of each pixel is hair, 0 to 255.
    rng : Generator
        Decides where the strands lie.
    """
    height, width = hair.shape
    strength = rng.uniform(0.05, 0.16)
    noise = rng.normal(0.0, strength, (int(rng.integers(2, 6)), int(rng.integers(15, 40)))).astype(np.float32)
    field = cast(_Field, cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC))
    field *= hair
    field *= np.float32(1 / 255)
    field += 1
    return _multiplied(picture, field)


def with_light(picture: _Picture, rng: Generator) -> _Picture:
    """Return the picture lit a little unevenly."""
    noise = rng.normal(1.0, 0.05, (3, 3)).astype(np.float32)
    height, width = picture.shape[:2]
    field = cast(_Field, cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR))
    return _multiplied(picture, field)


def as_scraped(picture: _Picture, rng: Generator) -> _Picture:
    """Return the picture as it comes out of a database: often blurred a little, grainy, and a JPEG."""
    draws = rng.random(4)
    if draws[0] < 0.3:
        picture = cast(_Picture, cv2.GaussianBlur(picture, (3, 3), 0.4 + 0.5 * draws[1]))
    if draws[2] < 0.15:
        grain = rng.integers(-5, 6, picture.shape, dtype=np.int16)
        picture = cast(_Picture, cv2.add(picture, grain, dtype=cv2.CV_8U))
    if draws[3] < 0.85:
        quality = int(rng.integers(62, 97))
        _, data = cv2.imencode(
            ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
        )
        picture = cast(_Picture, cv2.imdecode(data, cv2.IMREAD_COLOR_RGB))
    return picture


def laid_on(figure: _Picture, backdrop: _Picture, seen: NDArray[np.uint8]) -> _Picture:
    """Return the figure, black where it is not, on the backdrop, of which `seen` (0 to 255) is uncovered."""
    behind = cv2.multiply(backdrop, cv2.merge([seen, seen, seen]), scale=1 / 255)
    return cast(_Picture, cv2.add(figure, behind))


def _multiplied(picture: _Picture, factor: _Field) -> _Picture:
    return cast(_Picture, cv2.multiply(picture, cv2.merge([factor, factor, factor]), dtype=cv2.CV_8U))
