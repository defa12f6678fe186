import numpy as np

from hairpipe.extract.color.lab import rgb_to_lab
from hairpipe.lab.train.samples.recolor import toned, typical_color


def test_the_covered_part_takes_the_color_and_the_rest_stays() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(90, 110, (20, 30, 3)).astype(np.uint8)
    coverage = np.zeros((20, 30), np.uint8)
    coverage[:, :10] = 255
    target = rgb_to_lab(np.array([[180, 120, 60]]))[0].astype(np.float32)
    result = toned(image, coverage, target, 1.0, rng)
    assert np.abs(result[:, :10].reshape(-1, 3).mean(axis=0) - (180, 120, 60)).max() < 6
    assert np.abs(result[:, 10:].astype(int) - image[:, 10:]).max() <= 1


def test_nothing_covered_changes_nothing() -> None:
    image = np.full((8, 8, 3), 77, np.uint8)
    nothing = np.zeros((8, 8), np.uint8)
    target = np.array([50, 20, 20], np.float32)
    assert np.array_equal(toned(image, nothing, target, 1.0, np.random.default_rng(0)), image)


def test_typical_colors_lie_in_the_range_of_lab() -> None:
    rng = np.random.default_rng(0)
    labs = np.array([typical_color(rng) for _ in range(200)])
    assert labs[:, 0].min() >= 0
    assert labs[:, 0].max() <= 100.01
    assert labs[:, 0].std() > 10
