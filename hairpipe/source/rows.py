"""Rows of a table, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hairpipe.source.locate import Located


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes
    ----------
    place : str
        For people: ``"profiles.jsonl line 455"``.
    key : str
        The profile's id where the table has none: ``"train-0001:17"``.
    values : mapping of str to object
    garbled : bool
        Some of its bytes were not UTF-8 and were replaced.
    picture : Located or None
        The row's picture where it lies in the table itself.
    """

    place: str
    key: str
    values: Mapping[str, Any]
    garbled: bool = False
    picture: Located | None = None


def value_at(values: Any, path: str) -> Any:
    """Return the value a dotted path leads to, None where there is none.

    A key with dots in it counts before the way through nested objects, so that flattened
    tables work with the same path. On the way through a list the rest of the path is taken from
    each of its items.

    Examples
    --------
    >>> value_at({"images": {"jpg": {"image_url": "1.jpg"}}}, "images.jpg.image_url")
    '1.jpg'
    >>> value_at({"images.jpg.image_url": "1.jpg"}, "images.jpg.image_url")
    '1.jpg'
    >>> value_at({"pictures": [{"url": "1.jpg"}, {"url": "2.jpg"}]}, "pictures.url")
    ['1.jpg', '2.jpg']
    """
    if isinstance(values, list | tuple):
        return [value_at(item, path) for item in values]
    if not isinstance(values, Mapping):
        return None
    if path in values:
        return values[path]
    head, dot, rest = path.partition(".")
    return value_at(values.get(head), rest) if dot else None


def has_path(values: Any, path: str) -> bool:
    """Return whether a dotted path names something in a row, be it null."""
    if isinstance(values, list | tuple):
        return any(has_path(item, path) for item in values)
    if not isinstance(values, Mapping):
        return False
    if path in values:
        return True
    head, dot, rest = path.partition(".")
    return bool(dot) and has_path(values.get(head), rest)
