"""Which type a carried attribute gets where the configuration leaves that to the scrape.

A type loses nothing: whole numbers that a 64-bit integer or a float can't hold, numbers with leading
zeros, and values of several kinds are strings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

import pyarrow as pa

from hairpipe.source.rows.row import value_at
from hairpipe.source.settings import AttributeType

_INT64 = range(-(2**63), 2**63)
# Floats hold every whole number up to here.
_EXACT = range(-(2**53), 2**53 + 1)
_LONGEST_INT = 20
_WHOLE = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_FRACTION = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+", re.ASCII)


class Kind(Enum):
    """What a value is."""

    BOOL = "bool"
    INT = "int"
    # No float is equal to it.
    LARGE_INT = "large int"
    FLOAT = "float"
    OTHER = "other"


def attribute_type(kinds: Collection[Kind]) -> AttributeType | None:
    """Return the type for an attribute with values of these kinds; None where it has no value."""
    found = frozenset(kinds)
    if not found:
        return None
    if found == {Kind.BOOL}:
        return "bool"
    if found <= {Kind.INT, Kind.LARGE_INT}:
        return "int"
    return "float" if found <= {Kind.INT, Kind.FLOAT} else "string"


def kind_of(value: Any) -> Kind | None:
    """Return what a value of JSON, Parquet or a database is; None for null, NaN and blank text."""
    if isinstance(value, bool):
        return Kind.BOOL
    if isinstance(value, int):
        return _whole(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, float):
        return None if math.isnan(value) else Kind.FLOAT if math.isfinite(value) else Kind.OTHER
    if isinstance(value, Decimal) and value.is_finite():
        return _whole(int(value)) if value == value.to_integral_value() else _fraction(value)
    return None if isinstance(value, Decimal) and value.is_nan() else Kind.OTHER


def kind_of_text(value: Any) -> Kind | None:
    """Return what a cell of CSV stands for; None for a blank one."""
    if not isinstance(value, str):
        return kind_of(value)
    text = value.strip()
    if not text:
        return None
    if _WHOLE.fullmatch(text):
        return _whole(int(text)) if len(text) <= _LONGEST_INT else Kind.OTHER
    if _FRACTION.fullmatch(text):
        return _fraction(Decimal(text))
    return Kind.BOOL if text.lower() in ("true", "false") else Kind.OTHER


def kind_of_column(kind: pa.DataType) -> AttributeType | None:
    """Return the type for an Arrow column whose own type decides it; None where its values do."""
    if pa.types.is_dictionary(kind):
        return kind_of_column(kind.value_type)
    if pa.types.is_boolean(kind):
        return "bool"
    if pa.types.is_integer(kind) and not pa.types.is_uint64(kind):
        return "int"
    if pa.types.is_floating(kind):
        return "float"
    is_open = pa.types.is_null(kind) or pa.types.is_decimal(kind) or pa.types.is_uint64(kind)
    return None if is_open else "string"


class SeenKinds:
    """The kinds of values that attributes have had.

    Parameters
    ----------
    paths : mapping of str to str
        Where each attribute stands in a row.
    """

    def __init__(self, paths: Mapping[str, str]) -> None:
        self._paths = paths
        self._kinds: dict[str, set[Kind]] = {name: set() for name in paths}
        self._open = dict(paths)

    @property
    def is_settled(self) -> bool:
        """Whether more values can't change any type."""
        return not self._open

    @property
    def types(self) -> dict[str, AttributeType]:
        """The types, of the attributes that have had a value."""
        types = {name: attribute_type(kinds) for name, kinds in self._kinds.items()}
        return {name: kind for name, kind in types.items() if kind is not None}

    def look(self, values: Mapping[str, Any], kind: Callable[[Any], Kind | None]) -> None:
        """Take a row into account."""
        settled = []
        for name, path in self._open.items():
            found = kind(value_at(values, path))
            if found is not None and found not in self._kinds[name]:
                self._kinds[name].add(found)
                if attribute_type(self._kinds[name]) == "string":
                    settled.append(name)
        for name in settled:
            del self._open[name]


def agreed(types: Iterable[AttributeType | None]) -> AttributeType | None:
    """Return the type that all files give a column, None where they give several or none."""
    found = set(types)
    return found.pop() if len(found) == 1 else None


def _whole(value: int) -> Kind:
    if value in _EXACT:
        return Kind.INT
    return Kind.LARGE_INT if value in _INT64 else Kind.OTHER


def _fraction(value: Decimal) -> Kind:
    return Kind.FLOAT if value == Decimal(repr(float(value))) else Kind.OTHER
