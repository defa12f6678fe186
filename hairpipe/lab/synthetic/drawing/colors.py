"""The colours portraits are drawn with: hair by its name, skin, eyes, cloth, and their shades."""

from __future__ import annotations

import colorsys
from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

Rgb = tuple[int, int, int]


class HsvRange(NamedTuple):
    """Where the colours of one name lie: hue in degrees, saturation and value 0 to 1."""

    hue: tuple[float, float]
    saturation: tuple[float, float]
    value: tuple[float, float]


# Well inside each name, so that the true name of a drawn colour is beyond dispute.
HAIR_RANGES = {
    "aqua": HsvRange((180, 190), (0.50, 0.75), (0.75, 0.92)),
    "black": HsvRange((200, 290), (0.00, 0.22), (0.08, 0.19)),
    "blonde": HsvRange((41, 50), (0.42, 0.62), (0.88, 0.98)),
    "blue": HsvRange((212, 226), (0.60, 0.80), (0.65, 0.92)),
    "brown": HsvRange((15, 28), (0.50, 0.70), (0.35, 0.52)),
    "gray": HsvRange((200, 270), (0.00, 0.07), (0.48, 0.66)),
    "green": HsvRange((105, 138), (0.45, 0.68), (0.48, 0.74)),
    "orange": HsvRange((20, 28), (0.74, 0.88), (0.88, 0.98)),
    "pink": HsvRange((328, 346), (0.25, 0.42), (0.92, 0.99)),
    "purple": HsvRange((262, 280), (0.40, 0.60), (0.55, 0.80)),
    "red": HsvRange((352, 363), (0.78, 0.90), (0.62, 0.86)),
    "white": HsvRange((200, 250), (0.00, 0.04), (0.91, 0.97)),
}
# About the shares that a character database has.
_HAIR_WEIGHTS = {
    "aqua": 3,
    "black": 14,
    "blonde": 13,
    "blue": 10,
    "brown": 15,
    "gray": 6,
    "green": 5,
    "orange": 5,
    "pink": 9,
    "purple": 8,
    "red": 8,
    "white": 7,
}
_SKIN_RANGES = (
    (0.80, HsvRange((16, 28), (0.08, 0.24), (0.96, 1.00))),
    (0.13, HsvRange((18, 28), (0.28, 0.45), (0.80, 0.94))),
    (0.07, HsvRange((16, 26), (0.42, 0.58), (0.46, 0.68))),
)


def hair_name(rng: Generator, other_than: Collection[str] = ()) -> str:
    """Draw one of the 12 names."""
    names = [name for name in _HAIR_WEIGHTS if name not in other_than]
    weights = np.array([_HAIR_WEIGHTS[name] for name in names], np.float64)
    return names[int(np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(), side="right"))]


def hair_rgb(name: str, rng: Generator) -> Rgb:
    """Draw a colour that bears one of the 12 names."""
    return sample(HAIR_RANGES[name], rng)


def skin_rgb(rng: Generator) -> Rgb:
    """Draw a skin colour: mostly pale, some tanned, some dark."""
    weights = np.cumsum([weight for weight, _ in _SKIN_RANGES])
    place = _SKIN_RANGES[int(np.searchsorted(weights[:-1], rng.random(), side="right"))][1]
    return sample(place, rng)


def sample(place: HsvRange, rng: Generator) -> Rgb:
    """Draw a colour from a range."""
    parts = rng.random(3)
    hue, saturation, value = (
        low + part * (high - low) for part, (low, high) in zip(parts, place, strict=True)
    )
    return rgb_of_hsv(hue, saturation, value)


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
