"""Drawn portraits of which everything is known, and scraped databases made of them."""

from hairpipe.synthetic.later import LaterScrape, ScrapeChange, write_later_scrape
from hairpipe.synthetic.portrait import DrawnPortrait, FaceBox, TrueColor, draw_portrait
from hairpipe.synthetic.scrape import write_article_scrape, write_table_scrape
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
from hairpipe.synthetic.truth import Fault, ProfileTruth, ScrapePlan, ScrapeTruth

__all__ = [
    "Backdrop",
    "ColorLayout",
    "DrawnPortrait",
    "FaceBox",
    "Fault",
    "Fringe",
    "Gender",
    "HairLength",
    "HairPattern",
    "HairStyle",
    "Headwear",
    "LaterScrape",
    "ProfileTruth",
    "ScrapeChange",
    "ScrapePlan",
    "ScrapeTruth",
    "Style",
    "TrueColor",
    "draw_portrait",
    "write_article_scrape",
    "write_later_scrape",
    "write_table_scrape",
]
