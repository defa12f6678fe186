"""What differs between two versions of the portraits table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.report.counts.database import ReportDatabase
from hairpipe.store.final_color import FINAL_COLOR_COLUMNS, final_colors
from hairpipe.store.sources import PortraitKey

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


@dataclass(frozen=True)
class TableChanges:
    """The difference between two versions."""

    counts: Mapping[Change, int]
    """How many portraits changed in each way."""
    statuses: tuple[Shift, ...]
    colors: tuple[Shift, ...]
    """Of portraits that both versions have, as the statuses are: the most frequent shifts first."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not any(self.counts.values())


COMPARED = ("portrait_id", "source", "status", "last_seen_run_id", *FINAL_COLOR_COLUMNS)
_EARLIER = pa.schema(
    [(name, pa.string()) for name in ("portrait_id", "source", "status", "color")] + [("row", pa.int64())]
)

# Each portrait that is not as it was, with its place in either version; one with another status and another
# colour is told by its status.
_CHANGED = f"""
CREATE TABLE changed AS
SELECT
    now.row AS row, before.row AS row_before, portrait_id, source,
    before.status AS status_before, now.status AS status,
    coalesce(before.color, '{NO_COLOR}') AS color_before, coalesce(now.color, '{NO_COLOR}') AS color,
    CASE
        WHEN before.row IS NULL THEN '{Change.ADDED}'
        WHEN now.row IS NULL THEN '{Change.REMOVED}'
        WHEN before.status <> now.status THEN '{Change.STATUS}'
        WHEN before.color IS DISTINCT FROM now.color THEN '{Change.COLOR}'
    END AS change
FROM earlier AS before FULL JOIN portraits AS now USING (portrait_id, source)
WHERE change IS NOT NULL
"""


def compare(database: ReportDatabase, before: Iterable[pa.Table]) -> TableChanges:
    """Return what differs from an earlier version's portraits, of which `COMPARED` are given.

    Portraits that the scrape no longer has count as gone. The database has a table `changed` from then on.
    """
    database.create("earlier", _EARLIER)
    first = 0
    for part in before:
        part = part.filter(pc.is_null(part["last_seen_run_id"]))
        rows = part.select(["portrait_id", "source", "status"]).append_column("color", final_colors(part))
        place = pa.array(range(first, first + len(part)), pa.int64())
        database.insert("earlier", rows.append_column("row", place))
        first += len(part)
    database.run(_CHANGED)
    counts = dict(database.run("SELECT change, count(*) FROM changed GROUP BY change"))
    return TableChanges(
        counts={change: counts.get(change, 0) for change in Change},
        statuses=_shifts(database, "status"),
        colors=_shifts(database, "color"),
    )


def some_changed(database: ReportDatabase, change: Change, most: int) -> list[PortraitKey]:
    """Return some portraits that changed in one way."""
    found = database.run(
        "SELECT portrait_id, source FROM changed WHERE change = $change "
        "ORDER BY coalesce(row, row_before) LIMIT $most",
        change=str(change),
        most=most,
    )
    return [PortraitKey(*key) for key in found]


def _shifts(database: ReportDatabase, column: str) -> tuple[Shift, ...]:
    found = database.run(
        f"""
        SELECT {column}_before, {column}, count(*) AS number FROM changed
        WHERE row IS NOT NULL AND row_before IS NOT NULL AND {column}_before <> {column}
        GROUP BY ALL ORDER BY number DESC, min(row) LIMIT {_MOST_PAIRS}
        """
    )
    return tuple(Shift(*shift) for shift in found)
