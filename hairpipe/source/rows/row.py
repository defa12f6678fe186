"""Rows of a table, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hairpipe.source.locate import Located

# What bytes that are no text become, and the note of the row they are in.
REPLACEMENT = "\ufffd"
NOT_UTF8 = "some bytes are not UTF-8"


class Row(NamedTuple):
    """One row of a table."""

    place: str
    """For people: ``"profiles.jsonl line 455"``."""
    key: str
    """The profile's id where the table has none: ``"train-0001:17"``."""
    values: Mapping[str, Any]
    """By column; objects and lists within are dicts and lists."""
    notes: tuple[str, ...] = ()
    """What is wrong with it, in words that can be counted over all rows: ``"some bytes are not UTF-8"``."""
    picture: Located | None = None
    """The row's picture where it lies in the table itself."""


def value_at(values: Any, path: str) -> Any:
    """Return the value a dotted path leads to, None where there is none.

    A key with dots in it counts before the way through nested objects, so that flattened
    tables work with the same path. On the way through a list the rest of the path is taken from
    each object in it.

    Examples
    --------
    >>> value_at({"images": {"jpg": {"image_url": "1.jpg"}}}, "images.jpg.image_url")
    '1.jpg'
    >>> value_at({"images.jpg.image_url": "1.jpg"}, "images.jpg.image_url")
    '1.jpg'
    >>> value_at({"pictures": [{"url": "1.jpg"}, {"url": "2.jpg"}]}, "pictures.url")
    ['1.jpg', '2.jpg']
    """
    if isinstance(values, dict):
        if path in values:
            return values[path]
        head, dot, rest = path.partition(".")
        return value_at(values.get(head), rest) if dot else None
    if isinstance(values, list):
        return [value_at(item, path) for item in values if isinstance(item, dict)]
    return None


def has_path(values: Any, path: str) -> bool:
    """Return whether a dotted path names something in a row, be it null."""
    if isinstance(values, dict):
        head, dot, rest = path.partition(".")
        return path in values or (bool(dot) and has_path(values.get(head), rest))
    if isinstance(values, list):
        return any(has_path(item, path) for item in values if isinstance(item, dict))
    return False


def no_column(path: str) -> str:
    """Return the note of rows whose file lacks a column that the configuration names."""
    return f"no column {path!r} in its file"
