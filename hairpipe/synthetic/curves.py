"""Outlines of drawn things: smooth closed curves, ellipses and tapering locks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hairpipe.synthetic.sheet import Points

_CURVE_STEPS = 5
_LOCK_STEPS = 9


@dataclass(frozen=True)
class Frame:
    """A coordinate system of the figure: where its points lie on the sheet.

    The origin is the middle of the head, x grows to the right, y downwards, and the face is two
    units wide.

    Attributes
    ----------
    matrix : ndarray, (2, 2)
    origin : ndarray, (2,)
    unit : float
        Sheet pixels per unit.
    """

    matrix: NDArray[np.float64]
    origin: NDArray[np.float64]
    unit: float

    @classmethod
    def at(cls, origin: tuple[float, float], unit: float, tilt: float = 0.0) -> Frame:
        """Return the frame turned by `tilt` radians about its origin."""
        cosine, sine = np.cos(tilt), np.sin(tilt)
        matrix = unit * np.array([[cosine, -sine], [sine, cosine]])
        return cls(matrix, np.array(origin, np.float64), unit)

    def place(self, points: ArrayLike) -> Points:
        """Return points (..., 2) of the frame as points of the sheet."""
        placed: Points = np.asarray(points, np.float64) @ self.matrix.T + self.origin
        return placed

    def line(self, width: float) -> float:
        """Return a line's thickness in sheet pixels."""
        return width * self.unit


def closed_curve(points: ArrayLike) -> Points:
    """Return a smooth closed curve (Catmull-Rom spline) through control points (n, 2)."""
    control = np.asarray(points, np.float64)
    curve: Points = _closed_basis(len(control)) @ control
    return curve


def open_curve(points: ArrayLike) -> Points:
    """Return a smooth open curve (Catmull-Rom spline) through control points (n, 2)."""
    control = np.asarray(points, np.float64)
    curve: Points = _open_basis(len(control)) @ control
    return curve


def ellipse(center: Sequence[float], radii: Sequence[float]) -> Points:
    """Return an ellipse's outline, (24, 2)."""
    outline: Points = _unit_circle() * np.asarray(radii) + np.asarray(center)
    return outline


def arc(center: Sequence[float], radii: Sequence[float], start: float, end: float) -> Points:
    """Return the part of an ellipse between two angles in radians, clockwise on the screen, (16, 2)."""
    angles = np.linspace(start, end, 16)
    part: Points = np.stack([np.cos(angles), np.sin(angles)], axis=1) * np.asarray(radii) + np.asarray(center)
    return part


def mirrored(points: ArrayLike) -> Points:
    """Return an outline that is symmetric about x = 0, given its right half from top to bottom."""
    half = np.asarray(points, np.float64)
    left = half[::-1] * (-1.0, 1.0)
    return np.concatenate([half, left])


def spines(roots: ArrayLike, bends: ArrayLike, tips: ArrayLike) -> NDArray[np.float64]:
    """Return the quadratic Bezier curves from `roots` to `tips`, (k, 9, 2), all arguments (k, 2)."""
    control = np.stack(
        [np.asarray(roots, np.float64), np.asarray(bends, np.float64), np.asarray(tips, np.float64)], axis=1
    )
    curves: NDArray[np.float64] = np.einsum("sc,kcd->ksd", _bezier_basis(), control)
    return curves


def lock_outlines(
    curves: NDArray[np.float64], widths: ArrayLike, blunt: float = 0.0, swell: float = 0.5
) -> NDArray[np.float64]:
    """Return the outlines of locks of hair along spines.

    Parameters
    ----------
    curves : ndarray, (k, s, 2)
        The spines, root first.
    widths : array_like, (k,)
        The widest width of each lock.
    blunt : float
        Width of the tip as a part of the widest.
    swell : float
        Width of the root as a part of the widest.

    Returns
    -------
    ndarray, (k, 2 s, 2)
        Each outline runs down one side and back up the other.
    """
    directions = np.gradient(curves, axis=1)
    normals = directions[..., ::-1] * (-1.0, 1.0)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True) + 1e-9
    part = np.linspace(0.0, 1.0, curves.shape[1])
    profile = np.minimum(swell + (1 - swell) * part / 0.35, 1.0)
    profile = profile * (blunt + (1 - blunt) * (1.0 - part**1.7))
    half = 0.5 * np.asarray(widths, np.float64)[:, None, None] * profile[None, :, None] * normals
    return np.concatenate([curves + half, (curves - half)[:, ::-1]], axis=1)


@lru_cache(maxsize=64)
def _closed_basis(count: int) -> NDArray[np.float64]:
    weights = _catmull_rom(np.arange(_CURVE_STEPS) / _CURVE_STEPS)
    basis = np.zeros((count * _CURVE_STEPS, count))
    for segment in range(count):
        for offset in range(4):
            rows = slice(segment * _CURVE_STEPS, (segment + 1) * _CURVE_STEPS)
            basis[rows, (segment + offset - 1) % count] += weights[:, offset]
    return basis


@lru_cache(maxsize=64)
def _open_basis(count: int) -> NDArray[np.float64]:
    weights = _catmull_rom(np.linspace(0.0, 1.0, _CURVE_STEPS + 1))
    basis = np.zeros(((count - 1) * (_CURVE_STEPS + 1), count))
    for segment in range(count - 1):
        for offset in range(4):
            rows = slice(segment * (_CURVE_STEPS + 1), (segment + 1) * (_CURVE_STEPS + 1))
            # Beyond its ends the curve goes on as if the end point were there twice.
            basis[rows, min(max(segment + offset - 1, 0), count - 1)] += weights[:, offset]
    return basis


def _catmull_rom(part: NDArray[np.float64]) -> NDArray[np.float64]:
    square, cube = part**2, part**3
    return np.stack(
        [
            0.5 * (-part + 2 * square - cube),
            0.5 * (2 - 5 * square + 3 * cube),
            0.5 * (part + 4 * square - 3 * cube),
            0.5 * (cube - square),
        ],
        axis=1,
    )


@lru_cache(maxsize=1)
def _unit_circle() -> NDArray[np.float64]:
    angles = np.arange(24) * (2 * np.pi / 24)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


@lru_cache(maxsize=1)
def _bezier_basis() -> NDArray[np.float64]:
    part = np.linspace(0.0, 1.0, _LOCK_STEPS)
    return np.stack([(1 - part) ** 2, 2 * part * (1 - part), part**2], axis=1)
