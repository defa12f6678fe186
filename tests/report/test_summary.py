from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.report.summary import (
    color_counts,
    colors_by_attribute,
    quality_counts,
    rows_of_run,
    slowest,
    status_counts,
)
from hairpipe.store.schema import portraits_schema

CARRY = {"gender": "string", "age": "int"}


def table(rows: list[dict[str, Any]]) -> pa.Table:
    filled = [{"portrait_id": str(number), "source": "drawn", **row} for number, row in enumerate(rows)]
    return pa.Table.from_pylist(filled, schema=portraits_schema(CARRY))


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

    assert counts.tolist() == [1, 0, 1, 2]


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


def test_rows_of_a_run_and_the_slowest() -> None:
    rows = [
        haired("red", run_id=run, duration_ms=ms) for run, ms in (("a", 5), ("b", 7), ("a", 9), ("a", None))
    ]
    run = rows_of_run(table(rows), "a")

    assert run.num_rows == 3
    assert slowest(run, 5) == [("2", 9.0), ("0", 5.0)]


def test_an_empty_table_has_empty_summaries() -> None:
    empty = table([])

    assert status_counts(empty) == []
    assert color_counts(empty) == []
    assert colors_by_attribute(empty) == []
    assert np.count_nonzero(quality_counts(empty)) == 0
