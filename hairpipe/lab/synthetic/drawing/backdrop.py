"""What lies behind the figure, from plain white to something that could be taken for hair."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hairpipe.lab.synthetic.drawing.colors import Rgb, any_rgb, lit, rgb_of_hsv
from hairpipe.lab.synthetic.drawing.curves import ellipse, lock_outlines, points, spines
from hairpipe.lab.synthetic.drawing.style import Backdrop, Style

_Picture = NDArray[np.uint8]


def draw_backdrop(height: int, width: int, style: Style, rng: Generator) -> _Picture:
    """Return the background, uint8 RGB, (height, width, 3)."""
    return _DRAW[style.backdrop](height, width, style, rng)


def _soft_rgb(rng: Generator) -> Rgb:
    hue, saturation, value = rng.random(3)
    return rgb_of_hsv(360 * hue, 0.45 * saturation, 0.6 + 0.4 * value)


def _flat(height: int, width: int, style: Style, rng: Generator) -> _Picture:
    color = _soft_rgb(rng) if rng.random() < 0.6 else any_rgb(rng)
    return np.full((height, width, 3), color, np.uint8)


def _white(height: int, width: int, style: Style, rng: Generator) -> _Picture:
    return np.full((height, width, 3), 255, np.uint8)


def _gradient(height: int, width: int, style: Style, rng: Generator) -> _Picture:
    corners = np.array([_soft_rgb(rng), any_rgb(rng)], np.uint8)
    order = [[0, 0], [1, 1]] if rng.random() < 0.6 else [[0, 1], [int(rng.integers(0, 2)), 0]]
    ordered = corners[np.array(order)]
    return cast(_Picture, cv2.resize(ordered, (width, height), interpolation=cv2.INTER_LINEAR))


def _busy(height: int, width: int, style: Style, rng: Generator) -> _Picture:
    picture = _gradient(height, width, style, rng) if rng.random() < 0.5 else _flat(height, width, style, rng)
    return _BUSY_FILLS[int(rng.integers(0, len(_BUSY_FILLS)))](picture, rng)


def _with_blobs(picture: _Picture, rng: Generator) -> _Picture:
    """Return the picture with leaves, lights or petals on it."""
    scale = np.array([picture.shape[1], picture.shape[0]])
    count = int(rng.integers(8, 30))
    centers, radii = rng.random((count, 2)), rng.uniform(0.02, 0.16, (count, 2))
    colors = any_rgb(rng), _soft_rgb(rng)
    for index in range(count):
        shape = ellipse(centers[index] * scale, radii[index] * scale[0])
        _fill(picture, shape, lit(colors[index % 2], 0.85 + 0.3 * centers[index, 0]))
    return picture


def _with_panels(picture: _Picture, rng: Generator) -> _Picture:
    """Return the picture with window frames, shelves or houses on it."""
    height, width = picture.shape[:2]
    for _ in range(int(rng.integers(4, 12))):
        left, right = np.sort(rng.random(2)) * width
        top, bottom = np.sort(rng.random(2)) * height
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        _fill(picture, corners, any_rgb(rng))
    return picture


def _with_stripes(picture: _Picture, rng: Generator) -> _Picture:
    """Return the picture with rays, as behind a shout, or stripes on it."""
    height, width = picture.shape[:2]
    color, count = any_rgb(rng), int(rng.integers(6, 16))
    center = np.array([width, height]) * rng.uniform(0.2, 0.8, 2)
    angles = np.sort(rng.random(count) * 2 * np.pi)
    far = 2.0 * max(height, width)
    for angle in angles:
        ends = [center + far * np.array([np.cos(angle + d), np.sin(angle + d)]) for d in (-0.06, 0.06)]
        _fill(picture, np.array([center, *ends]), color)
    return picture


def _with_letters(picture: _Picture, rng: Generator) -> _Picture:
    """Return the picture with lines of writing on it."""
    height, width = picture.shape[:2]
    size = width * rng.uniform(0.003, 0.008)
    color = any_rgb(rng)
    for line in range(int(rng.integers(3, 10))):
        text = "".join(chr(code) for code in rng.integers(65, 91, 14))
        place = (int(width * rng.uniform(-0.1, 0.3)), int(height * (0.08 + 0.1 * line)))
        thickness = max(1, round(3 * size))
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, color, thickness, cv2.LINE_AA)
    return picture


_BUSY_FILLS = (_with_blobs, _with_blobs, _with_panels, _with_stripes, _with_letters)


def _hair_like(height: int, width: int, style: Style, rng: Generator) -> _Picture:
    """Return strands in the colours of the hair, as of a second figure or of fur behind the first."""
    picture = _flat(height, width, style, rng)
    base = style.hair_rgbs[0]
    count = int(rng.integers(5, 14))
    scale = np.array([width, height])
    middle = rng.uniform(0.0, 1.0)
    x = middle + rng.normal(0.0, 0.25, count)
    roots = points(x, rng.uniform(-0.2, 0.2, count))
    bends = points(x + rng.normal(0.0, 0.2, count), rng.uniform(0.3, 0.6, count))
    tips = points(x + rng.normal(0.0, 0.3, count), rng.uniform(0.5, 1.2, count))
    widths = width * rng.uniform(0.08, 0.25, count)
    lights = rng.uniform(0.7, 1.1, count)
    outlines = lock_outlines(spines(roots * scale, bends * scale, tips * scale), widths)
    for outline, light in zip(outlines, lights, strict=True):
        _fill(picture, outline, lit(base, float(light)))
    return picture


def _fill(picture: _Picture, outline: NDArray[np.float64], color: Rgb) -> None:
    cv2.fillPoly(picture, [np.rint(outline * 16).astype(np.int32)], color, cv2.LINE_AA, 4)


_DRAW = {
    Backdrop.FLAT: _flat,
    Backdrop.WHITE: _white,
    Backdrop.GRADIENT: _gradient,
    Backdrop.BUSY: _busy,
    Backdrop.HAIR_LIKE: _hair_like,
}
