"""The 12 names of hair colours: the words of the tables, the naming and the pages alike."""

from __future__ import annotations

from collections.abc import Mapping

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

SHOWN_AS: Mapping[str, str] = {
    "aqua": "#40c8d8",
    "black": "#222222",
    "blonde": "#f0d070",
    "blue": "#4078e0",
    "brown": "#7a4a2a",
    "gray": "#9a9aa0",
    "green": "#40a040",
    "orange": "#f08030",
    "pink": "#f0a0c0",
    "purple": "#8050b0",
    "red": "#d02020",
    "white": "#f2f2f2",
}
"""A tone that stands for each name where no measured one is at hand."""
