"""What a portrait is to show: chosen first, from the seed alone, so that it is the same at any size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from hairpipe.lab.synthetic.drawing.colors import Rgb, any_rgb, hair_name, hair_rgb, skin_rgb


class Gender(StrEnum):
    """Which way the figure is drawn."""

    FEMALE = "female"
    MALE = "male"


class HairLength(StrEnum):
    """How far the hair falls."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class HairStyle(StrEnum):
    """How the hair is worn."""

    LOOSE = "loose"
    SPIKY = "spiky"
    TWIN_TAILS = "twin_tails"
    PONYTAIL = "ponytail"
    BUN = "bun"


class Fringe(StrEnum):
    """How the hair falls over the forehead."""

    JAGGED = "jagged"
    BLUNT = "blunt"
    PARTED = "parted"
    SWEPT = "swept"
    OVER_EYE = "over_eye"
    OPEN = "open"


class ColorLayout(StrEnum):
    """Where the hair's colours lie."""

    UNIFORM = "uniform"
    HALVES = "halves"
    TIPS = "tips"
    STREAKS = "streaks"
    INNER = "inner"
    GRADIENT = "gradient"


class HairPattern(StrEnum):
    """What the layout amounts to, in the words of the portraits table."""

    SINGLE = "single"
    TWO_TONE = "two_tone"
    MULTICOLORED = "multicolored"
    GRADIENT = "gradient"


class Backdrop(StrEnum):
    """What is behind the figure."""

    FLAT = "flat"
    WHITE = "white"
    GRADIENT = "gradient"
    BUSY = "busy"
    HAIR_LIKE = "hair_like"


class Headwear(StrEnum):
    """What the figure wears on its head, none of it hair."""

    NONE = "none"
    RIBBON = "ribbon"
    BAND = "band"
    CLIPS = "clips"
    FLOWER = "flower"
    ANIMAL_EARS = "animal_ears"
    BERET = "beret"
    CAP = "cap"
    WITCH_HAT = "witch_hat"


class Clothes(StrEnum):
    """The cut of the clothes."""

    ROUND_NECK = "round_neck"
    V_NECK = "v_neck"
    SAILOR = "sailor"
    SHIRT = "shirt"
    HIGH_COLLAR = "high_collar"


@dataclass(frozen=True)
class Style:
    """All choices about a portrait that do not depend on its size."""

    gender: Gender
    hair_length: HairLength
    hair_style: HairStyle
    fringe: Fringe
    layout: ColorLayout
    hair_names: tuple[str, ...]
    hair_rgbs: tuple[Rgb, ...]
    """The main colour first: one, two, or three (streaks of two colours)."""
    backdrop: Backdrop
    headwear: Headwear
    clothes: Clothes
    skin_rgb: Rgb
    cloth_rgb: Rgb
    cloth_like_hair: bool
    """Whether the clothes have the hair's main colour."""
    tilt: float
    """Radians by which the head leans to a side."""
    turn: float
    """Radians by which it is turned to a side."""
    eyes_closed: bool
    glasses: bool
    shine: bool
    """Whether a band of light lies across the hair."""
    painted: bool
    """Soft strands and light instead of flat colours."""

    @property
    def pattern(self) -> HairPattern:
        """The layout in the words of the portraits table."""
        if self.layout is ColorLayout.GRADIENT:
            return HairPattern.GRADIENT
        return (HairPattern.SINGLE, HairPattern.TWO_TONE, HairPattern.MULTICOLORED)[len(self.hair_names) - 1]


