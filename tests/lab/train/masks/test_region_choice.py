import io

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from hairpipe.lab.train.masks.region_choice import RegionExample, as_npz, as_trees, fit_choice


@pytest.mark.parametrize("seed", range(3))
def test_plain_arrays_answer_as_the_fitted_model(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(0, 1, (400, 5)).astype(np.float32).round(2)
    target = rows[:, 0] * rows[:, 1] + rng.normal(0, 0.3, 400) > 0
    with threadpool_limits(1):
        model = HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=7).fit(rows, target)
    unseen = rng.normal(0, 1.5, (300, 5)).astype(np.float32).round(2)
    for tested in (rows, unseen):
        with threadpool_limits(1):
            expected = model.predict_proba(tested)[:, 1]
        np.testing.assert_allclose(as_trees(model).probabilities(tested), expected, atol=1e-5)


def test_trees_that_never_split_say_their_baseline() -> None:
    rows = np.zeros((50, 2), np.float32)
    with threadpool_limits(1):
        model = HistGradientBoostingClassifier(max_iter=3).fit(rows, np.arange(50) < 10)
    np.testing.assert_allclose(as_trees(model).probabilities(rows), 0.2, atol=1e-5)


def test_trees_with_too_many_leaves_are_refused() -> None:
    rows = np.random.default_rng(0).normal(0, 1, (2000, 3)).astype(np.float32)
    with threadpool_limits(1):
        model = HistGradientBoostingClassifier(max_iter=1, max_leaf_nodes=31).fit(rows, rows.prod(axis=1) > 0)
    with pytest.raises(ValueError, match="16 leaves"):
        as_trees(model)


def test_the_choice_learns_what_tells_hair() -> None:
    rng = np.random.default_rng(0)
    examples = []
    for _ in range(30):
        rows = rng.normal(0, 1, (40, 4)).astype(np.float32)
        hair = (rows[:, 2] > 0.2).astype(np.float64)
        examples.append(RegionExample(rows, hair, rng.integers(5, 500, 40), 1.0))
    trees = fit_choice(examples, 0)
    sure = np.zeros((2, 4), np.float32)
    sure[:, 2] = -1, 1
    low, high = trees.probabilities(sure)
    assert low < 0.1
    assert high > 0.9


def test_the_file_holds_plain_arrays_only() -> None:
    rows = np.arange(200, dtype=np.float32)[:, None]
    with threadpool_limits(1):
        model = HistGradientBoostingClassifier(max_iter=2).fit(rows, rows[:, 0] > 99)
    trees = as_trees(model)
    with np.load(io.BytesIO(as_npz(trees)), allow_pickle=False) as arrays:
        assert np.array_equal(arrays["threshold"], trees.threshold)
        assert float(arrays["baseline"]) == trees.baseline
