"""New portraits out of examples: other colours, backgrounds, crops, sizes, light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.result import Box, Image
from hairpipe.train.backgrounds import background
from hairpipe.train.examples import Example
from hairpipe.train.light import degraded, relit
from hairpipe.train.recolor import recolored

Map = NDArray[np.float32]

# The face's height as part of the picture's, from full figures to faces that fill the picture.
_SMALLEST_FACE, _LARGEST_FACE = 0.17, 0.85
# The network sees every picture at one shape, so portraits and squares reach it stretched apart.
_SQUARE_ASPECT, _SQUARE_SHARE = 0.78, 0.4
_TILT_DEGREES = 6.0
_BOX_SHARE = 0.6
_BOX_SHIFT, _BOX_SCALE = 0.07, 0.12


@dataclass(frozen=True, eq=False)
class Sample:
    """A portrait to learn from.

    Attributes
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    hair : ndarray of float32, (H, W)
        Coverage, 0 to 1.
    face : Box
        Where the face is; it may reach over the edge.
    known_face : Box or None
        What the method is told of it: inexact, as detectors are, or nothing.
    """

    image: Image
    hair: Map
    face: Box
    known_face: Box | None


def draw_sample(
    example: Example, height: int, width: int, pictures: Sequence[Image], rng: np.random.Generator
) -> Sample:
    """Return a new portrait made from an example.

    Parameters
    ----------
    example : Example
        A cut-out is recoloured, turned and laid on a background; a whole picture is only cropped.
    height, width : int
        Of the sample.
    pictures : sequence of ndarray of uint8, (h, w, 3)
        See :func:`hairpipe.train.backgrounds.background`.
    rng : numpy.random.Generator
    """
    # Made at twice the size and shrunk, which smooths edges as scaled pictures are smooth.
    size = 2 * height, 2 * width
    if example.is_cutout:
        rgb, hair_lab = recolored(example, rng)
        move = _free_move(example, *size, rng)
        alpha = _moved(example.image[..., 3], move, *size).astype(np.float32) / 255
        behind = background(*size, hair_lab, pictures, rng)
        laid = _moved(rgb, move, *size) * alpha[..., None] + behind * (1 - alpha[..., None])
        image = laid.astype(np.uint8)
    else:
        move = _crop_move(example, *size, rng)
        image = _moved(np.ascontiguousarray(example.image[..., :3]), move, *size)
    hair = _moved(example.hair, move, *size).astype(np.float32) / 255
    face = _moved_box(example.face, move)
    face = Box(*(value / 2 for value in face))
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return Sample(
        image=degraded(relit(np.asarray(small, np.uint8), rng), rng),
        hair=np.asarray(cv2.resize(hair, (width, height), interpolation=cv2.INTER_AREA), np.float32),
        face=face,
        known_face=inexact(face, rng) if rng.random() < _BOX_SHARE else None,
    )


def inexact(face: Box, rng: np.random.Generator) -> Box:
    """Return the face box shifted and scaled by as much as detectors differ.

    Parameters
    ----------
    face : Box
    rng : numpy.random.Generator
    """
    width, height = face.w * np.exp(rng.normal(0, _BOX_SCALE)), face.h * np.exp(rng.normal(0, _BOX_SCALE))
    x = face.x + face.w / 2 + rng.normal(0, _BOX_SHIFT) * face.w - width / 2
    y = face.y + face.h / 2 + rng.normal(0, _BOX_SHIFT) * face.h - height / 2
    return Box(float(x), float(y), float(width), float(height))


def _free_move(example: Example, height: int, width: int, rng: np.random.Generator) -> Map:
    """Return an affine map, (2, 3), that puts the face of a cut-out somewhere usual, at any size."""
    share = float(np.exp(rng.uniform(np.log(_SMALLEST_FACE), np.log(_LARGEST_FACE))))
    face, down = example.face, share * height / example.face.h
    aspect = np.exp(rng.normal(0, 0.14)) * (_SQUARE_ASPECT if rng.random() < _SQUARE_SHARE else 1)
    across = down * aspect * (-1 if rng.random() < 0.5 else 1)
    tilt = np.deg2rad(rng.normal(0, _TILT_DEGREES))
    cos, sin = np.cos(tilt), np.sin(tilt)
    linear = np.array([[cos * across, -sin * down], [sin * across, cos * down]])
    middle = np.array([face.x + face.w / 2, face.y + face.h / 2])
    usual_y = 0.5 if share > 0.5 else 0.42
    to = np.array(
        [
            width * np.clip(rng.normal(0.5, 0.09), 0.2, 0.8),
            height * np.clip(rng.normal(usual_y, 0.1), 0.15, 0.8),
        ]
    )
    return np.hstack([linear, (to - linear @ middle)[:, None]]).astype(np.float32)


def _crop_move(example: Example, height: int, width: int, rng: np.random.Generator) -> Map:
    """Return an affine map, (2, 3), that crops a whole picture near its face, perhaps mirrored."""
    rows, columns = example.hair.shape
    least = max(height / rows, width / columns)
    down = least * rng.uniform(1, 1.5)
    across = max(width / columns, down * np.exp(rng.normal(0, 0.1)))
    mirrored = rng.random() < 0.5
    x, y = example.face.x + example.face.w / 2, example.face.y + example.face.h / 2
    x = columns - x if mirrored else x
    left = np.clip(width * rng.normal(0.5, 0.09) - across * x, width - across * columns, 0)
    top = np.clip(height * rng.normal(0.45, 0.1) - down * y, height - down * rows, 0)
    sign, start = (-1, left + across * columns) if mirrored else (1, left)
    return np.array([[sign * across, 0, start], [0, down, top]], np.float32)


def _moved(pixels: NDArray[np.uint8], move: Map, height: int, width: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.warpAffine(pixels, move, (width, height), flags=cv2.INTER_LINEAR), np.uint8)


def _moved_box(box: Box, move: Map) -> Box:
    corners = np.array([[x, y, 1] for x in (box.x, box.x + box.w) for y in (box.y, box.y + box.h)])
    moved = corners @ move.T
    left, top = moved.min(axis=0)
    right, bottom = moved.max(axis=0)
    return Box(float(left), float(top), float(right - left), float(bottom - top))
