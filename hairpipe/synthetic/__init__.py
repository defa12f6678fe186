"""Drawn portraits of which everything is known, and scraped databases made of them."""

from hairpipe.synthetic.portrait import DrawnPortrait, FaceBox, TrueColor, draw_portrait
from hairpipe.synthetic.style import (
    Backdrop,
    ColorLayout,
    Fringe,
    Gender,
    HairLength,
    HairPattern,
    HairStyle,
    Headwear,
    Style,
)

__all__ = [
    "Backdrop",
    "ColorLayout",
    "DrawnPortrait",
    "FaceBox",
    "Fringe",
    "Gender",
    "HairLength",
    "HairPattern",
    "HairStyle",
    "Headwear",
    "Style",
    "TrueColor",
    "draw_portrait",
]
