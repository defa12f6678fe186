"""What the tables and a run's events say as a whole: counts, shares and speeds, ready to be drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hairpipe.hair_color_names import SHOWN_AS
from hairpipe.quality.judgement import Judgement
from hairpipe.report.counts.database import ReportDatabase, shown_id, shown_ids
from hairpipe.status import Status

_MOST_REASONS = 5
_MOST_EXAMPLES = 4
_SWATCHES = 48
_BATCH_FIELDS = {"worker", "portraits", "seconds", "peak_bytes"}


@dataclass(frozen=True)
class StatusCount:
    """Portraits that ended in one status."""

    status: str
    count: int
    share: float
    """Of all portraits, 0 to 1."""
    reasons: tuple[tuple[str, int], ...]
    """The most frequent reasons given, with how often."""
    examples: tuple[str, ...]
    """A few portrait ids."""


@dataclass(frozen=True)
class ColorCount:
    """Portraits with hair of one colour name."""

    name: str
    count: int
    share: float
    """Of the portraits whose colour has a name, 0 to 1."""
    swatches: tuple[str, ...]
    """Real hair colours of this name as ``#rrggbb``, dark to light."""


def status_counts(database: ReportDatabase) -> list[StatusCount]:
    """Return the statuses, ``ok`` first and then the most frequent first."""
    total, sources = database.one("SELECT count(*), count(DISTINCT source) FROM portraits")
    reasons = defaultdict(list)
    for status, error, count in database.run(
        """
        SELECT status, error, count(*) AS number FROM portraits WHERE error <> '' GROUP BY status, error
        QUALIFY row_number() OVER (PARTITION BY status ORDER BY number DESC, min(row)) <= $most
        ORDER BY status, number DESC, min(row)
        """,
        most=_MOST_REASONS,
    ):
        reasons[status].append((error, count))
    counts = database.run(
        """
        SELECT status, count(*) AS number, arg_min((portrait_id, source), row, $most) FROM portraits
        GROUP BY status ORDER BY status <> $ok, number DESC, status
        """,
        most=_MOST_EXAMPLES,
        ok=str(Status.OK),
    )
    return [
        StatusCount(
            status=status,
            count=count,
            share=count / total,
            reasons=tuple(reasons[status]),
            examples=tuple(shown_id(portrait_id, source, sources > 1) for portrait_id, source in examples),
        )
        for status, count, examples in counts
    ]


def color_counts(database: ReportDatabase) -> list[ColorCount]:
    """Return the hair colours by name, the most frequent first."""
    counts = database.run(
        "SELECT color, count(*) AS number, count(hair_hex) FROM named GROUP BY color "
        "ORDER BY number DESC, min(row)"
    )
    total = sum(count for _, count, _ in counts)
    swatches = _swatches(database, {name: measured for name, _, measured in counts})
    return [
        # Of a colour that only people saw there is no measured tone.
        ColorCount(name, count, count / total, tuple(swatches[name]) or (SHOWN_AS[name],))
        for name, count, _ in counts
    ]


def _swatches(database: ReportDatabase, counts: dict[str, int]) -> dict[str, list[str]]:
    """Return some tones of each colour, evenly spread from dark to light."""
    places = [
        (name, int(place))
        for name, count in counts.items()
        for place in np.linspace(0, count - 1, min(_SWATCHES, count)).round()
    ]
    found = database.run(
        """
        SELECT color, hair_hex FROM (
            SELECT color, hair_hex, row_number() OVER (PARTITION BY color ORDER BY hair_l, row) - 1 AS place
            FROM named WHERE hair_hex IS NOT NULL
        ) JOIN (SELECT unnest($names) AS color, unnest($places) AS place) USING (color, place)
        ORDER BY color, place
        """,
        names=[name for name, _ in places],
        places=[place for _, place in places],
    )
    swatches = defaultdict(list)
    for name, tone in found:
        swatches[name].append(tone)
    return swatches


def corrected_colors(database: ReportDatabase) -> int:
    """Return how many portraits people gave another colour than the method, or none."""
    (count,) = database.one("SELECT count(*) FROM trusted WHERE color IS DISTINCT FROM hair_color")
    return int(count)


def quality_counts(database: ReportDatabase, bins: int = 20) -> list[int]:
    """Return how many rated portraits fall into each of `bins` equal steps of quality from 0 to 1."""
    found = database.run(
        "SELECT least(floor(quality::DOUBLE * $bins), $bins - 1)::INT AS bin, count(*) FROM portraits "
        "WHERE quality BETWEEN 0 AND 1 GROUP BY bin",
        bins=bins,
    )
    counts = dict(found)
    return [counts.get(bin, 0) for bin in range(bins)]


def rating_counts(database: ReportDatabase) -> dict[str, int]:
    """Return how many portraits are good, so_so and ugly."""
    counts = dict(database.run("SELECT rating, count(*) FROM portraits GROUP BY rating"))
    return {group: counts.get(group, 0) for group in Judgement}


def slowest(database: ReportDatabase, run_id: str, count: int) -> list[tuple[str, float]]:
    """Return (portrait id, milliseconds) of the slowest portraits of a run, the slowest first."""
    rows = database.table(
        """
        SELECT portrait_id, source, duration_ms FROM portraits
        WHERE run_id = $run_id AND duration_ms IS NOT NULL
        ORDER BY duration_ms DESC, portrait_id LIMIT $count
        """,
        run_id=run_id,
        count=count,
    )
    return list(zip(shown_ids(rows), rows["duration_ms"].to_pylist(), strict=True))


@dataclass(frozen=True)
class WorkerSpeed:
    """What one worker did."""

    worker: str
    """Its address."""
    batches: int
    portraits: int
    seconds: float
    """Time in its batches."""
    peak_bytes: int
    """Of its process's resident memory."""

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