_LENGTHS: Mapping[Gender, Mapping[HairLength, float]] = MappingProxyType(
    {
        Gender.FEMALE: {HairLength.SHORT: 0.2, HairLength.MEDIUM: 0.3, HairLength.LONG: 0.5},
        Gender.MALE: {HairLength.SHORT: 0.8, HairLength.MEDIUM: 0.14, HairLength.LONG: 0.06},
    }
)
_HAIR_STYLES: Mapping[Gender, Mapping[HairStyle, float]] = MappingProxyType(
    {
        Gender.FEMALE: {
            HairStyle.LOOSE: 0.58,
            HairStyle.SPIKY: 0.04,
            HairStyle.TWIN_TAILS: 0.16,
            HairStyle.PONYTAIL: 0.12,
            HairStyle.BUN: 0.10,
        },
        Gender.MALE: {HairStyle.LOOSE: 0.52, HairStyle.SPIKY: 0.42, HairStyle.PONYTAIL: 0.06},
    }
)
_FRINGES: Mapping[Fringe, float] = MappingProxyType(
    {
        Fringe.JAGGED: 0.34,
        Fringe.BLUNT: 0.16,
        Fringe.PARTED: 0.20,
        Fringe.SWEPT: 0.16,
        Fringe.OVER_EYE: 0.07,
        Fringe.OPEN: 0.07,
    }
)
_LAYOUTS: Mapping[ColorLayout, float] = MappingProxyType(
    {
        ColorLayout.UNIFORM: 0.70,
        ColorLayout.HALVES: 0.04,
        ColorLayout.TIPS: 0.05,
        ColorLayout.STREAKS: 0.07,
        ColorLayout.INNER: 0.05,
        ColorLayout.GRADIENT: 0.09,
    }
)
_BACKDROPS: Mapping[Backdrop, float] = MappingProxyType(
    {
        Backdrop.FLAT: 0.22,
        Backdrop.WHITE: 0.20,
        Backdrop.GRADIENT: 0.22,
        Backdrop.BUSY: 0.24,
        Backdrop.HAIR_LIKE: 0.12,
    }
)
_HEADWEAR: Mapping[Headwear, float] = MappingProxyType(
    {
        Headwear.NONE: 0.52,
        Headwear.RIBBON: 0.12,
        Headwear.BAND: 0.07,
        Headwear.CLIPS: 0.07,
        Headwear.FLOWER: 0.06,
        Headwear.ANIMAL_EARS: 0.05,
        Headwear.BERET: 0.04,
        Headwear.CAP: 0.04,
        Headwear.WITCH_HAT: 0.03,
    }
)
_CLOTHES: Mapping[Clothes, float] = MappingProxyType({kind: 1.0 / len(Clothes) for kind in Clothes})

_Choice = TypeVar("_Choice")


def chosen(weights: Mapping[_Choice, float], draw: float) -> _Choice:
    """Return the key that `draw`, 0 to 1, falls on when the keys share that range by weight."""
    total = sum(weights.values())
    for key, weight in weights.items():
        draw -= weight / total
        if draw < 0:
            return key
    return key


def choose_style(rng: np.random.Generator) -> Style:
    """Draw a style. Males mostly have short hair and no ribbons."""
    gender = Gender.FEMALE if rng.random() < 0.62 else Gender.MALE
    headwear = chosen(_HEADWEAR, rng.random())
    if gender is Gender.MALE and headwear in (Headwear.RIBBON, Headwear.FLOWER, Headwear.BAND):
        headwear = Headwear.NONE
    layout = chosen(_LAYOUTS, rng.random())
    names = _hair_names(layout, rng)
    rgbs = tuple(hair_rgb(name, rng) for name in names)
    cloth_like_hair = bool(rng.random() < 0.15)
    return Style(
        gender=gender,
        hair_length=chosen(_LENGTHS[gender], rng.random()),
        hair_style=chosen(_HAIR_STYLES[gender], rng.random()),
        fringe=chosen(_FRINGES, rng.random()),
        layout=layout,
        hair_names=names,
        hair_rgbs=rgbs,
        backdrop=chosen(_BACKDROPS, rng.random()),
        headwear=headwear,
        clothes=chosen(_CLOTHES, rng.random()),
        skin_rgb=skin_rgb(rng),
        cloth_rgb=rgbs[0] if cloth_like_hair else any_rgb(rng),
        cloth_like_hair=cloth_like_hair,
        tilt=float(rng.normal(0.0, 0.09)),
        turn=float(np.clip(rng.normal(0.0, 0.22), -0.45, 0.45)),
        eyes_closed=bool(rng.random() < 0.05),
        glasses=bool(rng.random() < 0.06),
        shine=bool(rng.random() < 0.6),
        painted=bool(rng.random() < 0.4),
    )


def _hair_names(layout: ColorLayout, rng: np.random.Generator) -> tuple[str, ...]:
    first = hair_name(rng)
    if layout is ColorLayout.UNIFORM:
        return (first,)
    second = hair_name(rng, other_than=(first,))
    if layout is ColorLayout.STREAKS and rng.random() < 0.35:
        return first, second, hair_name(rng, other_than=(first, second))
    return first, second
