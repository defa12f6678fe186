"""Numbers over many portraits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from hairpipe.extract.result import Box
from hairpipe.lab.evaluate.statistics import (
    box_iou,
    calibration_of,
    mask_iou,
    roc_auc,
    share_of,
    spread_of,
)

cases = st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.25, 0.7, 0.9, 1.0]), st.booleans()), min_size=1)


@given(cases)
def test_auc_and_brier_are_those_of_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    scores, right = zip(*pairs, strict=True)
    if len(set(right)) == 2:
        assert roc_auc(scores, right) == pytest.approx(roc_auc_score(right, scores))
    else:
        assert roc_auc(scores, right) is None
    brier = brier_score_loss(right, scores, pos_label=True)
    assert calibration_of(scores, right).brier == pytest.approx(brier)


@given(cases)
def test_all_portraits_covered_gives_the_plain_share(pairs: list[tuple[float, bool]]) -> None:
    scores, right = zip(*pairs, strict=True)
    calibration = calibration_of(scores, right)
    assert calibration.right_at_coverage["1"] == pytest.approx(np.mean(right))
    assert calibration.right == share_of(right)


def test_best_rated_come_first() -> None:
    calibration = calibration_of([0.1, None, 0.9, 0.8, 0.2], [False, False, True, True, False])
    assert calibration.rated == 4
    assert calibration.right_at_coverage["0.5"] == 1
    assert calibration.calibration_error == pytest.approx((0.1 + 0.1 + 0.2 + 0.2) / 4)


def test_nothing_measured_is_none() -> None:
    assert spread_of([]).mean is None
    assert share_of([]) is None
    assert calibration_of([None], [True]).auc is None


def test_overlaps() -> None:
    left, right = np.array([[True, True, False]]), np.array([[False, True, True]])
    assert mask_iou(left, right) == pytest.approx(1 / 3)
    assert mask_iou(left & right & False, left & False) == 1
    assert box_iou(Box(0, 0, 2, 1), Box(1, 0, 2, 1)) == pytest.approx(1 / 3)
    assert box_iou(Box(0, 0, 1, 1), Box(5, 5, 1, 1)) == 0
