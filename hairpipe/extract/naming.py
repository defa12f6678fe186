"""From hair pixels to named colours."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

from hairpipe.extract.color_names import name_colors
from hairpipe.extract.lab import rgb_to_lab
from hairpipe.extract.palette import Palette
from hairpipe.extract.pattern import hair_pattern
from hairpipe.extract.result import HairColor, Image, Mask
from hairpipe.extract.settings import NamingSettings
from hairpipe.extract.tones import hair_tones, merged_pixels


@dataclass(frozen=True)
class NamedHair:
    """The hair's colours, largest share first, and how they are laid out."""

    colors: tuple[HairColor, ...]
    pattern: str | None


def name_hair(
    image: Image, hair_mask: Mask, palette: Palette, settings: NamingSettings | None = None
) -> NamedHair:
    """Return the named colours of the hair.

    Tones that look alike are one colour, which keeps the look of its most frequent tone: the
    base tone, rather than a mean of base, shade and shine that occurs nowhere.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    hair_mask : ndarray of bool, (H, W)
        Without a pixel, there is no colour and no pattern.
    palette : Palette
        Of the same picture.
    settings : NamingSettings, optional
        When colours are one, and which are too few to count.
    """
    settings = settings or NamingSettings()
    tones = hair_tones(image, hair_mask, palette)
    if tones.pixels.size == 0:
        return NamedHair((), None)
    pixels = merged_pixels(tones, settings.merge_delta_e, settings.min_share)
    bases = np.flatnonzero(pixels)
    bases = bases[np.argsort(-pixels[bases], kind="stable")]
    rgb = np.rint(tones.rgb[bases]).astype(int)
    labs = rgb_to_lab(rgb)
    total = int(pixels.sum())
    colors = tuple(
        HairColor(
            name=name.name,
            modifier=name.modifier,
            hex=f"#{red:02x}{green:02x}{blue:02x}",
            rgb=(int(red), int(green), int(blue)),
            lab=(float(lab[0]), float(lab[1]), float(lab[2])),
            hsv=_hsv(int(red), int(green), int(blue)),
            share=int(pixels[base]) / total,
            pixels=int(pixels[base]),
            margin=name.margin,
        )
        for base, (red, green, blue), lab, name in zip(bases, rgb, labs, name_colors(labs), strict=True)
    )
    return NamedHair(colors, hair_pattern(tones))


def _hsv(red: int, green: int, blue: int) -> tuple[float, float, float]:
    hue, saturation, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    return hue * 360, saturation, value
