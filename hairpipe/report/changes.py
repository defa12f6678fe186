"""What differs between two versions of the portraits table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.store.sources import whole_keys

_MOST_PAIRS = 8
NO_COLOR = "none"


@dataclass(frozen=True)
class Shift:
    """Portraits that went from one value to another."""

    before: str
    after: str
    count: int


@dataclass(frozen=True)
class TableChanges:
    """The difference between two versions.

    Attributes
    ----------
    added, gone : int
        Portraits only the newer or only the older version has.
    statuses, colors : tuple of Shift
        Portraits of both whose status or hair colour is another, the most frequent shifts first.
    """

    added: int
    gone: int
    statuses: tuple[Shift, ...]
    colors: tuple[Shift, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.gone or self.statuses or self.colors)


COMPARED = ("portrait_id", "source", "status", "hair_color")
"""The columns that :func:`table_changes` needs."""


def table_changes(before: pa.Table, after: pa.Table) -> TableChanges:
    """Return what differs between two versions of the portraits table.

    Parameters
    ----------
    before, after : pyarrow.Table
        With the columns `COMPARED`; each portrait once.
    """
    place = pc.index_in(whole_keys(after), value_set=whole_keys(before))
    both = pc.is_valid(place)
    stayed = after.filter(both)
    earlier = before.take(place.filter(both))
    return TableChanges(
        added=after.num_rows - stayed.num_rows,
        gone=before.num_rows - stayed.num_rows,
        statuses=_shifts(earlier["status"], stayed["status"]),
        colors=_shifts(
            pc.fill_null(earlier["hair_color"], NO_COLOR), pc.fill_null(stayed["hair_color"], NO_COLOR)
        ),
    )


def _shifts(before: pa.ChunkedArray, after: pa.ChunkedArray) -> tuple[Shift, ...]:
    differs = pc.not_equal(before, after)
    pairs = zip(before.filter(differs).to_pylist(), after.filter(differs).to_pylist(), strict=True)
    return tuple(Shift(old, new, count) for (old, new), count in Counter(pairs).most_common(_MOST_PAIRS))
