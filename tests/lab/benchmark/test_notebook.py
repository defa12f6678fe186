"""The literal reading of the article's notebook."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from hairpipe.lab.benchmark.notebook import inside_hull, notebook_hair, reduce_picture, scaled
from hairpipe.lab.synthetic import draw_portrait


def test_finds_most_of_the_hair_of_an_easy_portrait() -> None:
    image = np.full((90, 60, 3), 255, np.uint8)
    image[10:70, 10:50] = (60, 30, 120)
    image[25:65, 18:42] = (250, 220, 200)
    hair = notebook_hair(image, (18, 30, 24, 30))
    assert hair[12:22, 12:48].all()
    assert not hair[30:60, 22:38].any()


def test_a_face_without_skin_has_no_hair() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    assert notebook_hair(noise, (15, 15, 8, 8)).shape == (40, 40)


def test_twelve_colors() -> None:
    reduced = reduce_picture(draw_portrait(0, 84, 50).image)
    assert len(np.unique(reduced.reshape(-1, 3), axis=0)) == 12


def test_hull_and_its_enlargement() -> None:
    corners = np.array([[10.0, 10], [10, 20], [20, 20], [20, 10]])
    inside = inside_hull(corners, (30, 30))
    assert inside.sum() == 11 * 11
    assert_array_equal(scaled(corners, 1.0), corners)
    larger = scaled(corners, 2.0)
    assert larger[:, 0].min() == 2.5
    assert larger[:, 1].min() == 5
