"""The report: one HTML file that needs nothing else, no network and no script."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import jinja2
import pyarrow as pa

from hairpipe.report.changes import COMPARED, TableChanges, table_changes
from hairpipe.report.charts import MAP_REACH, Dot, hue_dots, hue_marks
from hairpipe.report.pictures import PictureShelf
from hairpipe.report.results import Results, open_results
from hairpipe.report.sheets import Sheet, contact_sheets
from hairpipe.report.speed import WorkerSpeed, worker_speeds
from hairpipe.report.summary import (
    AttributeColors,
    ColorCount,
    StatusCount,
    color_counts,
    colors_by_attribute,
    quality_counts,
    rows_of_run,
    slowest,
    status_counts,
)
from hairpipe.store.log.records import RunRecord, read_events, read_record

_RECENT_RUNS = 10
_SLOWEST = 8


@dataclass(frozen=True)
class RunFacts:
    """What the report tells of a run.

    Attributes
    ----------
    record : RunRecord
        As the run saved it.
    config : str
        Its configuration as JSON.
    workers : list of WorkerSpeed
    slowest : list of (str, float)
        Portrait ids and milliseconds.
    """

    record: RunRecord
    config: str
    workers: list[WorkerSpeed]
    slowest: list[tuple[str, float]]


@dataclass(frozen=True)
class Report:
    """Everything that the page shows."""

    output: str
    written_at: datetime
    portraits: int
    run: RunFacts | None
    statuses: list[StatusCount]
    colors: list[ColorCount]
    dots: list[Dot]
    attributes: list[AttributeColors]
    quality: list[int]
    changes: TableChanges | None
    recent: list[RunRecord]
    sheets: list[Sheet]


def write_report(output: str, run_id: str | None = None) -> str:
    """Write a report and return where.

    Parameters
    ----------
    output : str
        The folder or URL that runs write to.
    run_id : str, optional
        Write ``runs/<run_id>/report.html``, with what that run did; by default ``report.html``, of the
        whole database.

    Raises
    ------
    ConfigError
        If nothing has been published there, or there is no such run.
    StoreError
        If the tables are damaged or the report can't be written.
    """
    results = open_results(output)
    page = render(make_report(results, run_id))
    path = "report.html" if run_id is None else f"runs/{run_id}/report.html"
    results.folder.write(path, page.encode("utf-8", "replace"))
    return results.folder.path(path)


def make_report(results: Results, run_id: str | None = None) -> Report:
    """Return what a report shows.

    The charts are of all portraits. The contact sheets of a run's report show portraits that the run
    wrote, if it wrote any.
    """
    portraits = results.portraits()
    run = None if run_id is None else _run_facts(results, portraits, run_id)
    written = portraits if run_id is None else rows_of_run(portraits, run_id)
    return Report(
        output=results.folder.url,
        written_at=datetime.now(UTC),
        portraits=portraits.num_rows,
        run=run,
        statuses=status_counts(portraits),
        colors=color_counts(portraits),
        dots=hue_dots(portraits),
        attributes=colors_by_attribute(portraits),
        quality=quality_counts(portraits).tolist(),
        changes=_changes(results, portraits, run_id),
        recent=_recent_runs(results),
        sheets=contact_sheets(results, written if written.num_rows else portraits, PictureShelf(results)),
    )


def render(report: Report) -> str:
    """Return the report as HTML; every text is escaped."""
    return _template().render(report=report, reach=MAP_REACH, marks=hue_marks())


def _run_facts(results: Results, portraits: pa.Table, run_id: str) -> RunFacts:
    record = results.run_record(run_id)
    return RunFacts(
        record=record,
        config=json.dumps(record.config, indent=2, ensure_ascii=False),
        workers=worker_speeds(read_events(results.folder, run_id)),
        slowest=slowest(rows_of_run(portraits, run_id), _SLOWEST),
    )


def _changes(results: Results, portraits: pa.Table, run_id: str | None) -> TableChanges | None:
    """Compare with the version before, unless the report is of an older run than the last."""
    if run_id not in (None, results.last_run_id):
        return None
    before = results.previous()
    return None if before is None else table_changes(before.portraits(COMPARED), portraits.select(COMPARED))


def _recent_runs(results: Results) -> list[RunRecord]:
    """Return the last runs' records, newest first, without those that are damaged."""
    last = reversed(results.run_ids()[-_RECENT_RUNS:])
    records = (read_record(results.folder, run_id) for run_id in last)
    return [record for record in records if record is not None]


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hairpipe.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["duration"] = duration_text
    environment.filters["mib"] = lambda count: f"{count / 2**20:,.0f} MiB"
    environment.filters["percent"] = lambda share: (
        f"{100 * share:.1f}%" if 0 < share < 0.1 else f"{share:.0%}"
    )
    return environment.get_template("report.html.j2")


def duration_text(seconds: float) -> str:
    """Return a duration for people: ``4.2 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"
