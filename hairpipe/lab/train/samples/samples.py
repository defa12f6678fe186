"""New pictures out of examples: other colours, backgrounds, crops, sizes, light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hairpipe.extract.network.prediction import PRESENCES
from hairpipe.extract.result import Box, Image
from hairpipe.lab.train.samples.backgrounds import background
from hairpipe.lab.train.samples.examples import Example
from hairpipe.lab.train.samples.placing import Move, moved_box, place_cutout, place_picture
from hairpipe.lab.train.samples.recolor import degraded, recolored, relit, scene_light, toned, typical_color

Map = NDArray[np.float32]
_Color = tuple[int, int, int]

_RECOLORED_PICTURE = 0.3
_BOX_SHARE = 0.45
_BOX_SHIFT, _BOX_SCALE = 0.07, 0.12
# Where there is no hair and no face is known, there is probably none: it counts this much.
_NO_FACE_WEIGHT = 0.15
# With less hair than this part of it, a crop doesn't show whether the picture has any.
_LEAST_HAIR = 0.01
# What lies beside a whole picture: its own edge drawn out so often, else white, any colour, or black.
_EDGE_DRAWN_OUT, _UP_TO_WHITE, _UP_TO_COLOR = 0.4, 0.7, 0.85
_WHITE_BEHIND = 0.6


@dataclass(frozen=True, eq=False)
class Sample:
    """A picture to learn from."""

    image: Image
    """(H, W, 3). RGB, of one of the network's sizes."""
    hair: Map
    """(H, W). Coverage, 0 to 1."""
    face: Box | None
    """Where the face is, in part at least in the picture; None where none is known, or it lies outside."""
    known_face: Box | None
    """What the network is given of it: inexact, as detectors are, or nothing."""
    face_weight: float = 1.0
    """How much the network is to learn from `face`, 0 to 1."""
    presence: int | None = 0
    """Index in :data:`hairpipe.extract.network.prediction.PRESENCES`; None where the crop doesn't show it."""


def draw_sample(example: Example, pictures: Sequence[Image], rng: Generator) -> Sample:
    """Return a new picture made from an example, at one of the network's sizes.

    A cut-out is recoloured, turned and laid on a background, some of which are made of the pictures; of a
    whole picture a part is shown.
    """
    if example.is_cutout:
        size, move = place_cutout(example, rng)
        image = _laid(example, size, move, pictures, rng)
    else:
        size, move = place_picture(example, rng)
        image = _cropped(example, size, move, rng)
    hair = np.asarray(_shown(example.hair, size, move) / np.float32(255), np.float32)
    face = None if example.face is None else moved_box(example.face, move)
    presence = PRESENCES.index(example.presence)
    weight = float(example.face is not None and example.face_certain)
    if example.face is None and presence > 0:
        weight = _NO_FACE_WEIGHT
    known = inexact(face, rng) if face is not None and rng.random() < _BOX_SHARE else None
    return Sample(
        image=degraded(relit(scene_light(image, rng), rng), rng),
        hair=hair,
        face=_inside(face, size),
        known_face=_inside(known, size),
        face_weight=weight,
        presence=None if presence == 0 and hair.mean() < _LEAST_HAIR else presence,
    )


def inexact(face: Box, rng: Generator) -> Box:
    """Return the face box shifted and scaled by as much as detectors differ."""
    width, height = face.w * np.exp(rng.normal(0, _BOX_SCALE)), face.h * np.exp(rng.normal(0, _BOX_SCALE))
    x = face.x + face.w / 2 + rng.normal(0, _BOX_SHIFT) * face.w - width / 2
    y = face.y + face.h / 2 + rng.normal(0, _BOX_SHIFT) * face.h - height / 2
    return Box(float(x), float(y), float(width), float(height))


def _laid(
    example: Example, size: tuple[int, int], move: Move, pictures: Sequence[Image], rng: Generator
) -> Image:
    """Return a cut-out in other colours on a background."""
    rgb, hair_lab = recolored(example, rng)
    # Made at twice the size and shrunk, which smooths edges as scaled pictures are smooth.
    height, width = 2 * size[0], 2 * size[1]
    alpha = _warped(example.image[..., 3], (height, width), 2 * move).astype(np.float32)[..., None] / 255
    behind = background(height, width, hair_lab, pictures, rng)
    laid = _warped(rgb, (height, width), 2 * move) * alpha + behind * (1 - alpha)
    return _shrunk(laid.astype(np.uint8), size)


def _cropped(example: Example, size: tuple[int, int], move: Move, rng: Generator) -> Image:
    """Return a part of a whole picture, the hair at times in another colour."""
    rgb = np.ascontiguousarray(example.image[..., :3])
    if example.hair.any() and rng.random() < _RECOLORED_PICTURE:
        rgb = toned(rgb, example.hair, typical_color(rng), 0.7, rng)
    if example.image[..., 3].min() < 255:
        behind = 255.0 if rng.random() < _WHITE_BEHIND else rng.integers(0, 256, 3).astype(np.float32)
        alpha = example.image[..., 3:].astype(np.float32) / 255
        rgb = (rgb * alpha + behind * (1 - alpha)).astype(np.uint8)
    kind = rng.random()
    color: _Color | None = (0, 0, 0)
    if kind < _EDGE_DRAWN_OUT:
        color = None
    elif kind < _UP_TO_WHITE:
        color = (255, 255, 255)
    elif kind < _UP_TO_COLOR:
        red, green, blue = (int(value) for value in rng.integers(0, 256, 3))
        color = red, green, blue
    return _shown(rgb, size, move, color)


def _shown(
    pixels: NDArray[np.uint8], size: tuple[int, int], move: Move, beside: _Color | None = (0, 0, 0)
) -> NDArray[np.uint8]:
    """Return pixels after a move; where it shrinks them, by way of twice the size.

    Beside them is a colour, or their own edge drawn out.
    """
    if np.hypot(move[0, 0], move[1, 0]) >= 1:
        return _warped(pixels, size, move, beside)
    return _shrunk(_warped(pixels, (2 * size[0], 2 * size[1]), 2 * move, beside), size)


def _warped(
    pixels: NDArray[np.uint8], size: tuple[int, int], move: Move, beside: _Color | None = (0, 0, 0)
) -> NDArray[np.uint8]:
    moved = cv2.warpAffine(
        np.ascontiguousarray(pixels),
        move,
        size[::-1],
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE if beside is None else cv2.BORDER_CONSTANT,
        borderValue=beside or (0, 0, 0),
    )
    return np.asarray(moved, np.uint8)


def _shrunk(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_AREA), np.uint8)


def _inside(box: Box | None, size: tuple[int, int]) -> Box | None:
    """Return the box, or None where it lies outside of the picture."""
    if box is None or box.x + box.w <= 0 or box.y + box.h <= 0 or box.x >= size[1] or box.y >= size[0]:
        return None
    return box
