"""What a scrape has, as a table: one row for each portrait, in the scrape's order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from hairpipe.plan.comparison import query
from hairpipe.source.portrait_rows import LISTED, Row, portrait_row, portrait_table
from hairpipe.source.profile import UNCLEAR, Portrait, Reject
from hairpipe.storage.database import Database

MAX_REPORTED_REJECTS = 1000
_ROWS_AT_ONCE = 10_000


@dataclass
class Listing:
    """What there is to say of a scrape beside its portraits."""

    rejects: Counter[str] = field(default_factory=Counter)
    """Lines that became no row, by reason."""
    reported: list[Reject] = field(default_factory=list)
    """The first of them."""
    notes: Counter[str] = field(default_factory=Counter)
    """What could not be used, by kind."""

    @property
    def unclear(self) -> Mapping[str, int]:
        """Lines of the scrape of which nobody can tell whose they are, by reason."""
        return {reason: count for reason, count in self.rejects.items() if reason in UNCLEAR}


class Portraits(Protocol):
    """A scrape's portraits; see :class:`hairpipe.source.profile.Source`."""

    def portraits(self) -> Iterable[Portrait | Reject]:
        """Yield every portrait and every reject once."""

    def blocks(self) -> Iterable[Portrait | Reject | pa.Table]:
        """Yield the same, with tables of portraits where that is quicker."""


def write_listing(database: Database, source: Portraits) -> Listing:
    """Fill the table ``listing`` of a plan's database."""
    listing = _write(database, source.blocks())
    (are_unique,) = database.one(query.ARE_UNIQUE)
    if not are_unique:
        # One by one it is told where they stand.
        listing = _write(database, source.portraits())
    return listing


def _write(database: Database, entries: Iterable[Portrait | Reject | pa.Table]) -> Listing:
    listing = Listing()
    database.keep("listing", LISTED, _tables(entries, listing), number="position")
    return listing


def _tables(entries: Iterable[Portrait | Reject | pa.Table], listing: Listing) -> Iterator[pa.Table]:
    """Yield tables of some size; note what else there is."""
    rows: list[Row] = []
    tables: list[pa.Table] = []
    for entry in entries:
        if isinstance(entry, Reject):
            listing.rejects[entry.reason] += max(entry.rows, 1)
            if len(listing.reported) < MAX_REPORTED_REJECTS:
                listing.reported.append(entry)
            continue
        if isinstance(entry, pa.Table):
            tables += [portrait_table(rows), entry]
            rows = []
        else:
            listing.notes.update(entry.notes)
            rows.append(portrait_row(entry))
        if len(rows) + sum(map(len, tables)) >= _ROWS_AT_ONCE:
            yield pa.concat_tables([*tables, portrait_table(rows)])
            rows, tables = [], []
    yield pa.concat_tables([*tables, portrait_table(rows)])
