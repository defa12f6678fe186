from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from hairpipe.extract.article.density import default_min_samples, density_clusters
from tests.extract.drawing import masks, patchy_mask
from tests.extract.reference import clusters_2d, clusters_3d

RADII = st.sampled_from([1.0, 1.2, 1.5, 2.0, 3.3, 5.0, 7.0])


@settings(max_examples=80, deadline=None)
@given(masks(), RADII, st.integers(1, 40))
def test_points_of_two_dimensions_as_scikit_learn(mask, eps, min_samples):
    found = density_clusters(mask, eps, min_samples)
    np.testing.assert_array_equal(found.labels, clusters_2d(mask, eps, min_samples))


@settings(max_examples=60, deadline=None)
@given(masks(20), RADII, st.integers(1, 80))
def test_points_of_three_dimensions_as_scikit_learn(mask, eps, min_samples):
    found = density_clusters(mask, eps, min_samples, channels=3)
    np.testing.assert_array_equal(found.labels, clusters_3d(mask, eps, min_samples)[..., 1])


@pytest.mark.parametrize("seed", range(6))
def test_articles_numbers_give_all_channels_the_same_label(seed):
    mask = patchy_mask(60, 50, seed, smoothness=1.0 + seed / 3, part=0.4)
    expected = clusters_3d(mask, 5, default_min_samples(5))
    found = density_clusters(mask, 5, default_min_samples(5), channels=3)
    for channel in range(3):
        np.testing.assert_array_equal(found.labels, expected[..., channel])


@settings(max_examples=30, deadline=None)
@given(masks(), RADII, st.integers(1, 40))
def test_core_points_as_scikit_learn(mask, eps, min_samples):
    expected = np.zeros(mask.shape, bool)
    points = np.argwhere(mask)
    if len(points):
        model = DBSCAN(eps=eps, min_samples=min_samples).fit(points)
        expected[tuple(points[model.core_sample_indices_].T)] = True
    np.testing.assert_array_equal(density_clusters(mask, eps, min_samples).core, expected)


def test_more_clusters_than_a_byte_counts():
    mask = np.zeros((60, 60), bool)
    mask[::3, ::3] = True
    labels = density_clusters(mask, 1, 1).labels
    assert labels.max() == 399
    np.testing.assert_array_equal(labels, clusters_2d(mask, 1, 1))


def test_clusters_farther_apart_than_touching_are_joined_in_order():
    mask = np.zeros((9, 30), bool)
    mask[4, [0, 1, 2, 7, 8, 9, 20, 21, 22]] = True
    np.testing.assert_array_equal(density_clusters(mask, 5, 2).labels, clusters_2d(mask, 5, 2))
    assert density_clusters(mask, 5, 2).labels.max() == 1


def test_an_empty_mask_has_no_cluster():
    found = density_clusters(np.zeros((4, 5), bool), 5, 42)
    assert (found.labels == -1).all()
    assert not found.core.any()


def test_default_core_count_is_the_articles():
    assert default_min_samples(5) == 42


@pytest.mark.parametrize(("eps", "min_samples", "channels"), [(0.5, 1, 1), (5, 0, 1), (5, 1, 0)])
def test_impossible_numbers_are_refused(eps, min_samples, channels):
    with pytest.raises(ValueError, match="must be 1 or more"):
        density_clusters(np.ones((3, 3), bool), eps, min_samples, channels)
