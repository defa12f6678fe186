"""The same drawing in other colours, in other light, printed and compressed."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hairpipe.extract.color.lab import image_to_lab, rgb_to_lab
from hairpipe.extract.result import Box, Image
from hairpipe.lab.train.samples.examples import Coverage, Example

Lab = NDArray[np.float32]

# A typical tone of each of the 12 names; real hair scatters round them.
_TYPICAL = np.array(
    [
        (34, 34, 34),
        (154, 154, 160),
        (242, 242, 242),
        (122, 74, 42),
        (240, 208, 112),
        (240, 128, 48),
        (208, 32, 32),
        (240, 160, 192),
        (128, 80, 176),
        (64, 120, 224),
        (64, 200, 216),
        (64, 160, 64),
    ],
    np.float64,
)
_SCATTER = 22.0
_HAIR_SHARE, _CLOTHES_SHARE = 0.65, 0.4
# So often the clothes get the colour of the hair: the hardest thing to tell apart.
_CLOTHES_LIKE_HAIR = 0.4
_LIKE = 6.0
_WORST_JPEG, _BEST_JPEG = 45, 95
# So often a scene is dark, washed out, in coloured light, almost gray, or lit from above or below.
_DARK, _WASHED_OUT, _COLORED, _GRAY, _UNEVEN = 0.12, 0.08, 0.12, 0.06, 0.06


def recolored(example: Example, rng: Generator) -> tuple[Image, Lab]:
    """Return an example's RGB with hair and clothes in other colours at times, and the hair's Lab.

    Without a face, the place of the clothes isn't known, and they stay.

    Returns
    -------
    ndarray of uint8, (H, W, 3)
    ndarray of float32, (3,)
        Mean CIELAB of the hair as it now is.
    """
    image = np.ascontiguousarray(example.image[..., :3])
    if rng.random() < _HAIR_SHARE:
        hair_lab = typical_color(rng)
        image = toned(image, example.hair, hair_lab, 0.6, rng)
    else:
        hair_lab = _mean_lab(image, example.hair)
    if example.face is not None and rng.random() < _CLOTHES_SHARE:
        like_hair = (hair_lab + rng.normal(0, _LIKE, 3)).astype(np.float32)
        target = like_hair if rng.random() < _CLOTHES_LIKE_HAIR else typical_color(rng)
        image = toned(image, _clothes(example, example.face, rng), target, 1.0, rng)
    return image, hair_lab


def typical_color(rng: Generator) -> Lab:
    """Return CIELAB of a colour that hair in drawings has."""
    rgb = _TYPICAL[rng.integers(len(_TYPICAL))] + rng.normal(0, _SCATTER, 3)
    return np.asarray(rgb_to_lab(np.clip(rgb, 0, 255)), np.float32)


def toned(image: Image, coverage: Coverage, target: Lab, chroma_kept: float, rng: Generator) -> Image:
    """Return the picture with the mean colour of the covered part moved to `target`.

    Of the differences in a and b, at most the part `chroma_kept` is left.
    """
    lab = image_to_lab(image)
    contrast = np.array([rng.uniform(0.6, 1.1), *(chroma_kept * rng.uniform(0.3, 1, 2))], np.float32)
    moved = (lab - _mean_lab(image, coverage)) * contrast + target
    moved[..., 0] = np.clip(moved[..., 0], 0, 100)
    rgb = cv2.cvtColor(moved.astype(np.float32), cv2.COLOR_LAB2RGB) * 255
    weight = (coverage.astype(np.float32) / 255)[..., None]
    return np.asarray(np.clip(image * (1 - weight) + rgb * weight, 0, 255), np.uint8)


def _mean_lab(image: Image, coverage: Coverage) -> Lab:
    lab = image_to_lab(image)
    weight = coverage.astype(np.float32) / 255
    return np.asarray((lab * weight[..., None]).sum((0, 1)) / (weight.sum() + 1e-3), np.float32)


def _clothes(example: Example, face: Box, rng: Generator) -> Coverage:
    """Return what is neither hair nor background below about the chin."""
    chin = face.y + face.h * rng.uniform(0.95, 1.25)
    below = np.arange(len(example.hair))[:, None] > chin
    return np.asarray(np.minimum(np.where(below, 255 - example.hair, 0), example.image[..., 3]), np.uint8)


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
