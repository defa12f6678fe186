from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hairpipe.quality.judgement import Judgement
from hairpipe.report.results import open_results
from hairpipe.review.index import PortraitIndex
from hairpipe.review.requests import ListRequest, Sorting
from hairpipe.store.labels import Label, SampleReason
from hairpipe.store.sources import key_of
from tests.report.drawn_output import DrawnRow, drawn, write_output

ROWS = [
    DrawnRow("a1", "Asuka", "red", quality=0.9),
    DrawnRow("a2", "asuka II", "blue", quality=0.1),
    DrawnRow("b1", "Rei", "blue", quality=0.6),
    DrawnRow("b2", None, "blonde", quality=None),
    DrawnRow("b3", "Misato", status="no_face", error="no face", quality=None),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> PortraitIndex:
    return PortraitIndex(open_results(write_output(tmp_path_factory.mktemp("drawn"), ROWS).url), seed=0)


def listed(index: PortraitIndex, sorting: Sorting = Sorting.IDENTIFIER, **chosen: Any) -> list[str]:
    page = index.page(ListRequest(sorting=sorting, size=100, **chosen), LABELS)
    return [index.portrait(int(row))["portrait_id"] for row in page.rows]


LABELS = {
    drawn("a1"): Label(
        "a1", "drawn", Judgement.GOOD, None, None, None, None, SampleReason.RANDOM, datetime.now(UTC), "ann"
    ),
    drawn("gone"): Label(
        "gone", "drawn", Judgement.UGLY, None, None, None, None, SampleReason.RANDOM, datetime.now(UTC), "ann"
    ),
}


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, ["a1", "a2", "b1", "b2", "b3"]),
        ({"status": "judgeable"}, ["a1", "a2", "b1", "b2", "b3"]),
        ({"status": "ok"}, ["a1", "a2", "b1", "b2"]),
        ({"color": "blue"}, ["a2", "b1"]),
        ({"search": "ASUKA"}, ["a1", "a2"]),
        ({"search": "b"}, ["b1", "b2", "b3"]),
        ({"search": ".*"}, []),
        ({"quality_from": 0.6}, ["a1", "b1"]),
        ({"quality_from": 0.05, "quality_to": 0.6}, ["a2", "b1"]),
        ({"label": "good"}, ["a1"]),
        ({"label": "any"}, ["a1"]),
        ({"label": "none", "status": "ok"}, ["a2", "b1", "b2"]),
        ({"label": "so_so"}, []),
    ],
)
def test_filters(index: PortraitIndex, chosen: dict[str, Any], expected: list[str]) -> None:
    assert listed(index, **chosen) == expected


def test_orders_by_quality_put_the_unrated_last(index: PortraitIndex) -> None:
    assert listed(index, Sorting.BEST) == ["a1", "b1", "a2", "b2", "b3"]
    assert listed(index, Sorting.WORST) == ["a2", "b1", "a1", "b2", "b3"]


def test_pages_put_together_are_the_listing_though_labels_change(index: PortraitIndex) -> None:
    whole = listed(index, Sorting.TEACHING, label="none")
    first = index.page(ListRequest(label="none", size=2), LABELS)
    judged = {key_of(index.portrait(int(row))): next(iter(LABELS.values())) for row in first.rows}
    assert first.next_place is not None
    rest = ListRequest(label="none", size=2, place=first.next_place)
    second = index.page(rest, {**LABELS, **judged})

    together = [index.portrait(int(row))["portrait_id"] for row in [*first.rows, *second.rows]]
    assert together == whole
    assert second.next_place is None


def test_a_narrowed_listing_holds_no_random_picks(index: PortraitIndex) -> None:
    rows = range(len(index))
    fair = {index.picked(row, ListRequest(status="judgeable", label="none")) for row in rows}
    narrowed = {
        index.picked(row, chosen)
        for chosen in (ListRequest(color="blue"), ListRequest(status="ok"), ListRequest(label="good"))
        for row in rows
    }

    assert fair == {SampleReason.RANDOM, SampleReason.UNCERTAIN}
    assert narrowed == {SampleReason.BROWSED}


def test_tones_come_largest_first_and_only_where_there_is_hair(index: PortraitIndex) -> None:
    assert [tone.name for tone in index.tones(index.row(drawn("b1")))] == ["blue", "black"]
    assert index.tones(index.row(drawn("b3"))) == []


def test_counts(index: PortraitIndex, tmp_path: Path) -> None:
    assert index.counts("status") == {"ok": 4, "no_face": 1}
    assert list(index.counts("hair_color").items())[0] == ("blue", 2)
