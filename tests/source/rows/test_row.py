from __future__ import annotations

from typing import Any

import pytest

from hairpipe.source.rows.row import has_path, value_at


@pytest.mark.parametrize(
    ("values", "path", "expected"),
    [
        ({"a": 1}, "a", 1),
        ({"a": {"b": {"c": 1}}}, "a.b.c", 1),
        ({"a.b": 1, "a": {"b": 2}}, "a.b", 1),
        ({"a": [{"b": 1}, {"b": 2}, 3]}, "a.b", [1, 2]),
        ({"a": None}, "a.b", None),
        ({"a": "text"}, "a.b", None),
        ({}, "a", None),
    ],
)
def test_value_at(values: Any, path: str, expected: Any) -> None:
    assert value_at(values, path) == expected


def test_lists_within_lists_are_not_followed_however_deep() -> None:
    nested: Any = [{"b": 1}]
    for _ in range(5000):
        nested = [nested]
    assert value_at({"a": nested}, "a.b") == []
    assert not has_path({"a": nested}, "a.b")


def test_a_null_is_there_and_an_absent_key_is_not() -> None:
    assert has_path({"a": {"b": None}}, "a.b")
    assert has_path({"a": [{}, {"b": 1}]}, "a.b")
    assert not has_path({"a": {"b": None}}, "a.c")
    assert not has_path({"a": []}, "a.b")
