"""Carried attributes that sort portraits into groups, and the hair colours of each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.report.counts.database import ReportDatabase

_MOST_GROUPS = 10
_NUMBER_GROUPS = 6
_NUMBERS = ("int", "float")


@dataclass(frozen=True)
class Groups:
    """The groups that one attribute sorts portraits into."""

    attribute: str
    names: tuple[str, ...]
    number: str
    """SQL: which group a row is in, null for none; with `$values`."""
    values: Sequence[Any]


@dataclass(frozen=True)
class AttributeGroup:
    """Portraits that share a value of a carried attribute, and their hair colours."""

    value: str
    count: int
    shares: tuple[tuple[str, float], ...]
    """Colour name and its share of the group, in the order of the 12 names; zero shares left out."""


@dataclass(frozen=True)
class AttributeColors:
    """Hair colours by the values of one carried attribute."""

    attribute: str
    groups: tuple[AttributeGroup, ...]


def colors_by_attribute(database: ReportDatabase) -> list[AttributeColors]:
    """Return the hair colours by each carried attribute that sorts portraits into groups."""
    found = []
    for groups in attribute_groups(database, "named", _MOST_GROUPS):
        counts: list[dict[str, int]] = [{} for _ in groups.names]
        sql = f"SELECT {groups.number} AS number, color, count(*) FROM named GROUP BY ALL"
        for number, color, count in database.run(sql, values=groups.values):
            if number is not None:
                counts[number][color] = count
        sorted_out = tuple(map(_attribute_group, groups.names, counts))
        found.append(AttributeColors(groups.attribute, sorted_out))
    return found


def _attribute_group(value: str, counts: dict[str, int]) -> AttributeGroup:
    total = sum(counts.values())
    shares = tuple((name, counts[name] / total) for name in COLOR_NAMES if name in counts)
    return AttributeGroup(value=value, count=total, shares=shares)


def attribute_groups(database: ReportDatabase, rows: str, most: int) -> list[Groups]:
    """Return the carried attributes with the groups that they sort some rows into.

    Numbers are cut into groups of about the same size; of other values the most frequent ones
    count, at most `most`. An attribute whose values hardly repeat, as a name does, is left out.

    `rows` names a table or a view of the database.
    """
    found = []
    for attribute, column in database.attributes.items():
        if database.carry[attribute] in _NUMBERS:
            groups = _number_groups(database, rows, attribute, f"{column}::DOUBLE")
        else:
            groups = _value_groups(database, rows, attribute, column, most)
        if len(groups.names) > 1:
            found.append(groups)
    return found


def _value_groups(database: ReportDatabase, rows: str, attribute: str, column: str, most: int) -> Groups:
    counts = f"""
        SELECT {column} AS value, count(*) AS number, min(row) AS first FROM {rows}
        WHERE {column}::VARCHAR <> '' GROUP BY value
    """
    total, repeated = database.one(f"SELECT sum(number), sum(number) FILTER (number > 1) FROM ({counts})")
    if (repeated or 0) < 0.5 * (total or 0):
        return Groups(attribute, (), "", ())
    frequent = database.run(f"SELECT value FROM ({counts}) ORDER BY number DESC, first LIMIT {most}")
    return _by_value(attribute, column, [value for (value,) in frequent], str)


def _number_groups(database: ReportDatabase, rows: str, attribute: str, value: str) -> Groups:
    known = f"SELECT {value} AS value FROM {rows} WHERE isfinite({value})"
    count, distinct = database.one(f"SELECT count(*), count(DISTINCT value) FROM ({known})")
    if distinct <= _NUMBER_GROUPS:
        values = database.run(f"SELECT DISTINCT value FROM ({known}) ORDER BY value")
        return _by_value(attribute, value, [each for (each,) in values], "{:g}".format)
    places = np.floor((count - 1) * np.linspace(0, 1, _NUMBER_GROUPS + 1)).astype(int).tolist()
    edges = database.run(
        f"""
        SELECT DISTINCT value FROM (
            SELECT value, row_number() OVER (ORDER BY value) - 1 AS place FROM ({known})
        )
        WHERE place IN (SELECT unnest($places)) ORDER BY value
        """,
        places=places,
    )
    # The last edge is the largest value, which the last group holds.
    lows = [low for (low,) in edges[:-1]]
    number = " + ".join(f"({value} >= $values[{place + 1}])::INT" for place in range(len(lows)))
    number = f"CASE WHEN isfinite({value}) THEN {number} - 1 END"
    reach = f"SELECT {number} AS number, min({value}), max({value}) FROM {rows}"
    found = database.run(f"{reach} WHERE number IS NOT NULL GROUP BY number ORDER BY number", values=lows)
    names = [f"{low:g}" if low == high else f"{low:g} to {high:g}" for _, low, high in found]
    return Groups(attribute, tuple(names), number, lows)


def _by_value(attribute: str, value: str, values: list[Any], shown: Any) -> Groups:
    return Groups(attribute, tuple(map(shown, values)), f"list_position($values, {value}) - 1", values)
