"""What a portrait is to show: chosen first, from the seed alone, so that it is the same at any size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self, TypeVar

import numpy as np
from numpy.random import Generator

from hairpipe.lab.synthetic.drawing.colors import Rgb, any_rgb, hair_name, hair_rgb, skin_rgb


class _Kind(StrEnum):
    """A choice among several; the number beside each says how often it is made, against the others."""

    share: float

    def __new__(cls, value: str, share: float = 1.0) -> Self:
        kind = str.__new__(cls, value)
        kind._value_, kind.share = value, share
        return kind

    @classmethod
    def drawn(cls, draw: float) -> Self:
        """Return what `draw`, 0 to 1, falls on."""
        return chosen({kind: kind.share for kind in cls}, draw)


class Gender(_Kind):
    """Which way the figure is drawn."""

    FEMALE = "female", 0.62
    MALE = "male", 0.38


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


class Fringe(_Kind):
    """How the hair falls over the forehead."""

    JAGGED = "jagged", 0.34
    BLUNT = "blunt", 0.16
    PARTED = "parted", 0.20
    SWEPT = "swept", 0.16
    OVER_EYE = "over_eye", 0.07
    OPEN = "open", 0.07


class ColorLayout(_Kind):
    """Where the hair's colours lie."""

    UNIFORM = "uniform", 0.70
    HALVES = "halves", 0.04
    TIPS = "tips", 0.05
    STREAKS = "streaks", 0.07
    INNER = "inner", 0.05
    GRADIENT = "gradient", 0.09


class HairPattern(StrEnum):
    """What the layout amounts to, in the words of the portraits table."""

    SINGLE = "single"
    TWO_TONE = "two_tone"
    MULTICOLORED = "multicolored"
    GRADIENT = "gradient"


class Backdrop(_Kind):
    """What is behind the figure."""

    FLAT = "flat", 0.22
    WHITE = "white", 0.20
    GRADIENT = "gradient", 0.22
    BUSY = "busy", 0.24
    HAIR_LIKE = "hair_like", 0.12


class Headwear(_Kind):
    """What the figure wears on its head, none of it hair."""

    NONE = "none", 0.52
    RIBBON = "ribbon", 0.12
    BAND = "band", 0.07
    CLIPS = "clips", 0.07
    FLOWER = "flower", 0.06
    ANIMAL_EARS = "animal_ears", 0.05
    BERET = "beret", 0.04
    CAP = "cap", 0.04
    WITCH_HAT = "witch_hat", 0.03


class Clothes(_Kind):
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


_LENGTHS = {
    Gender.FEMALE: {HairLength.SHORT: 0.2, HairLength.MEDIUM: 0.3, HairLength.LONG: 0.5},
    Gender.MALE: {HairLength.SHORT: 0.8, HairLength.MEDIUM: 0.14, HairLength.LONG: 0.06},
}
_HAIR_STYLES = {
    Gender.FEMALE: {
        HairStyle.LOOSE: 0.58,
        HairStyle.SPIKY: 0.04,
        HairStyle.TWIN_TAILS: 0.16,
        HairStyle.PONYTAIL: 0.12,
        HairStyle.BUN: 0.10,
    },
    Gender.MALE: {HairStyle.LOOSE: 0.52, HairStyle.SPIKY: 0.42, HairStyle.PONYTAIL: 0.06},
}

_Choice = TypeVar("_Choice")


def chosen(weights: Mapping[_Choice, float], draw: float) -> _Choice:
    """Return the key that `draw`, 0 to 1, falls on when the keys share that range by weight."""
    total = sum(weights.values())
    for key, weight in weights.items():
        draw -= weight / total
        if draw < 0:
            return key
    return key


def choose_style(rng: Generator) -> Style:
    """Draw a style. Males mostly have short hair and no ribbons."""
    gender, headwear = Gender.drawn(rng.random()), Headwear.drawn(rng.random())
    if gender is Gender.MALE and headwear in (Headwear.RIBBON, Headwear.FLOWER, Headwear.BAND):
        headwear = Headwear.NONE
    layout = ColorLayout.drawn(rng.random())
    names = _hair_names(layout, rng)
    rgbs = tuple(hair_rgb(name, rng) for name in names)
    cloth_like_hair = bool(rng.random() < 0.15)
    return Style(
        gender=gender,
        hair_length=chosen(_LENGTHS[gender], rng.random()),
        hair_style=chosen(_HAIR_STYLES[gender], rng.random()),
        fringe=Fringe.drawn(rng.random()),
        layout=layout,
        hair_names=names,
        hair_rgbs=rgbs,
        backdrop=Backdrop.drawn(rng.random()),
        headwear=headwear,
        clothes=Clothes.drawn(rng.random()),
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


def _hair_names(layout: ColorLayout, rng: Generator) -> tuple[str, ...]:
    first = hair_name(rng)
    if layout is ColorLayout.UNIFORM:
        return (first,)
    second = hair_name(rng, other_than=(first,))
    if layout is ColorLayout.STREAKS and rng.random() < 0.35:
        return first, second, hair_name(rng, other_than=(first, second))
    return first, second
