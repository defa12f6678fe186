from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.extract.color.appearance import color_appearance, hair_appearances, skin_lab
from hairpipe.extract.color.lab import rgb_to_lab
from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.color.tones import hair_tones, merged_tones
from hairpipe.extract.result import Box
from tests.extract.drawing import pictures


@given(st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_shade_is_darker_and_shine_lighter_than_the_middle(count, seed):
    middle, shade, shine = color_appearance(np.random.default_rng(seed).uniform(-50, 100, (count, 3)))
    assert shade[0] <= middle[0] <= shine[0]


def test_outliers_do_not_count():
    labs = np.vstack([np.full((90, 3), 40.0), np.full((10, 3), 90.0)])
    assert color_appearance(labs)[0] == pytest.approx([40, 40, 40])


@given(pictures(), st.integers(0, 2**32 - 1))
def test_every_hair_color_has_a_look(image, seed):
    mask = np.random.default_rng(seed).random(image.shape[:2]) < 0.5
    mask[0, 0] = True
    palette = reduce_colors(image, 6)
    tones = hair_tones(image, mask, palette)
    owners = merged_tones(tones, 10.0, 0.0)
    appearances = hair_appearances(image, mask, palette, tones, owners)
    assert sorted(appearances) == sorted(set(owners.tolist()))
    assert all(appearance.shape == (3, 3) for appearance in appearances.values())


def test_skin_is_the_most_frequent_color_in_the_face():
    image = np.zeros((40, 40, 3), np.uint8)
    image[10:30, 10:30] = (250, 220, 200)
    palette = reduce_colors(image, 4)
    assert skin_lab(palette, Box(10, 10, 20, 20)) == pytest.approx(rgb_to_lab((250, 220, 200)))
    assert skin_lab(palette, None) is None


def test_where_hair_is_certain_decides_how_it_looks():
    image = np.full((20, 40, 3), (90, 60, 40), np.uint8)
    image[:, 30:] = (60, 40, 25)
    mask = np.ones(image.shape[:2], bool)
    palette = reduce_colors(image, 2)
    tones = hair_tones(image, mask, palette)
    owners = np.zeros(len(tones.pixels), np.intp)
    sure = np.zeros_like(mask)
    sure[:, 30:] = True
    everywhere, certain = (
        hair_appearances(image, mask, palette, tones, owners, where)[0][0] for where in (None, sure)
    )
    assert everywhere == pytest.approx(rgb_to_lab(image[0, :1])[0], abs=0.1)
    assert certain == pytest.approx(rgb_to_lab(image[0, -1:])[0], abs=0.1)
