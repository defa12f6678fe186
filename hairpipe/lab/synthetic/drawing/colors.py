"""The colours portraits are drawn with: hair by its name, skin, eyes, cloth, and their shades."""

from __future__ import annotations

import colorsys
from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

Rgb = tuple[int, int, int]


class HsvRange(NamedTuple):
    """Where colours of one kind lie: hue in degrees, saturation and value 0 to 1; how often they come."""

    hue: tuple[float, float]
    saturation: tuple[float, float]
    value: tuple[float, float]
    share: float


# Well inside each name, so that the true name of a drawn colour is beyond dispute.
HAIR_RANGES = {
    "aqua": HsvRange((180, 190), (0.50, 0.75), (0.75, 0.92), 3),
    "black": HsvRange((200, 290), (0.00, 0.22), (0.08, 0.19), 14),
    "blonde": HsvRange((41, 50), (0.42, 0.62), (0.88, 0.98), 13),
    "blue": HsvRange((212, 226), (0.60, 0.80), (0.65, 0.92), 10),
    "brown": HsvRange((15, 28), (0.50, 0.70), (0.35, 0.52), 15),
    "gray": HsvRange((200, 270), (0.00, 0.07), (0.48, 0.66), 6),
    "green": HsvRange((105, 138), (0.45, 0.68), (0.48, 0.74), 5),
    "orange": HsvRange((20, 28), (0.74, 0.88), (0.88, 0.98), 5),
    "pink": HsvRange((328, 346), (0.25, 0.42), (0.92, 0.99), 9),
    "purple": HsvRange((262, 280), (0.40, 0.60), (0.55, 0.80), 8),
    "red": HsvRange((352, 363), (0.78, 0.90), (0.62, 0.86), 8),
    "white": HsvRange((200, 250), (0.00, 0.04), (0.91, 0.97), 7),
}
_SKIN_RANGES = (
    HsvRange((16, 28), (0.08, 0.24), (0.96, 1.00), 0.80),
    HsvRange((18, 28), (0.28, 0.45), (0.80, 0.94), 0.13),
    HsvRange((16, 26), (0.42, 0.58), (0.46, 0.68), 0.07),
)


def hair_name(rng: Generator, other_than: Collection[str] = ()) -> str:
    """Draw one of the 12 names, in about the shares that a character database has."""
    names = [name for name in HAIR_RANGES if name not in other_than]
    weights = np.array([HAIR_RANGES[name].share for name in names], np.float64)
    return names[int(np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(), side="right"))]


def hair_rgb(name: str, rng: Generator) -> Rgb:
    """Draw a colour that bears one of the 12 names."""
    return sample(HAIR_RANGES[name], rng)


def skin_rgb(rng: Generator) -> Rgb:
    """Draw a skin colour: mostly pale, some tanned, some dark."""
    shares = np.cumsum([place.share for place in _SKIN_RANGES])
    return sample(_SKIN_RANGES[int(np.searchsorted(shares[:-1], rng.random(), side="right"))], rng)


def sample(place: HsvRange, rng: Generator) -> Rgb:
    """Draw a colour from a range."""
    ranges = (place.hue, place.saturation, place.value)
    parts = zip(rng.random(3), ranges, strict=True)
    return rgb_of_hsv(*(low + part * (high - low) for part, (low, high) in parts))


def any_rgb(rng: Generator) -> Rgb:
    """Draw any colour, from muted to vivid."""
    hue, saturation, value = rng.random(3)
    return rgb_of_hsv(360 * hue, 0.85 * saturation, 0.15 + 0.85 * value)


def rgb_of_hsv(hue: float, saturation: float, value: float) -> Rgb:
    """Return the 8-bit colour of a hue in degrees, saturation and value 0 to 1, both clipped."""
    red, green, blue = colorsys.hsv_to_rgb(hue / 360 % 1.0, min(max(saturation, 0), 1), min(max(value, 0), 1))
    return round(255 * red), round(255 * green), round(255 * blue)


def lit(rgb: Rgb, value: float, saturation: float = 1.0, hue: float = 0.0) -> Rgb:
    """Return a colour with its value and saturation multiplied and its hue turned by degrees."""
    h, s, v = colorsys.rgb_to_hsv(rgb[0] / 255, rgb[1] / 255, rgb[2] / 255)
    return rgb_of_hsv(360 * h + hue, s * saturation, v * value)


def mixed(first: Rgb, second: Rgb, part: float) -> Rgb:
    """Return the colour `part` of the way from `first` to `second`."""
    red, green, blue = (round(a + part * (b - a)) for a, b in zip(first, second, strict=True))
    return red, green, blue
