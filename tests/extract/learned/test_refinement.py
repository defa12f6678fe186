import numpy as np
import pytest

from hairpipe.extract.color.lab import image_to_lab, lab_planes
from hairpipe.extract.learned.refinement import pixel_probabilities, refined_mask, without_small_components
from hairpipe.extract.learned.regions.color_cells import color_cells


def test_the_edge_follows_the_color() -> None:
    image = np.full((80, 80, 3), 240, np.uint8)
    image[:, :44] = (90, 40, 30)
    image = np.clip(image + np.random.default_rng(0).normal(0, 4, image.shape), 0, 255).astype(np.uint8)
    chances = np.full((80, 80), 0.05, np.float32)
    chances[:, :36] = 0.95
    chances[:, 36:50] = 0.5
    mask = refined_mask(image, chances)
    assert np.abs(mask.sum(axis=1) - 44).max() <= 1


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_all_and_nothing_stay_so(chance: float) -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 16, 3)).astype(np.uint8)
    mask = refined_mask(image, np.full((20, 16), chance, np.float32))
    assert mask.all() if chance else not mask.any()


def test_the_same_picture_gives_the_same_mask() -> None:
    rng = np.random.default_rng(1)
    image = rng.integers(0, 256, (50, 40, 3)).astype(np.uint8)
    chances = rng.random((50, 40)).astype(np.float32)
    assert np.array_equal(refined_mask(image, chances), refined_mask(image, chances))


def test_shine_inside_hair_belongs_to_it_and_specks_outside_do_not() -> None:
    mask = np.zeros((100, 100), bool)
    mask[20:60, 20:60] = True
    mask[40:42, 40:42] = False
    mask[80, 80] = True
    cleaned = without_small_components(mask)
    assert cleaned[41, 41]
    assert not cleaned[80, 80]
    assert cleaned.sum() == 1600


def test_a_hole_as_large_as_a_face_stays() -> None:
    mask = np.zeros((100, 100), bool)
    mask[20:80, 20:80] = True
    mask[40:60, 40:60] = False
    assert np.array_equal(without_small_components(mask), mask)


def test_probabilities_stay_probabilities() -> None:
    rng = np.random.default_rng(2)
    image = rng.integers(0, 256, (30, 20, 3)).astype(np.uint8)
    cells = color_cells(lab_planes(image_to_lab(image)))
    found = pixel_probabilities(cells, *rng.random((2, 30, 20)).astype(np.float32))
    assert found.shape == (30, 20)
    assert 0 <= found.min() <= found.max() <= 1
