"""The 12 names of hair colours: the words of the tables, the naming and the pages alike."""

from __future__ import annotations

COLOR_NAMES = (
    "aqua",
    "black",
    "blonde",
    "blue",
    "brown",
    "gray",
    "green",
    "orange",
    "pink",
    "purple",
    "red",
    "white",
)
