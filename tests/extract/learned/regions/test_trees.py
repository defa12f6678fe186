import numpy as np

from hairpipe.extract.learned.regions.trees import Trees


def stump(value_left: float, value_right: float, baseline: float = 0.0) -> Trees:
    """Ask once whether feature 1 is at most 0.5."""
    return Trees(
        feature=np.array([[1]], np.int16),
        threshold=np.array([[0.5]], np.float32),
        kept=np.array([[0b10]], np.uint16),
        value=np.array([[value_left, value_right] + 14 * [0]], np.float32),
        baseline=baseline,
    )


def test_a_row_goes_left_where_its_feature_is_at_most_the_threshold() -> None:
    rows = np.array([[9, 0.5], [9, 0.51]], np.float32)
    np.testing.assert_allclose(stump(-2, 2).probabilities(rows), 1 / (1 + np.exp([2, -2])), rtol=1e-6)


def test_the_baseline_holds_where_leaves_add_nothing() -> None:
    np.testing.assert_allclose(
        stump(0, 0, baseline=1.0).probabilities(np.zeros((3, 2), np.float32)), 0.7310586
    )


def test_no_rows_have_no_probabilities() -> None:
    assert stump(-1, 1).probabilities(np.zeros((0, 2), np.float32)).shape == (0,)
