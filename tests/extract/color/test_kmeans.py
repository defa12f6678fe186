from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from hairpipe.extract.color.kmeans import center_costs, nearest_center, weighted_kmeans


def cloud(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Return whole-numbered points in a few heaps, and their weights."""
    rng = np.random.default_rng(seed)
    heaps = rng.integers(200, 3800, (rng.integers(2, 20), 3))
    points = heaps[rng.integers(0, len(heaps), n)] + rng.normal(0, 120, (n, 3))
    points = np.unique(np.clip(np.rint(points), 0, 4080), axis=0)
    return np.ascontiguousarray(points.T), rng.integers(1, 500, len(points)).astype(float)


def inertia(points: np.ndarray, weights: np.ndarray, centers: np.ndarray) -> float:
    squared = ((points.T[:, None] - centers[None]) ** 2).sum(axis=2)
    return float(weights @ squared.min(axis=1))


def test_inertia_is_close_to_the_best_of_ten_starts():
    ratios = []
    for seed in range(12):
        points, weights = cloud(seed)
        best = KMeans(8, n_init=10, random_state=0).fit(points.T, sample_weight=weights)
        ratios.append(inertia(points, weights, weighted_kmeans(points, weights, 8)) / best.inertia_)
    assert np.mean(ratios) <= 1.03


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 20))
def test_centers_are_whole_and_no_more_than_asked_for(seed, k):
    points, weights = cloud(seed, 30)
    centers = weighted_kmeans(points, weights, k)
    assert 1 <= len(centers) <= k
    np.testing.assert_array_equal(centers, np.rint(centers))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.randoms())
def test_the_order_of_points_does_not_matter(seed, random):
    points, weights = cloud(seed, 60)
    # Equal weights could make the choice between two points depend on their order.
    weights = np.arange(1, weights.size + 1) * 7.0
    order = list(range(weights.size))
    random.shuffle(order)
    one = weighted_kmeans(points, weights, 5)
    other = weighted_kmeans(np.ascontiguousarray(points[:, order]), weights[order], 5)
    np.testing.assert_array_equal(np.sort(one, axis=0), np.sort(other, axis=0))


def test_fewer_points_than_centers_are_their_own_centers():
    points = np.array([[0.0, 10, 500], [0, 10, 500], [0, 10, 500]])
    centers = weighted_kmeans(points, np.ones(3), 12)
    np.testing.assert_array_equal(np.sort(centers[:, 0]), [0, 10, 500])


def test_nearest_center_is_the_lowest_of_several():
    points = np.array([[5.0], [0], [0]])
    centers = np.array([[0.0, 0, 0], [10, 0, 0]])
    assert nearest_center(points, centers)[0] == 0


@pytest.mark.parametrize("seed", range(3))
def test_costs_differ_from_squared_distances_by_the_same_for_all_centers(seed):
    points, weights = cloud(seed)
    centers = weighted_kmeans(points, weights, 6)
    squared = ((points.T[None] - centers[:, None]) ** 2).sum(axis=2)
    off = squared - center_costs(points, centers)
    np.testing.assert_array_equal(off, np.broadcast_to(off[0], off.shape))
