"""The report: one HTML file that needs no network, with a script for its gallery and readable without."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib import resources

import jinja2
import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup

from hairpipe.report.counts.attributes import AttributeColors, colors_by_attribute
from hairpipe.report.counts.changes import COMPARED, TableChanges, compare
from hairpipe.report.counts.charts import MAP_REACH, Dot, hue_dots, hue_marks
from hairpipe.report.counts.database import ReportDatabase, report_database
from hairpipe.report.counts.summary import (
    ColorCount,
    StatusCount,
    WorkerSpeed,
    color_counts,
    corrected_colors,
    quality_counts,
    rating_counts,
    slowest,
    status_counts,
    worker_speeds,
)
from hairpipe.report.gallery import Progress
from hairpipe.report.gallery_data import gallery_pictures, gallery_portraits
from hairpipe.report.results import Results, open_results
from hairpipe.report.sheets import ChangedTiles, Sheet, changed_tiles, contact_sheets
from hairpipe.store.log.records import RunRecord, read_events, read_record, recorded_runs
from hairpipe.store.schema import TableName
from hairpipe.store.sources import BEFORE_SOURCE, PortraitKey, whole_keys
from hairpipe.terminal import printable

_RECENT_RUNS = 10
_SLOWEST = 8


@dataclass(frozen=True)
class RunFacts:
    """What the report tells of a run."""

    record: RunRecord
    """As the run saved it."""
    config: str
    """Its configuration as JSON."""
    workers: list[WorkerSpeed]
    slowest: list[tuple[str, float]]
    """Portrait ids and milliseconds."""


@dataclass(frozen=True, eq=False)
class Report:
    """Everything that the page shows."""

    output: str
    written_at: datetime
    portraits: int
    removed: int
    """Profiles' portraits that the scrape has, and those that it no longer has: these count nowhere."""
    run: RunFacts | None
    statuses: list[StatusCount]
    groups: dict[str, int]
    """Portraits whose quality is good, so_so, ugly; the colours are of all but the ugly ones."""
    colored: int
    """Portraits that the colours are of."""
    corrected: int
    """Those to which people gave another colour than the method, or none."""
    colors: list[ColorCount]
    dots: list[Dot]
    attributes: list[AttributeColors]
    quality: list[int]
    changes: TableChanges | None
    changed: list[ChangedTiles]
    recent: list[RunRecord]
    sheets: list[Sheet]
    gallery: str
    """The data of its script, as JSON."""
    in_gallery: int
    """Portraits it holds."""
    row: dict[PortraitKey, int]
    """Where the portraits that have a tile stand in the gallery's data."""


def _unheard(done: int, total: int) -> None:
    """Say nothing."""


def write_report(output: str, run_id: str | None = None, tell: Progress = _unheard) -> str:
    """Write a report and return where.

    Parameters
    ----------
    output : str
        The folder or URL that runs write to.
    run_id : str, optional
        Write ``runs/<run_id>/report.html``, with what that run did; by default ``report.html``, of the
        whole database.
    tell : Progress, optional
        Hears how many of the missing thumbnails are made.

    Raises
    ------
    ConfigError
        If nothing has been published there, or there is no such run.
    StoreError
        If the tables are damaged or the report can't be written.
    """
    results = open_results(output)
    page = render(make_report(results, run_id, tell))
    path = "report.html" if run_id is None else f"runs/{run_id}/report.html"
    results.folder.write(path, page.encode("utf-8", "replace"))
    return results.folder.path(path)


