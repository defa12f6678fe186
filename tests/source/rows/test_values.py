from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.source.rows.values import (
    CONVERSIONS,
    LONGEST_ID,
    face_box,
    optional_bool,
    optional_float,
    optional_int,
    optional_text,
    parsed_json,
    profile_id,
    storable,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)
any_value = json_values | st.binary(max_size=8) | st.dates() | st.decimals() | st.datetimes()


@pytest.mark.parametrize("value", [1000, 1000.0, "1000", " 1000\n", "1000.0", Decimal("1000.00")])
def test_whole_numbers_are_one_id_however_they_are_written(value: Any) -> None:
    assert profile_id(value) == "1000"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("007", "007"),
        ("a b", "a b"),
        ("../x", "../x"),
        (-3, "-3"),
        ("ﾐｸ", "ﾐｸ"),
        (1.5, "1.5"),
        ("1.50", "1.50"),
    ],
)
def test_other_ids_are_kept_to_the_letter(value: Any, expected: str) -> None:
    assert profile_id(value) == expected


@pytest.mark.parametrize(
    "value", [None, "", " \t", math.nan, True, [], {}, b"x", "x" * (LONGEST_ID + 1), ["1"]]
)
def test_what_is_no_id_says_so(value: Any) -> None:
    with pytest.raises(ValueError, match="the id "):
        profile_id(value)


@given(any_value)
def test_an_id_is_a_text_that_can_be_stored_or_a_value_error(value: Any) -> None:
    try:
        found = profile_id(value)
    except ValueError:
        return
    assert found == found.strip() != ""
    assert len(found) <= LONGEST_ID
    assert found.encode().decode() == found
    assert profile_id(found) == found


@given(st.text(st.characters(codec=None)))
def test_storable_text_survives_utf8_and_keeps_what_did(text: str) -> None:
    kept = storable(text)
    assert kept.encode().decode() == kept
    assert storable(kept) == kept


@pytest.mark.parametrize("value", [None, "", "  ", math.nan])
@pytest.mark.parametrize("convert", CONVERSIONS.values())
def test_what_is_not_known_is_none(convert: Any, value: Any) -> None:
    assert convert(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, "5"),
        (5.0, "5"),
        (True, "true"),
        ({"year": 2001}, '{"year": 2001}'),
        (["ミク"], '["ミク"]'),
        (datetime.date(2001, 2, 3), "2001-02-03"),
    ],
)
def test_everything_but_bytes_has_a_text(value: Any, expected: str) -> None:
    assert optional_text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2919", 2919), (2919.0, 2919), (" -3 ", -3), (2**63 - 1, 2**63 - 1), ("1e3", 1000)],
)
def test_ints(value: Any, expected: int) -> None:
    assert optional_int(value) == expected


@pytest.mark.parametrize("value", ["2,919", 1.5, 2**63, "x", math.inf, [1], "1_000", "5 May"])
def test_what_is_no_int(value: Any) -> None:
    with pytest.raises(ValueError, match="not"):
        optional_int(value)


@given(st.integers(-(2**63), 2**63 - 1))
def test_ints_are_exact_as_text_too(number: int) -> None:
    assert optional_int(number) == optional_int(str(number)) == number


def test_floats_and_bools() -> None:
    assert optional_float("1.5") == 1.5
    assert [optional_bool(value) for value in (True, "Yes", 1, 1.0, "false", 0)] == [True] * 4 + [False] * 2
    for value in ("maybe", 2, [True]):
        with pytest.raises(ValueError, match="not a bool"):
            optional_bool(value)


@given(any_value)
def test_conversions_give_their_type_or_a_value_error(value: Any) -> None:
    kinds: dict[str, type] = {"string": str, "int": int, "float": float, "bool": bool}
    for name, convert in CONVERSIONS.items():
        try:
            converted = convert(value)
        except ValueError:
            continue
        assert converted is None or isinstance(converted, kinds[name])


@pytest.mark.parametrize(
    "value",
    [
        {"x": 1, "y": 2, "w": 3, "h": 4},
        {"h": 4, "w": "3", "y": 2.0, "x": 1, "score": 0.5},
        [1, 2, 3, 4],
        '{"x": 1, "y": 2, "w": 3, "h": 4}',
        "[1, 2, 3, 4]",
    ],
)
def test_face_boxes(value: Any) -> None:
    assert face_box(value) == (1.0, 2.0, 3.0, 4.0)


@pytest.mark.parametrize("value", [None, "", [], [None] * 4, [math.nan] * 4, {}])
def test_no_face_box(value: Any) -> None:
    assert face_box(value) is None


@pytest.mark.parametrize("value", ["x", [1, 2, 3], [1, 2, 3, "four"], {"x": 1}, 7, [[1], 2, 3, 4]])
def test_what_is_no_face_box(value: Any) -> None:
    with pytest.raises(ValueError, match="not a box"):
        face_box(value)


def test_an_impossible_box_is_handed_on() -> None:
    assert face_box([-5, 0, 0, 1e9]) == (-5.0, 0.0, 0.0, 1e9)


@given(any_value)
def test_face_box_gives_four_floats_or_none_or_a_value_error(value: Any) -> None:
    try:
        box = face_box(value)
    except ValueError:
        return
    assert box is None or [type(side) for side in box] == [float] * 4


def test_text_that_only_looks_like_json_stays_text() -> None:
    assert parsed_json("a[1]") == "a[1]"
    assert parsed_json('["a", "b"]') == ["a", "b"]
