"""Outlines of drawn things: smooth closed curves, ellipses and tapering locks; the pen that draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hairpipe.lab.synthetic.sheet import POINTS_PER_PIXEL, Points, Sheet, Table

# Points (n, 2) of x, y in units of a frame.
Outline = NDArray[np.float64]

LINE_WIDTH = 0.035
"""Of drawn lines, in units of the head (its face is two units wide)."""
_CURVE_STEPS = 5
_LOCK_STEPS = 9
_SIXTEEN_PARTS = np.arange(16) / 15
_QUARTER_TURN = np.array([-1.0, 1.0])


@dataclass(frozen=True)
class Frame:
    """A coordinate system of the figure: where its points lie on the sheet.

    The origin is the middle of the head, x grows to the right, y downwards, and the face is two
    units wide.
    """

    origin: tuple[float, float]
    """Where the origin lies, in sheet pixels."""
    unit: float
    """Sheet pixels per unit."""
    tilt: float = 0.0
    """Radians by which the frame is turned about its origin."""

    @cached_property
    def _matrix(self) -> NDArray[np.float64]:
        cosine, sine = np.cos(self.tilt), np.sin(self.tilt)
        return POINTS_PER_PIXEL * self.unit * np.array([[cosine, sine], [-sine, cosine]])

    @cached_property
    def _offset(self) -> NDArray[np.float64]:
        return POINTS_PER_PIXEL * np.array(self.origin, np.float64)

    def place(self, points: ArrayLike) -> Points:
        """Return points (..., 2) of the frame as points of the sheet."""
        placed = np.asarray(points, np.float64) @ self._matrix
        placed += self._offset
        return np.rint(placed, out=placed).astype(np.int32)

    def height_at(self, rows: NDArray[np.float32], columns: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the frame's y at the sheet's rows (h, 1) and columns (w,), as (h, w)."""
        down, across = np.cos(self.tilt) / self.unit, -np.sin(self.tilt) / self.unit
        return np.float32(down) * (rows - np.float32(self.origin[1])) + np.float32(across) * (
            columns - np.float32(self.origin[0])
        )


def points(x: ArrayLike, y: ArrayLike) -> Outline:
    """Return points (n, 2) from their coordinates, either of which may be one for all."""
    paired = np.empty((max(np.size(x), np.size(y)), 2))
    paired[:, 0], paired[:, 1] = x, y
    return paired


def closed_curve(points: ArrayLike) -> Outline:
    """Return a smooth closed curve (Catmull-Rom spline) through control points (n, 2)."""
    control = np.asarray(points, np.float64)
    return np.asarray(_closed_basis(len(control)) @ control)


def open_curve(points: ArrayLike) -> Outline:
    """Return a smooth open curve (Catmull-Rom spline) through control points (n, 2)."""
    control = np.asarray(points, np.float64)
    return np.asarray(_open_basis(len(control)) @ control)


def ellipse(center: ArrayLike, radii: ArrayLike) -> Outline:
    """Return an ellipse's outline, (24, 2)."""
    return np.asarray(_unit_circle() * np.asarray(radii) + np.asarray(center))


def ellipses(centers: ArrayLike, radii: ArrayLike) -> NDArray[np.float64]:
    """Return the outlines of several ellipses, (k, 24, 2), both arguments (k, 2)."""
    return np.asarray(_unit_circle() * np.asarray(radii)[:, None] + np.asarray(centers)[:, None])


def arc(center: ArrayLike, radii: ArrayLike, start: float, end: float) -> Outline:
    """Return the part of an ellipse between two angles in radians, clockwise on the screen, (16, 2)."""
    angles = start + (end - start) * _SIXTEEN_PARTS
    unit = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(unit * np.asarray(radii) + np.asarray(center))


def mirrored(points: ArrayLike) -> Outline:
    """Return an outline that is symmetric about x = 0, given its right half from top to bottom."""
    half = np.asarray(points, np.float64)
    return np.concatenate([half, half[::-1] * (-1.0, 1.0)])


