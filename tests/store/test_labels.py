from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.quality.judgement import Judgement
from hairpipe.storage.folder import Folder
from hairpipe.store.labels import Label, LabelStore, SampleReason, mask_digest, read_labels, standing
from tests.report.drawn_output import drawn

START = datetime(2026, 1, 1, tzinfo=UTC)


def label(portrait_id: str, judged: Judgement | None, minute: int = 0, reviewer: str = "ann") -> Label:
    return Label(
        portrait_id=portrait_id,
        source="drawn",
        label=judged,
        corrected_color=None,
        image_digest="d",
        mask_digest="m",
        method="article",
        picked=SampleReason.RANDOM,
        time=START + timedelta(minutes=minute),
        reviewer=reviewer,
    )


def test_a_saved_label_is_in_the_table_at_once(tmp_path: Path) -> None:
    book = LabelStore(Folder(tmp_path), "ann")
    book.add(label("1", Judgement.GOOD))

    rows = pq.read_table(tmp_path / "labels").to_pylist()

    assert [(row["portrait_id"], row["label"], row["reviewer"]) for row in rows] == [("1", "good", "ann")]


def test_labels_survive_a_new_session(tmp_path: Path) -> None:
    LabelStore(Folder(tmp_path), "ann").add(label("1", Judgement.GOOD))
    LabelStore(Folder(tmp_path), "ann").add(label("2", Judgement.UGLY))

    current = LabelStore(Folder(tmp_path), "ann").current()

    assert {key.portrait_id: given.label for key, given in current.items()} == {"1": "good", "2": "ugly"}


def test_two_sessions_at_once_lose_nothing(tmp_path: Path) -> None:
    books = [LabelStore(Folder(tmp_path), name) for name in ("ann", "bob")]
    for number in range(6):
        books[number % 2].add(label(str(number), Judgement.GOOD, number, books[number % 2].reviewer))

    assert [found.portrait_id for found in read_labels(Folder(tmp_path))] == list("012345")


def test_taking_a_label_back_brings_the_other_reviewers_back(tmp_path: Path) -> None:
    book = LabelStore(Folder(tmp_path), "ann")
    book.add(label("1", Judgement.UGLY, 0, "bob"))
    book.add(label("1", Judgement.GOOD, 1))
    assert book.get(drawn("1")) == label("1", Judgement.GOOD, 1)
    book.add(label("1", None, 2))

    assert book.get(drawn("1")) == label("1", Judgement.UGLY, 0, "bob")
    assert book.count == 3


def test_since_tells_what_is_new(tmp_path: Path) -> None:
    book = LabelStore(Folder(tmp_path), "ann")
    book.add(label("1", Judgement.GOOD))
    book.add(label("2", Judgement.GOOD))

    assert [found.portrait_id for found in book.since(1)] == ["2"]


judgements = st.sampled_from([*Judgement, None])
histories = st.lists(
    st.tuples(st.sampled_from("abc"), judgements, st.sampled_from(["ann", "bob"])), max_size=12
)


@given(histories)
def test_the_book_agrees_with_reading_its_files_again(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, Judgement | None, str]]
) -> None:
    folder = Folder(tmp_path_factory.mktemp("out"))
    book = LabelStore(folder, "ann")
    for minute, (portrait_id, judged, reviewer) in enumerate(history):
        book.add(label(portrait_id, judged, minute, reviewer))

    assert book.current() == standing(read_labels(folder)) == LabelStore(folder, "ann").current()


def test_mask_digest_tells_masks_apart() -> None:
    mask = np.zeros((4, 6), dtype=bool)
    other = mask.copy()
    other[1, 2] = True

    assert mask_digest(mask) == mask_digest(mask.copy())
    assert len({mask_digest(mask), mask_digest(other), mask_digest(mask.reshape(6, 4))}) == 3
