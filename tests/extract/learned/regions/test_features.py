import numpy as np
import pytest

from hairpipe.extract.color.lab import image_to_lab, lab_planes
from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.learned.regions.color_cells import color_cells, color_posterior
from hairpipe.extract.learned.regions.features import (
    NAMES,
    region_features,
)
from hairpipe.extract.learned.regions.places import neighbours_mean
from hairpipe.extract.learned.regions.regions import Regions, cut_regions
from hairpipe.extract.result import Box, Image
from hairpipe.lab.synthetic import draw_portrait


def features_of(image: Image, hair: np.ndarray, face: Box | None) -> tuple[Regions, dict[str, np.ndarray]]:
    palette = reduce_colors(image, 12)
    regions = cut_regions(image, palette)
    features = region_features(image_to_lab(image), palette, regions, hair.astype(np.float32), face)
    assert features.rows.shape == (regions.count, len(NAMES))
    return regions, dict(zip(NAMES, features.rows.T, strict=True))


def test_places_are_told_in_units_of_the_face() -> None:
    image = np.full((100, 80, 3), 255, np.uint8)
    image[10:20, 30:50] = 0
    regions, features = features_of(image, np.zeros((100, 80)), Box(30, 40, 20, 20))
    dark = regions.labels[15, 40]
    assert features["x"][dark] == pytest.approx(0, abs=0.01)
    assert features["y"][dark] == pytest.approx((15 - 50) / 20, abs=0.01)
    assert features["above"][dark] == 1
    assert features["in_face"][dark] == 0
    assert features["has_face"].all()


def test_the_network_is_averaged_over_each_region() -> None:
    image = np.full((40, 40, 3), 255, np.uint8)
    image[:20] = (120, 60, 20)
    hair = np.zeros((40, 40))
    hair[:10] = 1
    regions, features = features_of(image, hair, None)
    assert features["net"][regions.labels[5, 5]] == pytest.approx(0.5)
    assert features["net"][regions.labels[35, 5]] == 0
    assert not features["has_face"].any()


@pytest.mark.parametrize("face", [None, Box(-30, -30, 200, 300), Box(1, 1, 2, 2), Box(500, 500, 9, 9)])
@pytest.mark.parametrize("fill", [0.0, 1.0])
def test_features_are_finite_whatever_the_face(face: Box | None, fill: float) -> None:
    image = draw_portrait(5, 60, 48).image
    _, features = features_of(image, np.full((60, 48), fill), face)
    assert all(np.isfinite(column).all() for column in features.values())


def test_a_single_pixel_is_described_too() -> None:
    _, features = features_of(np.zeros((1, 1, 3), np.uint8), np.ones((1, 1)), None)
    assert all(np.isfinite(column).all() for column in features.values())


def test_the_color_of_sure_hair_speaks_for_unsure_places() -> None:
    lab = np.zeros((20, 30, 3), np.float32)
    lab[..., 0] = 90
    lab[:, :20] = (40, 30, 30)
    hair = np.full((20, 30), 0.05, np.float32)
    hair[:, :10] = 0.95
    hair[:, 10:20] = 0.5
    posterior = color_posterior(color_cells(lab_planes(lab)), hair)
    assert posterior[:, 10:20].min() > 0.6
    assert posterior[:, 20:].max() < 0.1


def test_neighbours_count_by_the_length_of_the_common_border() -> None:
    labels = np.repeat([0, 1, 2], 4)[None].repeat(5, axis=0).astype(np.int32)
    labels[3:, 8:] = 1
    regions = Regions(labels, np.array([0, 1, 2]), np.bincount(labels.ravel()))
    found = neighbours_mean(regions, np.array([0.2, 0.5, 0.9]))
    # The middle one has a border of 5 with the first, and of 3 + 4 with the last.
    assert found == pytest.approx([0.5, (5 * 0.2 + 7 * 0.9) / 12, 0.5])
    alone = Regions(np.zeros((3, 4), np.int32), np.array([0]), np.array([12]))
    assert neighbours_mean(alone, np.array([0.3])).tolist() == [0.3]
