"""What the report's charts show, as numbers for the template: few at any number of portraits."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hairpipe.report.counts.database import ReportDatabase

MAP_REACH = 90
"""How far the hue map goes from its middle, in units of a* and b*."""
# In the same units.
_MAP_CELL = 3.0
_SMALLEST_DOT = 0.5
_DOT_RANGE = 3.2

_MEANS_OF_HEX = ", ".join(f"avg(('0x' || hair_hex[{at}:{at + 1}])::INT)" for at in (2, 4, 6))
_CELLS = f"""
SELECT avg(a), avg(b), count(*) AS number, {_MEANS_OF_HEX}
FROM (
    SELECT hair_a::DOUBLE AS a, hair_b::DOUBLE AS b, hair_hex,
        round_even(a / {_MAP_CELL}, 0)::INT AS across, round_even(b / {_MAP_CELL}, 0)::INT AS up
    FROM trusted WHERE hair_hex IS NOT NULL
)
GROUP BY across, up ORDER BY number DESC, across, up
"""

_HUES = (
    *(("red", 35), ("orange", 65), ("yellow", 95), ("green", 140)),
    *(("aqua", 200), ("blue", 285), ("purple", 315), ("pink", 350)),
)
"""Names around the hue map with their angles in degrees."""


@dataclass(frozen=True)
class Dot:
    """Portraits of about the same colour: where on the a*, b* plane, how large, in which colour."""

    a: float
    b: float
    radius: float
    hex: str


def hue_dots(database: ReportDatabase) -> list[Dot]:
    """Return all portraits on the a*, b* plane of CIELAB: hue is the angle, colourfulness the distance.

    Portraits within a few units of each other are one dot: its area goes with their number, its
    colour is their mean. Those of ugly results are left out.
    """
    cells = database.run(_CELLS)
    # Small dots last, or large ones cover them.
    return [
        Dot(a, b, _SMALLEST_DOT + _DOT_RANGE * math.sqrt(count / cells[0][2]), _hex(rgb))
        for a, b, count, *rgb in cells
    ]


def hue_marks() -> list[tuple[float, float, str]]:
    """Return (x, y, name) of the words around the hue map, y upwards."""
    edge = MAP_REACH + 6
    angles = {name: math.radians(angle) for name, angle in _HUES}
    return [(edge * math.cos(angle), edge * math.sin(angle), name) for name, angle in angles.items()]


def _hex(rgb: list[float]) -> str:
    return "#" + bytes(round(value) for value in rgb).hex()
