from __future__ import annotations

import pytest

from hairpipe.errors import ConfigError
from hairpipe.extract.color.names import ALIASES, canonical_color, color_modifier
from hairpipe.hair_color_names import COLOR_NAMES


@pytest.mark.parametrize(
    ("name", "lightness", "modifier"),
    [
        ("black", 5, None),
        ("white", 60, None),
        ("gray", 80, "light"),
        ("blue", 30, "dark"),
        ("blue", 52, None),
        ("pink", 90, "light"),
    ],
)
def test_modifiers(name, lightness, modifier):
    assert color_modifier(name, lightness) == modifier


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
