"""The 12 names of hair colours, what else people call them, and how light they are."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from hairpipe.errors import ConfigError
from hairpipe.hair_color_names import COLOR_NAMES

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "auburn": "red",
        "blond": "blonde",
        "cyan": "aqua",
        "gold": "blonde",
        "grey": "gray",
        "lavender": "purple",
        "magenta": "pink",
        "redhead": "red",
        "silver": "gray",
        "teal": "aqua",
        "turquoise": "aqua",
        "violet": "purple",
        "yellow": "blonde",
    }
)

# Lightness, CIELAB, of drawn hair that one would call neither light nor dark.
_USUAL_LIGHTNESS: Mapping[str, float] = MappingProxyType(
    {
        "aqua": 75.0,
        "blonde": 84.0,
        "blue": 52.0,
        "brown": 37.0,
        "gray": 64.0,
        "green": 59.0,
        "orange": 66.0,
        "pink": 75.0,
        "purple": 44.0,
        "red": 45.0,
    }
)
# This much lighter or darker, in L, is worth saying.
_MODIFIER_DISTANCE = 12.0


def canonical_color(text: str) -> str:
    """Return the one of the 12 names that a person means.

    Raises
    ------
    ConfigError
        If the text is neither a name nor an alias.
    """
    word = text.strip().lower()
    name = ALIASES.get(word, word)
    if name in COLOR_NAMES:
        return name
    close = difflib.get_close_matches(word, [*COLOR_NAMES, *ALIASES], n=1)
    hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(COLOR_NAMES)}."
    raise ConfigError(f"{text!r} is no hair colour; {hint}")


def color_modifier(name: str, lightness: float) -> str | None:
    """Return ``light`` or ``dark`` for hair that is so for its name, else None; never for black and white.

    Parameters
    ----------
    name : str
        One of the 12 names.
    lightness : float
        CIELAB L of the hair's base tone.
    """
    usual = _USUAL_LIGHTNESS.get(name, lightness)
    if abs(lightness - usual) < _MODIFIER_DISTANCE:
        return None
    return "light" if lightness > usual else "dark"
