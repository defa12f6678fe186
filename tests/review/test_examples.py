from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hairpipe.quality.judgement import Judgement
from hairpipe.report.results import Results, open_results
from hairpipe.review.examples import gather_examples
from hairpipe.review.training import compare_quality
from hairpipe.storage.folder import Folder
from hairpipe.store.labels import Label, LabelStore, SampleReason, mask_digest
from tests.report.drawn_output import DrawnRow, drawn, write_output


def judge(results: Results, book: LabelStore, portrait_id: str, judged: Judgement) -> Label:
    """Save the label that the page would save."""
    hair = results.regions(drawn(portrait_id)).hair
    row = results.portrait(drawn(portrait_id))
    assert hair is not None
    assert row is not None
    label = Label(
        portrait_id,
        "drawn",
        judged,
        None,
        row["image_digest"],
        mask_digest(hair),
        "article",
        SampleReason.RANDOM,
        datetime.now(UTC),
        "ann",
    )
    book.add(label)
    return label


@pytest.fixture
def output(tmp_path: Path) -> Folder:
    rows = [DrawnRow(f"p{n}", quality=0.5, mask_error=[0.0, 0.3][n % 2]) for n in range(60)]
    return write_output(tmp_path, [*rows, DrawnRow("gone", status="missing", quality=None)])


def test_labels_by_the_true_masks_teach_what_the_shipped_quality_misses(output: Folder) -> None:
    results, book = open_results(output.url), LabelStore(output, "ann")
    for number in range(40):
        judge(results, book, f"p{number}", [Judgement.GOOD, Judgement.UGLY][number % 2])

    gathered = gather_examples(results)

    assert gathered.outdated == 0
    assert len(gathered.labels) == 40
    assert len(gathered.unlabelled) == 20
    assert compare_quality(gathered).is_certain


def test_labels_of_other_masks_do_not_count(output: Folder) -> None:
    results, book = open_results(output.url), LabelStore(output, "ann")
    label = judge(results, book, "p1", Judgement.GOOD)
    book.add(replace(label, portrait_id="p2", mask_digest="other"))
    book.add(replace(label, portrait_id="gone", mask_digest=None))
    book.add(replace(label, portrait_id="nobody"))

    gathered = gather_examples(results)

    assert gathered.outdated == 3
    assert gathered.labels.tolist() == [0]


def test_a_good_mask_with_a_corrected_colour_is_so_so(output: Folder) -> None:
    results, book = open_results(output.url), LabelStore(output, "ann")
    label = judge(results, book, "p1", Judgement.GOOD)
    book.add(replace(label, corrected_color="pink"))
    book.add(replace(label, portrait_id="p2", label=None, corrected_color="pink"))

    assert gather_examples(results).labels.tolist() == [1]
