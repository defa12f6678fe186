"""Backgrounds to lay cut-out portraits on: flat, gradient, drawn, checked, from pictures, like the hair."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hairpipe.extract.result import Image
from hairpipe.lab.synthetic.drawing.backdrop import draw_backdrop
from hairpipe.lab.synthetic.drawing.style import choose_style

# A checkerboard, as editors show what is transparent; else a whole picture, or a piece of one; else another.
_CHECKED, _WHOLE_PICTURE, _PIECE = 0.08, 0.25, 0.25
_WHITE = 0.6
_LIKE_HAIR, _LIKE = 0.5, 30.0


def background(
    height: int, width: int, hair_lab: NDArray[np.float32], pictures: Sequence[Image], rng: Generator
) -> Image:
    """Return a background of a kind chosen at random, uint8 RGB, (height, width, 3).

    Some take the colour of the hair. One of the pictures, or a piece of one, enlarged and blurred, is a
    background too; without any, more are drawn.
    """
    if rng.random() < _CHECKED:
        made = _checked(height, width, rng)
    elif pictures and rng.random() < _WHOLE_PICTURE:
        made = _whole(height, width, pictures[int(rng.integers(len(pictures)))], rng)
    elif pictures and rng.random() < _PIECE:
        made = _piece(height, width, pictures[int(rng.integers(len(pictures)))], rng)
    else:
        made = _KINDS[rng.choice(len(_KINDS), p=_SHARES)](height, width, hair_lab, rng)
    return np.ascontiguousarray(made[:, ::-1] if rng.random() < 0.5 else made)


def _flat(height: int, width: int, hair_lab: NDArray[np.float32], rng: Generator) -> Image:
    color = (255, 255, 255) if rng.random() < _WHITE else rng.integers(0, 256, 3)
    return np.full((height, width, 3), color, np.uint8)


def _gradient(height: int, width: int, hair_lab: NDArray[np.float32], rng: Generator) -> Image:
    ends = rng.integers(0, 256, (2, 3)).astype(np.float32)
    down = rng.random() < 0.5
    small = ends[:, None] if down else ends[None]
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _drawn(height: int, width: int, hair_lab: NDArray[np.float32], rng: Generator) -> Image:
    return np.asarray(draw_backdrop(height, width, choose_style(rng), rng)[..., :3], np.uint8)


def _patches(height: int, width: int, hair_lab: NDArray[np.float32], rng: Generator) -> Image:
    shape = (int(rng.integers(2, 9)), int(rng.integers(2, 7)), 3)
    colors = rng.integers(0, 256, shape).astype(np.float32)
    if rng.random() < _LIKE_HAIR:
        hair = cv2.cvtColor(hair_lab[None, None].astype(np.float32), cv2.COLOR_LAB2RGB)[0, 0] * 255
        colors = hair + rng.normal(0, _LIKE, shape)
    how = cv2.INTER_NEAREST if rng.random() < 0.5 else cv2.INTER_CUBIC
    patches = np.clip(colors, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(patches, (width, height), interpolation=how), np.uint8)


_KINDS = (_flat, _gradient, _drawn, _patches)
_SHARES = (0.22, 0.14, 0.24, 0.40)


def _checked(height: int, width: int, rng: Generator) -> Image:
    side = int(rng.integers(4, 20))
    light = rng.random() < 0.7
    first = 255 if light else rng.integers(60, 120)
    second = rng.integers(190, 240) if light else rng.integers(120, 180)
    rows, columns = np.arange(height)[:, None] // side, np.arange(width)[None] // side
    gray = np.where((rows + columns) % 2, first, second).astype(np.uint8)
    return np.repeat(gray[..., None], 3, axis=2)


def _whole(height: int, width: int, picture: Image, rng: Generator) -> Image:
    resized = cv2.resize(picture, (width, height))
    if rng.random() >= 0.5:
        resized = cv2.GaussianBlur(resized, (0, 0), rng.uniform(0.5, 4))
    return np.asarray(resized, np.uint8)


def _piece(height: int, width: int, picture: Image, rng: Generator) -> Image:
    zoom = rng.uniform(2.5, 6)
    rows, columns = max(1, int(picture.shape[0] / zoom)), max(1, int(picture.shape[1] / zoom))
    top = rng.integers(picture.shape[0] - rows + 1)
    left = rng.integers(picture.shape[1] - columns + 1)
    piece = cv2.resize(picture[top : top + rows, left : left + columns], (width, height))
    return np.asarray(cv2.GaussianBlur(piece, (0, 0), rng.uniform(0.5, 6)), np.uint8)
