"""Drawn portraits of which everything is known, and scraped databases made of them."""

from hairpipe.lab.synthetic.drawing.portrait import DrawnPortrait, draw_portrait
from hairpipe.lab.synthetic.scrape import write_table_scrape
from hairpipe.lab.synthetic.truth import Fault, ProfileTruth, ScrapePlan, ScrapeTruth

__all__ = [
    "DrawnPortrait",
    "Fault",
    "ProfileTruth",
    "ScrapePlan",
    "ScrapeTruth",
    "draw_portrait",
    "write_table_scrape",
]
