"""The 12 names of hair colours, what else people call them, and what they look like."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hairpipe.errors import ConfigError
from hairpipe.extract.lab import Floats, delta_e_2000, rgb_to_lab

COLOR_NAMES = (
    "aqua",
    "black",
    "blonde",
    "blue",
    "brown",
    "gray",
    "green",
    "orange",
    "pink",
    "purple",
    "red",
    "white",
)

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "auburn": "red",
        "blond": "blonde",
        "cyan": "aqua",
        "gold": "blonde",
        "grey": "gray",
        "lavender": "purple",
        "magenta": "pink",
        "redhead": "red",
        "silver": "gray",
        "teal": "aqua",
        "turquoise": "aqua",
        "violet": "purple",
        "yellow": "blonde",
    }
)

# What drawn hair of each name looks like in its base tone.
PROTOTYPES: Mapping[str, tuple[tuple[int, int, int], ...]] = MappingProxyType(
    {
        "aqua": ((64, 200, 216),),
        "black": ((34, 34, 34),),
        "blonde": ((240, 208, 112),),
        "blue": ((64, 120, 224),),
        "brown": ((122, 74, 42),),
        "gray": ((154, 154, 160),),
        "green": ((64, 160, 64),),
        "orange": ((240, 128, 48),),
        "pink": ((240, 160, 192),),
        "purple": ((128, 80, 176),),
        "red": ((208, 32, 32),),
        "white": ((242, 242, 242),),
    }
)

# Shading makes lightness the least telling part of a drawn colour.
_LIGHTNESS_WEIGHT = 2.0
# This much lighter or darker than its prototype, in L, is worth saying.
_MODIFIER_DISTANCE = 12.0
_UNMODIFIED = frozenset({"black", "white"})

_PROTOTYPE_NAMES = tuple(name for name in COLOR_NAMES for _ in PROTOTYPES[name])
_PROTOTYPE_LABS = rgb_to_lab([rgb for name in COLOR_NAMES for rgb in PROTOTYPES[name]])
_FIRST_PROTOTYPE = np.array([_PROTOTYPE_NAMES.index(name) for name in COLOR_NAMES])


@dataclass(frozen=True)
class ColorName:
    """A colour's name.

    Attributes
    ----------
    name : str
        One of `COLOR_NAMES`.
    modifier : str or None
        ``light``, ``dark`` or None.
    margin : float
        CIEDE2000 (kL=2) to the second nearest name minus that to this one.
    """

    name: str
    modifier: str | None
    margin: float


def canonical_color(text: str) -> str:
    """Return the one of the 12 names that a person means.

    Raises
    ------
    ConfigError
        If the text is neither a name nor an alias.
    """
    word = text.strip().lower()
    name = ALIASES.get(word, word)
    if name in COLOR_NAMES:
        return name
    close = difflib.get_close_matches(word, [*COLOR_NAMES, *ALIASES], n=1)
    hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(COLOR_NAMES)}."
    raise ConfigError(f"{text!r} is no hair colour; {hint}")


def name_colors(labs: Floats) -> list[ColorName]:
    """Return the name of each colour: that of its nearest prototype.

    Parameters
    ----------
    labs : ndarray, (n, 3)
        CIELAB.
    """
    distances = name_distances(labs)
    ranked = np.sort(distances, axis=1)
    names = []
    for lab, nearest, (first, second) in zip(labs, distances.argmin(axis=1), ranked[:, :2], strict=True):
        name = COLOR_NAMES[nearest]
        names.append(ColorName(name, _modifier(name, float(lab[0])), float(second - first)))
    return names


def name_distances(labs: Floats) -> NDArray[np.float64]:
    """Return CIEDE2000 (kL=2) from each of n colours to each name's nearest prototype, (n, 12)."""
    labs = np.asarray(labs, np.float64).reshape(-1, 3)
    distances = delta_e_2000(labs[:, None], _PROTOTYPE_LABS, _LIGHTNESS_WEIGHT)
    nearest: NDArray[np.float64] = np.minimum.reduceat(distances, _FIRST_PROTOTYPE, axis=1)
    return nearest


def _modifier(name: str, lightness: float) -> str | None:
    if name in _UNMODIFIED:
        return None
    difference = lightness - _PROTOTYPE_LABS[_PROTOTYPE_NAMES.index(name), 0]
    if abs(difference) < _MODIFIER_DISTANCE:
        return None
    return "light" if difference > 0 else "dark"
