"""Made-up attributes of profiles, in part tied to how the figure looks."""

from __future__ import annotations

from types import MappingProxyType

from numpy.random import Generator

from hairpipe.lab.synthetic.drawing.style import Gender, Style, chosen

Attributes = dict[str, str | int | None]

_MONTHS = (
    ("January", 31),
    ("February", 28),
    ("March", 31),
    ("April", 30),
    ("May", 31),
    ("June", 30),
    ("July", 31),
    ("August", 31),
    ("September", 30),
    ("October", 31),
    ("November", 30),
    ("December", 31),
)
_SYLLABLES = ("ka", "mi", "ra", "to", "shi", "na", "yu", "re", "ha", "so", "ki", "mo", "ri", "ta", "no", "sa")
_NATURAL = ("black", "brown", "blonde", "gray", "white")
_NATURAL_SERIES = MappingProxyType(
    {"Harbour Street 12": 4, "The Long Relay": 3, "Paper Lanterns": 2, "Tin Stars": 1}
)
_VIVID_SERIES = MappingProxyType({"Prism Academy": 4, "Neon Tide": 3, "Tin Stars": 2, "Paper Lanterns": 1})


def made_up_name(rng: Generator) -> str:
    """Return a given and a family name."""
    picks = [_SYLLABLES[index] for index in rng.integers(0, len(_SYLLABLES), 5)]
    return f"{''.join(picks[:2]).capitalize()} {''.join(picks[2:]).capitalize()}"


def made_up_attributes(style: Style, rng: Generator) -> Attributes:
    """Return a profile's attributes, some of them unknown.

    Birth years run from 1980 to 2010. Figures with unnatural hair colours tend to be born later and
    to come from other series; males tend to be taller; blue and pink hair is liked a little more.
    """
    draws = rng.random(8)
    natural = style.hair_names[0] in _NATURAL
    month, days = _MONTHS[int(12 * draws[0])]
    male = style.gender is Gender.MALE
    year = 1980 + int(30.999 * draws[1] ** (1.5 if natural else 0.6))
    height = round((172 if male else 159) + 7 * float(rng.standard_normal()))
    liked = 2.0 if style.hair_names[0] in ("blue", "pink") else 1.0
    return {
        "gender": style.gender.value if draws[2] < 0.92 else None,
        "birthday": f"{month} {1 + int(days * draws[3])}" if draws[4] < 0.8 else None,
        "birth_year": year if draws[5] < 0.85 else None,
        "height_cm": height if draws[6] < 0.7 else None,
        "favorites": int(liked * 20 * float(rng.pareto(1.1))),
        "series": chosen(_NATURAL_SERIES if natural else _VIVID_SERIES, draws[7]),
    }
