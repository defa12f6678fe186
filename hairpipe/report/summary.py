"""What the tables and a run's events say as a whole: counts, shares and speeds, ready to be drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.quality.judgement import judgement_of
from hairpipe.report.results import column_values, shown_ids
from hairpipe.status import Status
from hairpipe.store.schema import PORTRAIT_COLUMNS

_MOST_REASONS = 5
_MOST_EXAMPLES = 4
_MOST_GROUPS = 10
_NUMBER_GROUPS = 6
_SWATCHES = 48
_BATCH_FIELDS = {"worker", "portraits", "seconds", "peak_bytes"}

Groups = list[tuple[str, NDArray[np.bool_]]]
"""Names of groups of rows, and which rows are in each."""


@dataclass(frozen=True)
class StatusCount:
    """Portraits that ended in one status.

    Attributes
    ----------
    status : str
    count : int
    share : float
        Of all portraits, 0 to 1.
    reasons : tuple of (str, int)
        The most frequent reasons given, with how often.
    examples : tuple of str
        A few portrait ids.
    """

    status: str
    count: int
    share: float
    reasons: tuple[tuple[str, int], ...]
    examples: tuple[str, ...]


@dataclass(frozen=True)
class ColorCount:
    """Portraits with hair of one colour name.

    Attributes
    ----------
    name : str
    count : int
    share : float
        Of the portraits whose colour has a name, 0 to 1.
    swatches : tuple of str
        Real hair colours of this name as ``#rrggbb``, dark to light.
    """

    name: str
    count: int
    share: float
    swatches: tuple[str, ...]


@dataclass(frozen=True)
class AttributeGroup:
    """Portraits that share a value of a carried attribute, and their hair colours.

    Attributes
    ----------
    value : str
    count : int
    shares : tuple of (str, float)
        Colour name and its share of the group, in the order of the 12 names; zero shares left out.
    """

    value: str
    count: int
    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class AttributeColors:
    """Hair colours by the values of one carried attribute."""

    attribute: str
    groups: tuple[AttributeGroup, ...]


def status_counts(portraits: pa.Table) -> list[StatusCount]:
    """Return the statuses, ``ok`` first and then the most frequent first."""
    statuses = column_values(portraits, "status")
    errors = column_values(portraits, "error")
    ids = np.asarray(shown_ids(portraits), dtype=object)
    counts = Counter(statuses.tolist())
    found = []
    for status, count in sorted(counts.items(), key=lambda item: (item[0] != Status.OK, -item[1], item[0])):
        rows = np.flatnonzero(statuses == status)
        reasons = Counter(text for text in errors[rows].tolist() if text)
        found.append(
            StatusCount(
                status=status,
                count=count,
                share=count / len(statuses),
                reasons=tuple(reasons.most_common(_MOST_REASONS)),
                examples=tuple(ids[rows[:_MOST_EXAMPLES]].tolist()),
            )
        )
    return found


def color_counts(portraits: pa.Table) -> list[ColorCount]:
    """Return the hair colours by name, the most frequent first."""
    named = portraits.filter(pc.is_valid(portraits["hair_color"]))
    names = column_values(named, "hair_color")
    lightness = column_values(named, "hair_l")
    hexes = column_values(named, "hair_hex")
    found = []
    for name, count in Counter(names.tolist()).most_common():
        rows = np.flatnonzero(names == name)
        by_lightness = rows[np.argsort(lightness[rows], kind="stable")]
        spread = np.linspace(0, len(rows) - 1, min(_SWATCHES, len(rows))).round().astype(int)
        swatches = tuple(hexes[by_lightness[spread]].tolist())
        found.append(ColorCount(name=name, count=count, share=count / len(names), swatches=swatches))
    return found


def quality_counts(portraits: pa.Table, bins: int = 20) -> NDArray[np.int64]:
    """Return how many rated portraits fall into each of `bins` equal steps of quality from 0 to 1."""
    quality = column_values(portraits, "quality")
    counts, _ = np.histogram(quality[~np.isnan(quality)], bins=bins, range=(0.0, 1.0))
    return counts.astype(np.int64)


def quality_groups(portraits: pa.Table) -> list[str | None]:
    """Return each portrait's group, good, so_so or ugly, by the table or, in older ones, by the quality."""
    rated = zip(portraits["quality_group"].to_pylist(), portraits["quality"].to_pylist(), strict=True)
    return [group or judgement_of(quality) for group, quality in rated]


