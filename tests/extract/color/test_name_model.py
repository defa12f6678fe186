from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.extract.color.lab import rgb_to_lab
from hairpipe.extract.color.name_model import FEATURES, name_features, namings, shipped_model
from hairpipe.extract.color.possible_names import possible_names
from hairpipe.hair_color_names import COLOR_NAMES

colors = st.tuples(*[st.integers(0, 255)] * 3)
skins = st.none() | colors


def flat_look(rgb: tuple[int, int, int]) -> np.ndarray:
    return np.repeat(rgb_to_lab([rgb]), 3, axis=0)


@given(st.lists(colors, max_size=4), skins)
def test_every_color_gets_a_likely_name(rgbs, skin):
    appearances = [flat_look(rgb) for rgb in rgbs]
    tones = rgb_to_lab(np.array(rgbs, np.uint8).reshape(-1, 3))
    names = namings(appearances, None if skin is None else rgb_to_lab(skin), tones)
    assert len(names) == len(rgbs)
    for naming, possible in zip(names, possible_names(tones), strict=True):
        assert possible[COLOR_NAMES.index(naming.name)]
        assert 1 / len(COLOR_NAMES) <= naming.probability <= 1
        assert 0 <= naming.margin <= naming.probability
        assert set(naming.also) <= set(COLOR_NAMES) - {naming.name}


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((34, 34, 38), "black"),
        ((240, 208, 112), "blonde"),
        ((64, 100, 200), "blue"),
        ((110, 66, 45), "brown"),
        ((80, 170, 90), "green"),
        ((240, 160, 192), "pink"),
        ((120, 80, 160), "purple"),
        ((190, 30, 40), "red"),
    ],
)
def test_plain_colors_have_plain_names(rgb, name):
    [naming] = namings([flat_look(rgb)], None, rgb_to_lab([rgb]))
    assert naming.name == name


def test_probabilities_add_up():
    features = np.array([name_features(flat_look((200, 100, 50)), None)])
    assert shipped_model().probabilities(features).sum() == pytest.approx(1)


def test_without_skin_its_features_are_missing():
    features = name_features(flat_look((200, 100, 50)), None)
    assert [name for name, value in zip(FEATURES, features, strict=True) if np.isnan(value)] == [
        "skin L",
        "skin a",
        "skin b",
    ]
