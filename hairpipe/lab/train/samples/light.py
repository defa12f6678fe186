"""What light, printing and compression do to a picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hairpipe.extract.result import Image

_WORST_JPEG, _BEST_JPEG = 45, 95
# So often a scene is dark, washed out, in coloured light, almost gray, or lit from above or below.
_DARK, _WASHED_OUT, _COLORED, _GRAY, _UNEVEN = 0.12, 0.08, 0.12, 0.06, 0.06


def scene_light(image: Image, rng: Generator) -> Image:
    """Return the picture in the light of a scene, at times: light that changes what colours look like."""
    lit: NDArray[np.float64] = image.astype(np.float64)
    kind = rng.random()
    if kind < _DARK:
        lit = lit * rng.uniform(0.3, 0.75)
    elif kind < _DARK + _WASHED_OUT:
        lit = 255 - (255 - lit) * rng.uniform(0.4, 0.8)
    if rng.random() < _COLORED:
        tint = rng.uniform(0.45, 1.1, 3)
        lit = lit * (tint / tint.max())
    if rng.random() < _GRAY:
        lit = _with_colorfulness(lit, rng.uniform(0, 0.3))
    if rng.random() < _UNEVEN:
        lit = lit * np.linspace(rng.uniform(0.5, 1.2), rng.uniform(0.5, 1.2), len(lit))[:, None, None]
    return np.asarray(np.clip(lit, 0, 255), np.uint8)


def relit(image: Image, rng: Generator) -> Image:
    """Return the picture brighter, darker, tinted or with less colour, each at times."""
    lit: NDArray[np.float64] = image.astype(np.float64)
    if rng.random() < 0.6:
        lit = lit * rng.uniform(0.75, 1.2) + rng.uniform(-25, 25)
    if rng.random() < 0.3:
        lit = 255 * np.clip(lit / 255, 0, 1) ** rng.uniform(0.7, 1.4)
    if rng.random() < 0.25:
        lit = lit * rng.uniform(0.75, 1.15, 3)
    if rng.random() < 0.25:
        lit = _with_colorfulness(lit, 0.0 if rng.random() < 0.2 else rng.uniform(0.4, 1.3))
    return np.asarray(np.clip(lit, 0, 255), np.uint8)


def degraded(image: Image, rng: Generator) -> Image:
    """Return the picture as if it had once been smaller, unsharp or a JPEG file, each at times."""
    height, width = image.shape[:2]
    if rng.random() < 0.25:
        scale = rng.uniform(0.45, 0.9)
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    elif rng.random() < 0.15:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.0)), np.uint8)
    if rng.random() < 0.5:
        quality = int(rng.integers(_WORST_JPEG, _BEST_JPEG))
        packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return np.asarray(image, np.uint8)


def _with_colorfulness(lit: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Return a picture with its colours so many times as far from gray."""
    gray = lit.mean(axis=2, keepdims=True)
    return np.asarray(gray + (lit - gray) * factor, np.float64)
