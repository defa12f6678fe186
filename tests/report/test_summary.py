from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.report.counts.attributes import colors_by_attribute
from hairpipe.report.counts.database import ReportDatabase
from hairpipe.report.counts.summary import (
    color_counts,
    corrected_colors,
    quality_counts,
    slowest,
    status_counts,
)
from hairpipe.store.schema import portraits_schema

CARRY = {"gender": "string", "age": "int"}


def table(rows: list[dict[str, Any]]) -> ReportDatabase:
    """Return a database of rows that come in parts, as buckets do."""
    filled = [{"portrait_id": str(number), "source": "drawn", **row} for number, row in enumerate(rows)]
    parts = (filled[first : first + 3] for first in range(0, len(filled), 3))
    return ReportDatabase((pa.Table.from_pylist(part, portraits_schema(CARRY)) for part in parts), CARRY)


def haired(color: str, lightness: float = 50, **more: Any) -> dict[str, Any]:
    return {
        "status": "ok",
        "hair_color": color,
        "hair_l": lightness,
        "hair_hex": f"#{int(lightness):02x}0000",
        **more,
    }


def test_statuses_come_ok_first_then_by_number_with_reasons_and_examples() -> None:
    missing = {"status": "missing", "error": "no such file"}
    counts = status_counts(table([missing, missing, {"status": "no_face"}, {"status": "ok"}]))

    assert [(found.status, found.count, found.share) for found in counts] == [
        ("ok", 1, 0.25),
        ("missing", 2, 0.5),
        ("no_face", 1, 0.25),
    ]
    assert counts[1].reasons == (("no such file", 2),)
    assert counts[1].examples == ("0", "1")


def test_colors_are_counted_with_swatches_from_dark_to_light() -> None:
    [red, blue] = color_counts(
        table([haired("red", 90), haired("red", 10), haired("blue"), {"status": "no_face"}])
    )

    assert (red.name, red.count, red.share) == ("red", 2, pytest.approx(2 / 3))
    assert red.swatches == ("#0a0000", "#5a0000")
    assert blue.name == "blue"


def test_a_frequent_color_shows_a_bounded_sample_of_its_swatches() -> None:
    [red] = color_counts(table([haired("red", n % 100) for n in range(500)]))

    assert red.count == 500
    assert len(red.swatches) < 100
    assert (red.swatches[0], red.swatches[-1]) == ("#000000", "#630000")


def test_quality_is_counted_where_it_is_known() -> None:
    counts = quality_counts(table([haired("red", quality=q) for q in (0.0, 0.5, 0.99, 1.0, None)]), bins=4)

    assert counts == [1, 0, 1, 2]


def test_colors_by_a_repeating_text() -> None:
    rows = [
        haired("red", gender="f"),
        haired("red", gender="f"),
        haired("blue", gender="f"),
        haired("blue", gender="m"),
    ]
    [gender] = colors_by_attribute(table([*rows, haired("pink")]))

    assert gender.attribute == "gender"
    assert [(group.value, group.count) for group in gender.groups] == [("f", 3), ("m", 1)]
    assert dict(gender.groups[0].shares) == {"red": pytest.approx(2 / 3), "blue": pytest.approx(1 / 3)}


def test_an_attribute_that_hardly_repeats_is_left_out() -> None:
    assert colors_by_attribute(table([haired("red", gender=f"g{n}") for n in range(9)])) == []


@given(st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(COLOR_NAMES)), min_size=1, max_size=60))
def test_number_groups_hold_every_portrait_once(rows: list[tuple[int, str]]) -> None:
    for attribute in colors_by_attribute(table([haired(color, age=age) for age, color in rows])):
        assert sum(group.count for group in attribute.groups) == len(rows)
        assert 2 <= len(attribute.groups) <= 7
        for group in attribute.groups:
            assert sum(share for _, share in group.shares) == pytest.approx(1)


def test_the_slowest_of_a_run() -> None:
    rows = [
        haired("red", run_id=run, duration_ms=ms) for run, ms in (("a", 5), ("b", 7), ("a", 9), ("a", None))
    ]
    assert slowest(table(rows), "a", 5) == [("2", 9.0), ("0", 5.0)]
    assert slowest(table(rows), "a", 1) == [("2", 9.0)]


def test_where_people_have_named_the_hair_their_name_counts() -> None:
    rows = [
        haired("red", final_color="red"),
        haired("red", label="good", corrected_color="pink", final_color="pink"),
        haired("red", label="no_hair"),
        # From before people's labels were in the table.
        haired("red"),
        {"status": "ok", "label": "good", "corrected_color": "aqua", "final_color": "aqua"},
    ]
    found = table(rows)

    counts = {color.name: (color.count, color.swatches) for color in color_counts(found)}
    assert counts["red"] == (2, ("#320000", "#320000"))
    assert counts["pink"] == (1, ("#320000",))
    assert counts["aqua"][0] == len(counts["aqua"][1]) == 1
    assert corrected_colors(found) == 3


def test_attributes_that_differ_by_case_are_two() -> None:
    carry = {"Age": "int", "age": "int", "status ": "string"}
    filled = [
        {
            "portrait_id": str(n),
            "source": "drawn",
            "Age": n % 2,
            "age": n % 3,
            "status ": "x",
            **haired("red"),
        }
        for n in range(9)
    ]
    found = ReportDatabase([pa.Table.from_pylist(filled, portraits_schema(carry))], carry)

    assert [(each.attribute, len(each.groups)) for each in colors_by_attribute(found)] == [
        ("Age", 2),
        ("age", 3),
    ]


def test_an_empty_table_has_empty_summaries() -> None:
    empty = table([])

    assert status_counts(empty) == []
    assert color_counts(empty) == []
    assert colors_by_attribute(empty) == []
    assert sum(quality_counts(empty)) == 0