def make_report(results: Results, run_id: str | None = None, tell: Progress = _unheard) -> Report:
    """Return what a report shows; thumbnails that are not there yet are made, `tell` hears how many.

    The charts are of all portraits. The contact sheets of a run's report show portraits that the run
    wrote, if it wrote any.
    """
    record = None if run_id is None else results.run_record(run_id)
    with report_database(results) as database:
        sheets = contact_sheets(results, database, run_id)
        changes, changed = _changes(results, database, run_id)
        portraits, chosen = gallery_portraits(results, database, compared=changes is not None)
        (known,) = database.one("SELECT count(*) FROM portraits")
        (published,) = database.one("SELECT count(*) FROM published")
        colors = color_counts(database)
        report = Report(
            output=results.folder.url,
            written_at=datetime.now(UTC),
            portraits=known,
            removed=published - known,
            run=None if record is None else _run_facts(results, database, record),
            statuses=status_counts(database),
            groups=rating_counts(database),
            colored=sum(color.count for color in colors),
            corrected=corrected_colors(database),
            colors=colors,
            dots=hue_dots(database),
            attributes=colors_by_attribute(database),
            quality=quality_counts(database),
            changes=changes,
            changed=changed,
            recent=_recent_runs(results),
            sheets=sheets,
            gallery="",
            in_gallery=len(chosen),
            row=_rows_of_tiles(chosen, sheets, changed),
        )
    # The database's memory is free by now.
    pictures = gallery_pictures(results, chosen, tell)
    return replace(report, gallery=f'{{"portraits":{portraits},"pictures":{pictures}}}')


def render(report: Report) -> str:
    """Return the report as HTML; every text is escaped, and no script but the page's own may run."""
    script = _source("gallery.js")
    return _template().render(
        report=report,
        reach=MAP_REACH,
        marks=hue_marks(),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        # Nothing in a text can end the element that holds the data.
        gallery=Markup(report.gallery.replace("<", "\\u003c")),
        top="" if report.run is None else "../../",
    )


def _rows_of_tiles(
    portraits: pa.Table, sheets: list[Sheet], changed: list[ChangedTiles]
) -> dict[PortraitKey, int]:
    pairs = [pair for tiles in changed for pair in tiles.tiles]
    tiles = [tile for sheet in sheets for tile in sheet.tiles] + [new or old for old, new in pairs]
    keys = [tile.key for tile in tiles if tile is not None]
    wanted = pa.array([BEFORE_SOURCE.join(key) for key in keys], pa.string())
    places = pc.index_in(wanted, value_set=whole_keys(portraits)).to_pylist()
    return {key: place for key, place in zip(keys, places, strict=True) if place is not None}


def _run_facts(results: Results, database: ReportDatabase, record: RunRecord) -> RunFacts:
    return RunFacts(
        record=record,
        config=json.dumps(record.config, indent=2, ensure_ascii=False),
        workers=worker_speeds(read_events(results.folder, record.run_id)),
        slowest=slowest(database, record.run_id, _SLOWEST),
    )


def _changes(
    results: Results, database: ReportDatabase, run_id: str | None
) -> tuple[TableChanges | None, list[ChangedTiles]]:
    """Compare with the version before, unless the report is of an older run than the last."""
    before = results.previous() if run_id in (None, results.store.last_run_id) else None
    if before is None:
        return None, []
    changes = compare(database, before.store.parts(TableName.PORTRAITS, COMPARED))
    return changes, changed_tiles(database, changes, before, results)


def _recent_runs(results: Results) -> list[RunRecord]:
    """Return the last runs' records, newest first, without those that are damaged."""
    last = reversed(recorded_runs(results.folder)[-_RECENT_RUNS:])
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
        finalize=_shown,
    )
    environment.filters["duration"] = duration_text
    environment.filters["mib"] = lambda count: f"{count / 2**20:,.0f} MiB"
    environment.filters["percent"] = lambda share: (
        f"{100 * share:.1f}%" if 0 < share < 0.1 else f"{share:.0%}"
    )
    return environment.get_template("report.html.j2")


def _shown(value: object) -> object:
    """Make characters visible that would turn the direction of the text around them, or hide some."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(value, keep="\n")
    return value


@cache
def _source(name: str) -> str:
    return (resources.files("hairpipe.report") / "templates" / name).read_text(encoding="utf-8")


def duration_text(seconds: float) -> str:
    """Return a duration for people: ``4.2 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"
