"""Masks against exact masks."""

from pathlib import Path

import numpy as np
import pytest

from hairpipe.extract.color.lab import delta_e_2000
from hairpipe.extract.extract import extract_hair
from hairpipe.extract.settings import NamingSettings, Settings
from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.lab.evaluate.cases import mask_cases, read_picture
from hairpipe.lab.evaluate.masks import evaluate_masks, main_color, true_mask
from hairpipe.lab.synthetic import draw_portrait
from hairpipe.report.views import png


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


def test_the_main_color_is_held_against_the_one_under_the_exact_mask(masked: Path) -> None:
    cases = mask_cases(masked)
    (report,) = (evaluation := evaluate_masks(cases, [Settings(method="article")], [True])).reports
    differences = [score.delta_e for score in evaluation.scores if score.delta_e is not None]
    assert report.delta_e.mean == pytest.approx(np.mean(differences))
    assert report.delta_e.median == pytest.approx(np.median(differences))
    for case, score in zip([case for case in cases if case.face], evaluation.scores, strict=True):
        picture = read_picture(case.image)
        color = main_color(picture, true_mask(case, picture), NamingSettings())
        found = extract_hair(picture.image, case.face, Settings(method="article")).colors
        assert color is not None
        assert score.delta_e == pytest.approx(float(delta_e_2000(color.lab, found[0].lab)))


def test_pictures_without_hair_names_and_lengths_are_held_against_what_people_say(tmp_path: Path) -> None:
    drawn = draw_portrait(3)
    (tmp_path / "a.png").write_bytes(png(drawn.image))
    (tmp_path / "a.hair.png").write_bytes(png(np.where(drawn.hair_mask, 255, 0).astype(np.uint8)))
    (tmp_path / "b.png").write_bytes(png(np.full((60, 40, 3), 128, np.uint8)))
    (tmp_path / "b.hair.png").write_bytes(png(np.zeros((60, 40), np.uint8)))
    (tmp_path / "masks.csv").write_text(
        "image,mask,visible,hair,also_acceptable,length\na.png,a.hair.png,yes,red,/".rstrip("/")
        + "/".join(name for name in COLOR_NAMES if name != "red")
        + ",cut\nb.png,b.hair.png,no,,,none\n"
    )
    (report,) = evaluate_masks(mask_cases(tmp_path), [Settings()], [False]).reports
    assert (report.source, report.pictures) == (tmp_path.name, 2)
    assert (report.refused, report.accepted, report.length_right) == (1.0, 1.0, None)
    assert report.iou.mean is not None
    assert report.no_color == 0
