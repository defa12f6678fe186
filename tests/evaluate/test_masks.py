"""Masks against exact masks."""

from pathlib import Path

import pytest

from hairpipe.evaluate.cases import mask_cases
from hairpipe.evaluate.masks import evaluate_masks
from hairpipe.extract.settings import Settings


def test_reports_sum_up_the_scores(masked: Path) -> None:
    evaluation = evaluate_masks(mask_cases(masked), [Settings(method="article")])
    given, found = evaluation.reports
    assert (given.face_given, found.face_given) == (True, False)
    # The last case has no box to give.
    assert (given.pictures, found.pictures) == (3, 4)
    assert (given.drawings, found.drawings) == (2, 2)
    scores = [score.iou for score in evaluation.scores if score.face_given]
    assert given.iou.mean == pytest.approx(sum(scores) / len(scores))
    assert given.iou_by_background == {"drawn": pytest.approx(given.iou.mean)}
    assert all(0 <= score.iou <= 1 for score in evaluation.scores)
    assert given.face_recall is None
    assert found.face_recall is not None


def test_nothing_to_measure_is_a_report_too() -> None:
    (report,) = evaluate_masks([], [Settings(method="article")], [True]).reports
    assert (report.pictures, report.iou.mean, report.milliseconds) == (0, None, None)
