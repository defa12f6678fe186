"""Drawn portraits of which everything is known, and scraped databases made of them."""

from hairpipe.lab.synthetic.drawing.portrait import DrawnPortrait, TrueColor, draw_portrait
from hairpipe.lab.synthetic.drawing.style import (
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
from hairpipe.lab.synthetic.scrape import write_table_scrape
from hairpipe.lab.synthetic.truth import Fault, ProfileTruth, ScrapePlan, ScrapeTruth

__all__ = [
    "Backdrop",
    "ColorLayout",
    "DrawnPortrait",
    "Fault",
    "Fringe",
    "Gender",
    "HairLength",
    "HairPattern",
    "HairStyle",
    "Headwear",
    "ProfileTruth",
    "ScrapePlan",
    "ScrapeTruth",
    "Style",
    "TrueColor",
    "draw_portrait",
    "write_table_scrape",
]
