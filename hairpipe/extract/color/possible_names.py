"""Which of the 12 names a person could give to a tone at all, whatever its surroundings.

The ranges are wide on purpose: they rule out what nobody would say (near-black hair called blonde), and
leave the choice among the rest to the model of names. Of the names that people gave to the hair of 510
portraits they rule out 14, by the median of its pixels: scenes in which the light hides the colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.color.lab import Floats
from hairpipe.hair_color_names import COLOR_NAMES


@dataclass(frozen=True)
class ToneRange:
    """The tones that can bear a name."""

    lightness: tuple[float, float]
    chroma: tuple[float, float]
    """Both from the least to the greatest, in CIELAB."""
    hue: tuple[float, float] = (0.0, 360.0)
    """From the first to the second, in degrees of CIELAB, through 0 where the first is greater."""
    grayish: float = 0.0
    """Tones with less chroma than this can bear the name whatever their hue."""


_ALL = 200.0
RANGES: Mapping[str, ToneRange] = MappingProxyType(
    {
        "aqua": ToneRange((30, 100), (5, _ALL), (155, 250)),
        "black": ToneRange((0, 46), (0, 40)),
        "blonde": ToneRange((34, 100), (5, _ALL), (42, 128)),
        "blue": ToneRange((0, 100), (4, _ALL), (185, 315)),
        "brown": ToneRange((3, 76), (0, _ALL), (340, 108), grayish=6),
        "gray": ToneRange((18, 94), (0, 20)),
        "green": ToneRange((3, 100), (4, _ALL), (88, 195)),
        "orange": ToneRange((32, 100), (20, _ALL), (25, 85)),
        "pink": ToneRange((32, 100), (6, _ALL), (315, 42)),
        "purple": ToneRange((3, 100), (4, _ALL), (255, 12)),
        "red": ToneRange((6, 75), (12, _ALL), (335, 55)),
        "white": ToneRange((50, 100), (0, 30)),
    }
)


def possible_names(lab: Floats) -> NDArray[np.bool_]:
    """Return which names each tone can bear, (n, 12), in the order of `COLOR_NAMES`.

    Parameters
    ----------
    lab : ndarray of float, (n, 3)
        CIELAB under D65.

    Returns
    -------
    ndarray of bool, (n, 12)
        At least one name of each tone that sRGB has.
    """
    lightness, a, b = np.asarray(lab, np.float64).T
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    columns = []
    for name in COLOR_NAMES:
        tones = RANGES[name]
        first, last = tones.hue
        turned = (first <= hue) & (hue <= last) if first <= last else (hue >= first) | (hue <= last)
        columns.append(
            (tones.lightness[0] <= lightness)
            & (lightness <= tones.lightness[1])
            & (tones.chroma[0] <= chroma)
            & (chroma <= tones.chroma[1])
            & (turned | (chroma < tones.grayish))
        )
    return np.stack(columns, axis=1)
