from __future__ import annotations

import numpy as np
import pytest

from hairpipe.errors import ConfigError
from hairpipe.extract.color_names import (
    ALIASES,
    COLOR_NAMES,
    PROTOTYPES,
    canonical_color,
    name_colors,
    name_distances,
)
from hairpipe.extract.lab import rgb_to_lab
from hairpipe.store import schema


def test_the_tables_have_the_same_names():
    assert schema.COLOR_NAMES == COLOR_NAMES


def test_every_name_has_prototypes_that_bear_it():
    assert set(PROTOTYPES) == set(COLOR_NAMES)
    for name, colors in PROTOTYPES.items():
        assert [found.name for found in name_colors(rgb_to_lab(colors))] == [name] * len(colors)


@pytest.mark.parametrize(
    ("rgb", "name", "modifier"),
    [
        ((15, 15, 18), "black", None),
        ((252, 252, 252), "white", None),
        ((190, 190, 200), "gray", "light"),
        ((40, 70, 150), "blue", "dark"),
        ((250, 205, 220), "pink", "light"),
        ((64, 120, 224), "blue", None),
        ((0, 110, 0), "green", "dark"),
    ],
)
def test_names_and_modifiers(rgb, name, modifier):
    [found] = name_colors(rgb_to_lab([rgb]))
    assert (found.name, found.modifier) == (name, modifier)


def test_the_margin_is_the_lead_over_the_second_name():
    labs = rgb_to_lab([[64, 120, 224], [110, 100, 200]])
    ranked = np.sort(name_distances(labs), axis=1)
    sure, unsure = name_colors(labs)
    assert [sure.margin, unsure.margin] == pytest.approx((ranked[:, 1] - ranked[:, 0]).tolist())
    assert sure.margin > unsure.margin >= 0


def test_no_colors_have_no_names():
    assert name_colors(np.empty((0, 3))) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [("grey", "gray"), (" Silver ", "gray"), ("TEAL", "aqua"), ("lavender", "purple"), ("auburn", "red")],
)
def test_aliases(text, name):
    assert canonical_color(text) == name


def test_all_aliases_lead_to_names():
    assert set(ALIASES.values()) <= set(COLOR_NAMES)
    assert not set(ALIASES) & set(COLOR_NAMES)


@pytest.mark.parametrize(("text", "hint"), [("blu", "did you mean blue"), ("qqq", "use one of aqua")])
def test_unknown_names_are_refused_with_a_hint(text, hint):
    with pytest.raises(ConfigError, match=hint):
        canonical_color(text)
