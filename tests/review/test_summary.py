from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from hairpipe.commands.review import review
from hairpipe.quality.judgement import Judgement
from hairpipe.report.results import open_results
from hairpipe.review.summary import summarise
from hairpipe.storage.folder import Folder
from hairpipe.store.labels import LabelStore, SampleReason
from tests.report.drawn_output import DrawnRow, write_output
from tests.review.test_examples import judge


@pytest.fixture
def output(tmp_path: Path) -> Folder:
    """Twelve portraits with blue hair, a picture that is gone."""
    return write_output(
        tmp_path, [*[DrawnRow(f"p{n}") for n in range(12)], DrawnRow("gone", status="missing")]
    )


def test_shares_are_of_what_the_tables_say_now(output: Folder) -> None:
    results, labels = open_results(output.url), LabelStore(output, "ann")
    for number in range(4):
        labels.add(replace(judge(results, labels, f"p{number}", Judgement.GOOD), names=("aqua", "blue")))
    labels.add(replace(judge(results, labels, "p4", Judgement.UGLY), names=("red",)))
    judge(results, labels, "p5", Judgement.NO_HAIR)
    # Not random; of another picture; of another mask.
    labels.add(replace(judge(results, labels, "p6", Judgement.UGLY), picked=SampleReason.BROWSED))
    labels.add(replace(judge(results, labels, "p7", Judgement.UGLY), image_digest="another"))
    labels.add(replace(judge(results, labels, "p8", Judgement.UGLY), mask_digest="another"))

    summary = summarise(results)

    assert (summary.portraits, summary.labelled) == (12, 8)
    assert (summary.mask.judged, summary.mask.share) == (6, pytest.approx(4 / 6))
    assert (summary.name.judged, summary.name.share) == (5, pytest.approx(4 / 5))
    assert (summary.both.judged, summary.both.share) == (6, pytest.approx(4 / 6))
    told = CliRunner().invoke(review, [output.url, "--summary"]).output
    assert "masks good    66.7% (95%: 30.0% to 90.3%, 6 random picks)" in told


def test_without_random_picks_nothing_is_told_of_the_whole(output: Folder) -> None:
    told = CliRunner().invoke(review, [output.url, "--summary"]).output
    assert told.startswith("0 of 12 portraits with a picture were judged\nnone of them was a random pick")
