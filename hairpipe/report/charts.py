"""What the report's charts show, as numbers for the template: few at any number of portraits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.report.results import column_values

MAP_REACH = 90
"""How far the hue map goes from its middle, in units of a* and b*."""
_MAP_CELL = 3.0
_SMALLEST_DOT = 0.5
_DOT_RANGE = 3.2

HUES = (
    (35, "red"),
    (65, "orange"),
    (95, "yellow"),
    (140, "green"),
    (200, "aqua"),
    (285, "blue"),
    (315, "purple"),
    (350, "pink"),
)
"""Names around the hue map by their angle in degrees."""


@dataclass(frozen=True)
class Dot:
    """Portraits of about the same colour: where on the a*, b* plane, how large, in which colour."""

    a: float
    b: float
    radius: float
    hex: str


def hue_dots(portraits: pa.Table) -> list[Dot]:
    """Return all portraits on the a*, b* plane of CIELAB: hue is the angle, colourfulness the distance.

    Portraits within a few units of each other are one dot: its area goes with their number, its
    colour is their mean.
    """
    colored = portraits.filter(pc.is_valid(portraits["hair_hex"]))
    if colored.num_rows == 0:
        return []
    plane = np.stack([column_values(colored, name) for name in ("hair_a", "hair_b")], axis=1)
    rgb = np.array(
        [list(bytes.fromhex(text[1:])) for text in column_values(colored, "hair_hex")], dtype=float
    )
    _, cell, counts = np.unique(np.round(plane / _MAP_CELL), axis=0, return_inverse=True, return_counts=True)
    means = _means(np.concatenate([plane, rgb], axis=1), cell.reshape(-1), counts)
    radius = _SMALLEST_DOT + _DOT_RANGE * np.sqrt(counts / counts.max())
    # Small dots last, or large ones cover them.
    return [
        Dot(float(means[row, 0]), float(means[row, 1]), float(radius[row]), _hex(means[row, 2:]))
        for row in np.argsort(-counts, kind="stable")
    ]


def hue_marks() -> list[tuple[float, float, str]]:
    """Return (x, y, name) of the words around the hue map, y upwards."""
    angles = np.radians([angle for angle, _ in HUES])
    edge = MAP_REACH + 6
    return [
        (float(edge * np.cos(angle)), float(edge * np.sin(angle)), name)
        for angle, (_, name) in zip(angles, HUES, strict=True)
    ]


def _hex(rgb: NDArray[np.float64]) -> str:
    return "#" + bytes(np.clip(np.rint(rgb), 0, 255).astype(np.uint8).tolist()).hex()


def _means(
    values: NDArray[np.float64], cell: NDArray[np.int64], counts: NDArray[np.int64]
) -> NDArray[np.float64]:
    sums = [np.bincount(cell, weights=column, minlength=len(counts)) for column in values.T]
    return np.asarray(np.stack(sums, axis=1) / counts[:, None], dtype=np.float64)