def colors_by_attribute(portraits: pa.Table) -> list[AttributeColors]:
    """Return the hair colours by each carried attribute that sorts portraits into groups."""
    named = portraits.filter(pc.is_valid(portraits["hair_color"]))
    colors = column_values(named, "hair_color")
    return [
        AttributeColors(
            attribute, tuple(_attribute_group(value, colors[members]) for value, members in groups)
        )
        for attribute, groups in attribute_groups(named, _MOST_GROUPS)
    ]


def attribute_groups(portraits: pa.Table, most: int) -> list[tuple[str, Groups]]:
    """Return the carried attributes with the groups that they sort portraits into.

    Numbers are cut into groups of about the same size; of other values the most frequent ones
    count, at most `most`. An attribute whose values hardly repeat, as a name does, is left out.
    """
    found = []
    for field in portraits.schema:
        if field.name in PORTRAIT_COLUMNS or portraits.num_rows == 0:
            continue
        values = column_values(portraits, field.name)
        groups = _number_groups(values) if values.dtype == np.float64 else _value_groups(values, most)
        if len(groups) > 1:
            found.append((field.name, groups))
    return found


def _attribute_group(value: str, colors: NDArray[Any]) -> AttributeGroup:
    counts = Counter(colors.tolist())
    shares = tuple((name, counts[name] / len(colors)) for name in COLOR_NAMES if counts[name])
    return AttributeGroup(value=value, count=len(colors), shares=shares)


def _value_groups(values: NDArray[Any], most: int) -> Groups:
    counts = Counter(value for value in values.tolist() if value is not None and value != "")
    repeated = sum(count for count in counts.values() if count > 1)
    if repeated < 0.5 * sum(counts.values()):
        return []
    return [(str(value), values == value) for value, _ in counts.most_common(most)]


def _number_groups(values: NDArray[np.float64]) -> Groups:
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return []
    distinct = np.unique(known)
    if len(distinct) <= _NUMBER_GROUPS:
        return [(f"{value:g}", values == value) for value in distinct]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _NUMBER_GROUPS + 1), method="lower"))
    groups = []
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        last = high == edges[-1]
        members = (values >= low) & ((values <= high) if last else (values < high))
        groups.append(
            (_range_text(known[(known >= low) & ((known <= high) if last else (known < high))]), members)
        )
    return groups


def _range_text(values: NDArray[np.float64]) -> str:
    low, high = float(values.min()), float(values.max())
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def rows_of_run(portraits: pa.Table, run_id: str) -> pa.Table:
    """Return the rows that a run wrote last."""
    return portraits.filter(pc.equal(portraits["run_id"], run_id))


def slowest(portraits: pa.Table, count: int) -> list[tuple[str, float]]:
    """Return (portrait id, milliseconds) of the slowest portraits, the slowest first."""
    timed = portraits.filter(pc.is_valid(portraits["duration_ms"]))
    ordered = timed.sort_by([("duration_ms", "descending"), ("portrait_id", "ascending")]).slice(0, count)
    return list(zip(shown_ids(ordered), ordered["duration_ms"].to_pylist(), strict=True))


def percentiles(values: Sequence[float] | NDArray[np.float64], points: Sequence[int]) -> dict[int, float]:
    """Return percentiles of the values that are numbers; empty where there are none."""
    numbers = np.asarray(values, dtype=np.float64)
    numbers = numbers[np.isfinite(numbers)]
    if len(numbers) == 0:
        return {}
    return {point: float(np.percentile(numbers, point)) for point in points}


@dataclass(frozen=True)
class WorkerSpeed:
    """What one worker did.

    Attributes
    ----------
    worker : str
        Its address.
    batches, portraits : int
    seconds : float
        Time in its batches.
    peak_bytes : int
        Of its process's resident memory.
    """

    worker: str
    batches: int
    portraits: int
    seconds: float
    peak_bytes: int

    @property
    def rate(self) -> float:
        """Portraits a second; 0 where no time was spent."""
        return self.portraits / self.seconds if self.seconds > 0 else 0.0


def worker_speeds(events: Iterable[dict[str, Any]]) -> list[WorkerSpeed]:
    """Return what each worker did, by the ``BatchFinished`` events, the busiest first."""
    found: dict[str, WorkerSpeed] = {}
    for event in events:
        if event.get("event") != "BatchFinished" or not event.keys() >= _BATCH_FIELDS:
            continue
        name = str(event["worker"])
        known = found.get(name, WorkerSpeed(name, 0, 0, 0.0, 0))
        found[name] = WorkerSpeed(
            worker=name,
            batches=known.batches + 1,
            portraits=known.portraits + event["portraits"],
            seconds=known.seconds + event["seconds"],
            peak_bytes=max(known.peak_bytes, event["peak_bytes"]),
        )
    return sorted(found.values(), key=lambda speed: (-speed.portraits, speed.worker))
