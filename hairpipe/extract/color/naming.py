"""From hair pixels to named colours."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.color.appearance import hair_appearances, skin_lab
from hairpipe.extract.color.lab import Floats, rgb_to_lab
from hairpipe.extract.color.monochrome import is_monochrome
from hairpipe.extract.color.name_model import Naming, namings
from hairpipe.extract.color.names import color_modifier
from hairpipe.extract.color.palette import Palette
from hairpipe.extract.color.pattern import hair_pattern
from hairpipe.extract.color.tones import Tones, hair_tones, merged_tones, pixels_of_owners
from hairpipe.extract.result import Box, HairColor, Image, Mask
from hairpipe.extract.settings import NamingSettings

# Lighter or darker than the base tone by less than this, in L, is no shine and no shade.
_SHADE_STEP = 5.0


@dataclass(frozen=True)
class NamedHair:
    """The hair's colours, largest share first, and how they are laid out."""

    colors: tuple[HairColor, ...]
    pattern: str | None


@dataclass(frozen=True, eq=False)
class HairGroups:
    """The hair's tones, gathered into hair colours."""

    tones: Tones
    owners: NDArray[np.intp]
    """(n,): for each tone, the base tone of its hair colour."""
    bases: NDArray[np.intp]
    """(m,): the base tones, that of the largest hair colour first."""
    pixels: NDArray[np.int64]
    """(m,): of each hair colour."""
    appearances: tuple[Floats, ...]
    """(3, 3): of each hair colour, from :func:`hairpipe.extract.color.appearance.color_appearance`."""


def name_hair(
    image: Image,
    hair_mask: Mask,
    palette: Palette,
    settings: NamingSettings | None = None,
    face: Box | None = None,
    sure: Mask | None = None,
) -> NamedHair:
    """Return the named colours of the hair.

    Base tone, shade and shine of a lock are one colour, which keeps the appearance of the base tone
    rather than a mean of the three that occurs nowhere.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB. In a picture without colours, the hair's colours have no names.
    hair_mask : ndarray of bool, (H, W)
        Without a pixel, there is no colour and no pattern.
    palette : Palette
        Of the same picture.
    settings : NamingSettings, optional
        When colours are one, and which are too few to count.
    face : Box, optional
        A possible box. Its skin shows the light of the scene.
    sure : ndarray of bool, (H, W), optional
        Where hair is certain; colours are named by these pixels where they have enough of them.
    """
    groups = hair_groups(image, hair_mask, palette, settings or NamingSettings(), sure)
    if groups is None:
        return NamedHair((), None)
    rgbs = np.rint(groups.tones.rgb[groups.bases]).astype(np.uint8)
    labs = rgb_to_lab(rgbs)
    names: list[Naming | None] = [None] * len(groups.bases)
    if not is_monochrome(image, face):
        names = [*namings(groups.appearances, skin_lab(palette, face), labs)]
    seen = zip(names, rgbs.tolist(), labs.tolist(), strict=True)
    colors = tuple(_hair_color(groups, place, *parts) for place, parts in enumerate(seen))
    return NamedHair(colors, hair_pattern(groups.tones))


def hair_groups(
    image: Image, hair_mask: Mask, palette: Palette, settings: NamingSettings, sure: Mask | None = None
) -> HairGroups | None:
    """Return the hair's colours before they are named; None for an empty mask.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    hair_mask : ndarray of bool, (H, W)
        The hair's pixels.
    palette : Palette
        Of the same picture.
    settings : NamingSettings
        When colours are one, and which are too few to count.
    sure : ndarray of bool, (H, W), optional
        Where hair is certain.
    """
    tones = hair_tones(image, hair_mask, palette)
    if tones.pixels.size == 0:
        return None
    owners = merged_tones(tones, settings.merge_delta_e, settings.min_share)
    pixels = pixels_of_owners(tones, owners)
    bases = np.flatnonzero(pixels)
    bases = bases[np.argsort(-pixels[bases], kind="stable")]
    appearances = hair_appearances(image, hair_mask, palette, tones, owners, sure)
    return HairGroups(tones, owners, bases, pixels[bases], tuple(appearances[int(base)] for base in bases))


def _hair_color(
    groups: HairGroups, place: int, naming: Naming | None, rgb: list[int], lab: list[float]
) -> HairColor:
    base = groups.bases[place]
    red, green, blue = rgb
    lightness, a, b = lab
    return HairColor(
        name=naming.name if naming else None,
        modifier=color_modifier(naming.name, lightness) if naming else None,
        hex=_hex(groups.tones.rgb[base]),
        rgb=(red, green, blue),
        lab=(lightness, a, b),
        hsv=_hsv(red, green, blue),
        share=int(groups.pixels[place]) / int(groups.pixels.sum()),
        pixels=int(groups.pixels[place]),
        margin=naming.margin if naming else 0.0,
        probability=naming.probability if naming else 0.0,
        also=naming.also if naming else (),
        shade_hex=_shade(groups, base, -1),
        shine_hex=_shade(groups, base, 1),
    )


def _shade(groups: HairGroups, base: np.intp, direction: int) -> str | None:
    """Return the most frequent tone of a hair colour that is lighter (1) or darker (-1) than its base."""
    steps = direction * (groups.tones.lab[:, 0] - groups.tones.lab[base, 0])
    shades = np.flatnonzero((groups.owners == base) & (steps >= _SHADE_STEP))
    # The most frequent tones come first.
    return _hex(groups.tones.rgb[shades[0]]) if shades.size else None


def _hex(rgb: Floats) -> str:
    return "#" + bytes(int(level) for level in np.rint(rgb)).hex()


def _hsv(red: int, green: int, blue: int) -> tuple[float, float, float]:
    hue, saturation, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    return hue * 360, saturation, value
