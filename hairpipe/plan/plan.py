"""What a run would do: the scrape held against what the last runs left behind.

A portrait is *new*, *changed* (its picture or its given face box), *stale* (extracted with other
settings), to be *retried* (it broke the code last time), *placeholder changed* (so many profiles show its
picture by now that it is the site's placeholder, or so few that it is none), *metadata changed* (only its
profile's text or its picture's path is another: its row is rewritten without looking at the picture),
*mtime only* (only the file's time is another: that is noted, so that the picture is not read again),
*removed* or *unchanged*. Only the first five cost work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from hairpipe.plan.comparison import query
from hairpipe.plan.comparison.digests import Take
from hairpipe.plan.comparison.inventory import KNOWN, Inventory
from hairpipe.plan.comparison.listing import Listing, Portraits, write_listing
from hairpipe.plan.losses import Losses, concludes_removals
from hairpipe.plan.reasons import PlanLimits, Reason
from hairpipe.source.portrait_rows import portraits_of
from hairpipe.source.profile import Portrait, Reject
from hairpipe.storage.database import Database

_ROWS_AT_ONCE, _SORTED_AT_ONCE = 5_000, 100_000

TakeDigests = Callable[[Iterable[str], Take], None]
"""Reads pictures for their digests, in the order given, and hands them over in any."""


@dataclass(frozen=True)
class Plan:
    """What a run would do."""

    database: Database
    """With the tables of :mod:`hairpipe.plan.comparison.query`."""
    portraits: int
    """Rows that the run will extract anew."""
    pictures: int
    """Different pictures among them, given face boxes that differ counted apart."""
    counts: Mapping[str, int]
    """Portraits by `Reason`, zeros included."""
    retried: Mapping[str, int]
    """Portraits to be retried, by the status they had."""
    rejects: Mapping[str, int]
    """Lines that became no row, by reason."""
    reported_rejects: tuple[Reject, ...]
    """The first of them, with their places."""
    notes: Mapping[str, int]
    """What the scrape says that could not be used, by kind: ``birthday is not an int``."""
    picture_bytes: int
    """Size of the picture files to be read."""
    losses: Losses

    @property
    def is_empty(self) -> bool:
        """Whether a run would write nothing."""
        return not (self.portraits or self.refreshed or self.counts[Reason.REMOVED])

    @property
    def refreshed(self) -> int:
        """Portraits of which something is written without looking at the picture."""
        return self.counts[Reason.METADATA_CHANGED] + self.counts[Reason.MTIME_ONLY]

    def portraits_for(self, reason: Reason) -> Iterator[Portrait]:
        """Yield the portraits with a reason, in the scrape's order."""
        for rows in self.rows_for(reason):
            yield from portraits_of(rows)

    def rows_for(self, reason: Reason) -> Iterator[pa.RecordBatch]:
        """Yield the same portraits as rows of the table ``listing``."""
        return self._in_order(query.PORTRAITS_FOR, reason=str(reason))

    def removed_ids(self) -> Iterator[pa.RecordBatch]:
        """Yield the ids that the scrape no longer has; none while lines of it can't be read."""
        return self.database.batches("SELECT portrait_id FROM removed ORDER BY 1", _ROWS_AT_ONCE)

    def task_rows(self) -> Iterator[pa.RecordBatch]:
        """Yield the portraits to work on, those of a task one after the other."""
        return self._in_order(query.TASK_ROWS)

    def _in_order(self, sql: str, **values: Any) -> Iterator[pa.RecordBatch]:
        (positions,) = self.database.one(query.POSITIONS)
        for first in range(0, positions, _SORTED_AT_ONCE):
            stop = first + _SORTED_AT_ONCE
            yield from self.database.batches(sql, _ROWS_AT_ONCE, first=first, stop=stop, **values)


def open_database(source: Portraits, inventory: Inventory) -> tuple[Database, Listing]:
    """Return a plan's database with what the scrape has and what is known.

    Parameters
    ----------
    inventory : Inventory
        What earlier runs left.
    """
    database = Database("plan")
    try:
        database.run(query.TABLES)
        database.keep("known", KNOWN, inventory.known(), number="known_row")
        return database, write_listing(database, source)
    except BaseException:
        database.close()
        raise


