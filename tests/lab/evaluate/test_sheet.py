"""Sheets of the portraits that went worst."""

from pathlib import Path

import numpy as np

from hairpipe.extract.settings import Settings
from hairpipe.lab.evaluate.cases import color_cases, mask_cases
from hairpipe.lab.evaluate.colors import evaluate_colors
from hairpipe.lab.evaluate.masks import evaluate_masks
from hairpipe.lab.evaluate.sheet import color_sheet, mask_sheet, worst_color_scores, worst_mask_scores

ARTICLE = Settings(method="article")


def test_the_worst_masks_come_first_with_three_views_each(masked: Path) -> None:
    cases = mask_cases(masked)
    scores = evaluate_masks(cases, [ARTICLE], [False]).scores
    worst = worst_mask_scores(scores, 3)
    height, width, _ = mask_sheet(worst, cases, ARTICLE).shape

    assert [score.iou for score in worst] == sorted(score.iou for score in scores)[:3]
    # One row of four places, the last of them blank.
    assert (height, width) == (166, 4 * 3 * 112)


def test_only_wrong_names_are_on_the_sheet(tagged: Path) -> None:
    cases = color_cases(tagged)
    scores = evaluate_colors(cases, [ARTICLE]).scores
    worst = worst_color_scores(scores, len(scores))

    assert not any(score.accepted for score in worst)
    assert len(worst) == sum(not score.accepted for score in scores)
    assert color_sheet(scores[:1], cases, ARTICLE).shape == (166, 4 * 2 * 112, 3)


def test_a_sheet_of_nothing_is_blank() -> None:
    assert len(np.unique(mask_sheet([], [], ARTICLE).reshape(-1, 3), axis=0)) == 1
