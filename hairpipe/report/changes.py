"""What differs between two versions of the portraits table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.store.sources import whole_keys

_MOST_PAIRS = 8
NO_COLOR = "none"


class Change(StrEnum):
    """What became of a portrait."""

    COLOR = "with another colour"
    STATUS = "with another status"
    ADDED = "new"
    REMOVED = "removed"


@dataclass(frozen=True)
class Shift:
    """Portraits that went from one value to another."""

    before: str
    after: str
    count: int


@dataclass(frozen=True, eq=False)
class TableChanges:
    """The difference between two versions.

    Attributes
    ----------
    keys : mapping of Change to pyarrow.Array
        The portraits of each kind, by :func:`hairpipe.store.sources.whole_keys`.
    statuses, colors : tuple of Shift
        Portraits of both versions whose status or hair colour is another, the most frequent shifts first.
    """

    keys: Mapping[Change, pa.Array]
    statuses: tuple[Shift, ...]
    colors: tuple[Shift, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not any(map(len, self.keys.values()))


COMPARED = ("portrait_id", "source", "status", "hair_color", "last_seen_run_id")
"""The columns that :func:`table_changes` needs."""


def table_changes(before: pa.Table, after: pa.Table) -> TableChanges:
    """Return what differs between two versions of the portraits table.

    Parameters
    ----------
    before, after : pyarrow.Table
        With the columns `COMPARED`; each portrait once. Those that the scrape no longer had count as gone.
    """
    before, after = still_there(before), still_there(after)
    old_keys, new_keys = whole_keys(before), whole_keys(after)
    place = pc.index_in(new_keys, value_set=old_keys)
    both = pc.is_valid(place)
    stayed, keys = after.filter(both), new_keys.filter(both)
    earlier = before.take(place.filter(both))
    other_status = pc.not_equal(earlier["status"], stayed["status"])
    colors = [pc.fill_null(rows["hair_color"], NO_COLOR) for rows in (earlier, stayed)]
    other_color = pc.not_equal(*colors)
    return TableChanges(
        keys={
            Change.COLOR: keys.filter(pc.and_not(other_color, other_status).combine_chunks()),
            Change.STATUS: keys.filter(other_status.combine_chunks()),
            Change.ADDED: new_keys.filter(pc.invert(both)),
            Change.REMOVED: old_keys.filter(pc.invert(pc.is_in(old_keys, value_set=new_keys))),
        },
        statuses=_shifts(earlier["status"], stayed["status"]),
        colors=_shifts(*colors),
    )


def still_there(portraits: pa.Table) -> pa.Table:
    """Return the rows of profiles that the scrape had when it was last read whole."""
    return portraits.filter(pc.is_null(portraits["last_seen_run_id"]))


def _shifts(before: pa.ChunkedArray, after: pa.ChunkedArray) -> tuple[Shift, ...]:
    differs = pc.not_equal(before, after)
    pairs = zip(before.filter(differs).to_pylist(), after.filter(differs).to_pylist(), strict=True)
    return tuple(Shift(old, new, count) for (old, new), count in Counter(pairs).most_common(_MOST_PAIRS))