def spines(roots: ArrayLike, bends: ArrayLike, tips: ArrayLike) -> NDArray[np.float64]:
    """Return the quadratic Bezier curves from `roots` to `tips`, (k, 9, 2), all arguments (k, 2)."""
    start, bend, end = (np.asarray(part, np.float64)[:, None] for part in (roots, bends, tips))
    first, second, third = _bezier_weights()
    return np.asarray(first * start + second * bend + third * end)


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
    along = np.empty_like(curves)
    along[:, 1:-1] = curves[:, 2:] - curves[:, :-2]
    along[:, 0], along[:, -1] = curves[:, 1] - curves[:, 0], curves[:, -1] - curves[:, -2]
    across = along[..., ::-1] * _QUARTER_TURN
    length = np.hypot(along[..., 0], along[..., 1]) + 1e-9
    breadth = np.asarray(widths, np.float64)[:, None] * _lock_profile(curves.shape[1], blunt, swell) / length
    half = 0.5 * breadth[..., None] * across
    return np.concatenate([curves + half, (curves - half)[:, ::-1]], axis=1)


@lru_cache(maxsize=64)
def _lock_profile(count: int, blunt: float, swell: float) -> NDArray[np.float64]:
    part = np.linspace(0.0, 1.0, count)
    root = np.minimum(swell + (1 - swell) * part / 0.35, 1.0)
    return root * (blunt + (1 - blunt) * (1.0 - part**1.7))


@lru_cache(maxsize=64)
def _closed_basis(count: int) -> NDArray[np.float64]:
    weights = _catmull_rom(np.arange(_CURVE_STEPS) / _CURVE_STEPS)
    basis = np.zeros((count, _CURVE_STEPS, count))
    for segment in range(count):
        for offset in range(4):
            basis[segment, :, (segment + offset - 1) % count] += weights[:, offset]
    return basis.reshape(-1, count)


@lru_cache(maxsize=64)
def _open_basis(count: int) -> NDArray[np.float64]:
    weights = _catmull_rom(np.linspace(0.0, 1.0, _CURVE_STEPS + 1))
    basis = np.zeros((count - 1, _CURVE_STEPS + 1, count))
    for segment in range(count - 1):
        for offset in range(4):
            # Beyond its ends the curve goes on as if the end point were there twice.
            basis[segment, :, min(max(segment + offset - 1, 0), count - 1)] += weights[:, offset]
    return basis.reshape(-1, count)


def _catmull_rom(part: NDArray[np.float64]) -> NDArray[np.float64]:
    square, cube = part**2, part**3
    before, start = -part + 2 * square - cube, 2 - 5 * square + 3 * cube
    end, after = part + 4 * square - 3 * cube, cube - square
    return np.stack([0.5 * before, 0.5 * start, 0.5 * end, 0.5 * after], axis=1)


@lru_cache(maxsize=1)
def _unit_circle() -> NDArray[np.float64]:
    angles = np.arange(24) * (2 * np.pi / 24)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


@lru_cache(maxsize=1)
def _bezier_weights() -> NDArray[np.float64]:
    part = np.linspace(0.0, 1.0, _LOCK_STEPS)[:, None]
    return np.stack([(1 - part) ** 2, 2 * part * (1 - part), part**2])


@dataclass(frozen=True)
class Pen:
    """Draws on a sheet; outlines, lines, (n, 2) of x and y, and widths are in a frame's units."""

    sheet: Sheet
    frame: Frame

    def fill(self, outline: ArrayLike, code: int) -> None:
        """Fill a closed outline."""
        self.sheet.fill(self.frame.place(outline), code)

    def stroke(self, line: ArrayLike, code: int, width: float = LINE_WIDTH, *, closed: bool = False) -> None:
        """Draw a line."""
        self.sheet.stroke(self.frame.place(line), code, width * self.frame.unit, closed)

    def piece(self, outline: ArrayLike, code: int, line_code: int) -> None:
        """Fill a closed outline and draw a line round it."""
        self.fill(outline, code)
        self.stroke(outline, line_code, closed=True)

    def change(self, outlines: Sequence[ArrayLike], table: Table) -> None:
        """Replace each code inside any of the closed outlines by its entry of a table."""
        self.sheet.change([self.frame.place(outline) for outline in outlines], table)