def make_plan(
    database: Database,
    listing: Listing,
    inventory: Inventory,
    source: str,
    take_digests: TakeDigests,
    limits: PlanLimits,
) -> Plan:
    """Hold a scrape against the inventory; nothing is written.

    Pictures are read only where their listing changed, or where their size makes it possible that
    several profiles show the same one.

    Parameters
    ----------
    database, listing
        As :func:`open_database` returns them.
    inventory : Inventory
        Tells the faces that earlier runs found.
    source : str
        The scrape's name; the same id of another source is another portrait.
    """
    removals_conclude = concludes_removals(listing.unclear, limits.allowed)
    database.run(
        query.JUDGED,
        source=source,
        fingerprint=limits.fingerprint,
        max_attempts=limits.max_attempts,
        failures_allowed=limits.allowed.failures,
    )
    _read(database, take_digests, query.DOUBTFUL_PICTURES)
    database.run(query.SETTLE_DOUBTFUL)
    database.run(query.PLANNED)
    _read(database, take_digests, query.MAYBE_SHARED_PICTURES)
    database.run(
        query.PLACEHOLDERS,
        source=source,
        removals_conclude=removals_conclude,
        placeholder_profiles=limits.placeholder_profiles,
    )
    _read(database, take_digests, query.PLACEHOLDERS_BY_PATH)
    database.run(query.ADD_PLACEHOLDERS)
    (moved,) = database.one(query.CHANGE_PLACEHOLDERS)
    if moved:
        database.run(query.DIGESTS_OF_MOVED)
        database.run(query.PLANNED)
    database.run(query.SHARED)
    database.run(query.TASKS)
    _find_faces(database, inventory)
    database.run(
        query.REMOVED,
        source=source,
        with_removed=limits.drops_removed,
        removals_conclude=removals_conclude,
    )
    return _made(database, listing, source)


def _read(database: Database, take_digests: TakeDigests, sql: str) -> None:
    """Read the pictures that a query names, in the order of the scrape.

    In that order pictures that lie in tables can be read one after another.
    """
    images = (image for rows in database.batches(sql, _ROWS_AT_ONCE) for image in rows["image"].to_pylist())
    take_digests(images, lambda digests: database.insert("digests", digests))


def _find_faces(database: Database, inventory: Inventory) -> None:
    """Note the faces that earlier runs found in the pictures that are stale."""
    ids = (
        portrait_id
        for rows in database.batches(query.STALE, _ROWS_AT_ONCE)
        for portrait_id in rows["portrait_id"].to_pylist()
    )
    for faces in inventory.faces(ids):
        database.insert("faces", faces)


def _made(database: Database, listing: Listing, source: str) -> Plan:
    portraits, pictures, picture_bytes = database.one(query.TOTALS)
    counts = dict(database.run(query.REASONS))
    return Plan(
        database=database,
        portraits=portraits,
        pictures=pictures,
        counts={str(reason): counts.get(reason, 0) for reason in Reason},
        retried=dict(database.run(query.RETRIED_STATUSES)),
        rejects=dict(listing.rejects),
        reported_rejects=tuple(listing.reported),
        notes=dict(listing.notes),
        picture_bytes=picture_bytes,
        losses=_losses(database, listing, source),
    )


def _losses(database: Database, listing: Listing, source: str) -> Losses:
    """Count the known portraits that the scrape lacks, and the good ones that it has no picture of."""
    known, absent, good = database.one(query.LOSSES, source=source)
    without_picture, first = database.one(query.WITHOUT_PICTURE_NOW)
    example = ""
    if first is not None:
        portrait_id, image = database.one(
            "SELECT portrait_id, image FROM listing WHERE position = $first", first=first
        )
        example = f"{portrait_id!r} ({image or 'none named'})"
    return Losses(known, absent, listing.unclear, good, without_picture, example)
