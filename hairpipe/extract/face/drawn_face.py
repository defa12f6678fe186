"""A small drawn face that every working detector of drawn faces finds."""

from __future__ import annotations

import cv2
import numpy as np

from hairpipe.extract.result import Image

_SIZE = 160
_SUPERSAMPLING = 4

_BACKGROUND = (200, 215, 230)
_HAIR = (120, 70, 50)
_SKIN = (250, 222, 200)
_NECK = (235, 200, 175)
_LASHES = (60, 35, 35)
_IRIS = (70, 110, 190)
_PUPIL = (20, 25, 60)
_MOUTH = (170, 80, 80)
_WHITE = (255, 255, 255)

_FACE = [(0.26, 0.42), (0.27, 0.62), (0.36, 0.76), (0.5, 0.84), (0.64, 0.76)]
_FACE += [(0.73, 0.62), (0.74, 0.42), (0.6, 0.25), (0.4, 0.25)]
_LEFT_LOCK = [(0.17, 0.45), (0.16, 0.9), (0.3, 0.95), (0.32, 0.5)]
_RIGHT_LOCK = [(0.83, 0.45), (0.84, 0.9), (0.7, 0.95), (0.68, 0.5)]
_FRINGE = [(0.2, 0.5), (0.24, 0.25), (0.5, 0.12), (0.76, 0.25), (0.8, 0.5), (0.73, 0.5), (0.7, 0.4)]
_FRINGE += [(0.64, 0.46), (0.6, 0.36), (0.53, 0.46), (0.47, 0.36), (0.4, 0.46), (0.35, 0.38), (0.28, 0.5)]

Color = tuple[int, int, int]


def drawn_face() -> Image:
    """Return the drawn face, uint8 (160, 160, 3) in RGB."""
    side = _SIZE * _SUPERSAMPLING
    canvas = np.full((side, side, 3), _BACKGROUND, np.uint8)
    _ellipse(canvas, (0.5, 0.47), (0.34, 0.38), _HAIR)
    _polygon(canvas, _LEFT_LOCK, _HAIR)
    _polygon(canvas, _RIGHT_LOCK, _HAIR)
    _ellipse(canvas, (0.5, 0.86), (0.09, 0.12), _NECK)
    _polygon(canvas, _FACE, _SKIN)
    _polygon(canvas, _FRINGE, _HAIR)
    for x in (0.385, 0.615):
        _ellipse(canvas, (x, 0.565), (0.062, 0.075), _WHITE)
        _ellipse(canvas, (x, 0.57), (0.045, 0.068), _IRIS)
        _ellipse(canvas, (x, 0.57), (0.026, 0.042), _PUPIL)
        _ellipse(canvas, (x - 0.012, 0.535), (0.016, 0.02), _WHITE)
        _arc(canvas, (x, 0.56), (0.068, 0.075), (190, 350), _LASHES, 0.018)
    _ellipse(canvas, (0.5, 0.665), (0.006, 0.008), _NECK)
    _arc(canvas, (0.5, 0.725), (0.045, 0.022), (20, 160), _MOUTH, 0.01)
    return cv2.resize(canvas, (_SIZE, _SIZE), interpolation=cv2.INTER_AREA).astype(np.uint8)


def _scaled(canvas: Image, pair: tuple[float, float]) -> tuple[int, int]:
    return int(pair[0] * len(canvas)), int(pair[1] * len(canvas))


def _polygon(canvas: Image, corners: list[tuple[float, float]], color: Color) -> None:
    points = np.array([_scaled(canvas, corner) for corner in corners], np.int32)
    cv2.fillPoly(canvas, [points], color, cv2.LINE_AA)


def _ellipse(canvas: Image, center: tuple[float, float], radii: tuple[float, float], color: Color) -> None:
    cv2.ellipse(canvas, _scaled(canvas, center), _scaled(canvas, radii), 0, 0, 360, color, -1, cv2.LINE_AA)


def _arc(
    canvas: Image,
    center: tuple[float, float],
    radii: tuple[float, float],
    degrees: tuple[int, int],
    color: Color,
    width: float,
) -> None:
    thickness = int(width * len(canvas))
    start, end = degrees
    place, size = _scaled(canvas, center), _scaled(canvas, radii)
    cv2.ellipse(canvas, place, size, 0, start, end, color, thickness, cv2.LINE_AA)
