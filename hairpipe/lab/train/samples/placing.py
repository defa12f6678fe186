"""Which part of an example a sample shows: crops near the hair or the face, at many scales and shapes."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hairpipe.extract.network.prediction import INPUT_SIZES, input_size
from hairpipe.extract.result import Box
from hairpipe.lab.train.samples.examples import Coverage, Example

Move = NDArray[np.float64]
"""An affine map, (2, 3), from the example's pixels to the sample's."""

# How often a cut-out is laid on each of `INPUT_SIZES`: portraits are tall, most of all.
_SIZE_SHARES = (0.45, 0.3, 0.15, 0.1)
# The face's height as part of the picture's, from full figures to faces that fill the picture.
_SMALLEST_FACE, _LARGEST_FACE = 0.12, 0.8
_BY_FACE = 0.85
# A whole picture is shown whole so often; else a crop of it, with sides of these parts of its own.
_WHOLE = 0.35
_SMALLEST_CROP, _LARGEST_CROP = 0.25, 1.25
_MIRRORED, _TILTED, _TILT_DEGREES = 0.5, 0.4, 6.0


class Placement(NamedTuple):
    """Where an example lies in a sample."""

    size: tuple[int, int]
    """The sample's height and width, one of `INPUT_SIZES`."""
    move: Move


def place_cutout(example: Example, rng: Generator) -> Placement:
    """Return a usual place for a cut-out: its face anywhere near the middle, at any size."""
    size = INPUT_SIZES[rng.choice(len(INPUT_SIZES), p=_SIZE_SHARES)]
    if example.face is not None and rng.random() < _BY_FACE:
        shown = _round_face(example.face, size, rng)
    else:
        shown = _round_hair(example.hair, size, rng)
    return Placement(size, _move(shown, size, rng))


def place_picture(example: Example, rng: Generator) -> Placement:
    """Return a crop of a whole picture near its hair, or all of it, at the size nearest to its shape."""
    height, width = example.hair.shape
    whole = rng.random() < _WHOLE
    shown = Box(0.0, 0.0, float(width), float(height)) if whole else _crop(example, rng)
    shape = input_size(max(1, round(shown.h)), max(1, round(shown.w)))
    return Placement(shape, _move(shown, shape, rng))


def moved_box(box: Box, move: Move) -> Box:
    """Return the box round a box's corners after a move."""
    corners = np.array([[x, y, 1] for x in (box.x, box.x + box.w) for y in (box.y, box.y + box.h)])
    moved = corners @ move.T
    left, top = moved.min(axis=0)
    right, bottom = moved.max(axis=0)
    return Box(float(left), float(top), float(right - left), float(bottom - top))


def _round_face(face: Box, size: tuple[int, int], rng: Generator) -> Box:
    share = float(np.exp(rng.uniform(np.log(_SMALLEST_FACE), np.log(_LARGEST_FACE))))
    height = face.h / share
    width = height * size[1] / size[0] * np.exp(rng.normal(0, 0.12))
    across = np.clip(rng.normal(0.5, 0.12), 0.15, 0.85)
    # Below a small face there is a body.
    down = np.clip(rng.normal(0.5 if share > 0.45 else 0.38, 0.12), 0.1, 0.85)
    return Box(
        face.x + face.w / 2 - across * width, face.y + face.h / 2 - down * height, float(width), height
    )


def _round_hair(hair: Coverage, size: tuple[int, int], rng: Generator) -> Box:
    rows, columns = hair.shape
    zoom = float(np.exp(rng.uniform(np.log(0.5), np.log(1.4))))
    height = rows * zoom
    width = height * size[1] / size[0]
    if width < 0.6 * columns * zoom:
        width = columns * zoom
        height = width * size[0] / size[1]
    y, x = np.nonzero(hair > 127)
    at_hair = len(x) > 0 and rng.random() < 0.7
    middle_x, middle_y = (x.mean(), y.mean()) if at_hair else (columns / 2, rows / 2)
    across = np.clip(rng.normal(0.5, 0.12), 0.2, 0.8)
    down = np.clip(rng.normal(0.42, 0.12), 0.15, 0.8)
    return Box(float(middle_x - across * width), float(middle_y - down * height), width, height)


def _crop(example: Example, rng: Generator) -> Box:
    rows, columns = example.hair.shape
    zoom = float(np.exp(rng.uniform(np.log(_SMALLEST_CROP), np.log(_LARGEST_CROP))))
    aspect = rows / columns * np.exp(rng.normal(0, 0.3))
    height = float(np.sqrt(rows * columns * zoom * zoom * aspect))
    width = height / aspect
    x, y = _crop_middle(example, rng)
    left = x - width * np.clip(rng.normal(0.5, 0.15), 0.15, 0.85)
    top = y - height * np.clip(rng.normal(0.45, 0.15), 0.15, 0.85)
    if zoom < 1:
        left, top = np.clip(left, 0, max(0, columns - width)), np.clip(top, 0, max(0, rows - height))
    return Box(float(left), float(top), float(width), height)


def _crop_middle(example: Example, rng: Generator) -> tuple[float, float]:
    rows, columns = example.hair.shape
    y, x = np.nonzero(example.hair > 127)
    if not len(x) or rng.random() >= 0.85:
        return columns * rng.uniform(0.2, 0.8), rows * rng.uniform(0.2, 0.8)
    if example.face is not None and rng.random() < 0.5:
        return example.face.x + example.face.w / 2, example.face.y + example.face.h / 2
    # Between some of the hair and its middle.
    some = int(rng.integers(len(x)))
    return float(x[some] + x.mean()) / 2, float(y[some] + y.mean()) / 2


def _move(shown: Box, size: tuple[int, int], rng: Generator) -> Move:
    """Return the map that fills a sample with part of a picture, perhaps mirrored and tilted."""
    height, width = size
    across, down = width / shown.w, height / shown.h
    move = np.array([[across, 0, -shown.x * across], [0, down, -shown.y * down]], np.float64)
    if rng.random() < _MIRRORED:
        move[0] = -move[0, 0], move[0, 1], width - move[0, 2]
    if rng.random() < _TILTED:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, _TILT_DEGREES), 1)
        move = np.asarray(turn @ np.vstack([move, [0, 0, 1]]), np.float64)
    return move
