"""What a person sees at the end: counts that add up, the hair colours found, where the tables lie."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hairpipe.errors import EXIT_SIGHUP, EXIT_SIGINT, EXIT_SIGTERM
from hairpipe.hair_color_names import SHOWN_AS
from hairpipe.plan.plan_summary import PlanSummary
from hairpipe.quality.judgement import Judgement
from hairpipe.run.job import RunSummary
from hairpipe.run.plan_text import plan_rows, reject_places
from hairpipe.status import Status
from hairpipe.storage.folder import Folder
from hairpipe.store.final_color import FINAL_COLOR_COLUMNS, final_color
from hairpipe.store.schema import TableName
from hairpipe.store.store import Store, open_store
from hairpipe.terminal import counted, printable

BAR_WIDTH = 30
# What a quality is told as.
_GROUPS = (Judgement.GOOD, Judgement.SO_SO, Judgement.UGLY)
# Of the rejected lines.
_PLACES_TOLD = 10
# Needs no quotes in a shell.
_PLAIN_ID = re.compile(r"[\w.:-]+", re.ASCII)
_BESIDE_BAR = 34


def print_summary(summary: RunSummary, console: Console) -> None:
    """Print a run's statuses, the database's hair colours and the paths of what was written.

    Parameters
    ----------
    console : rich.console.Console
        Of standard output.
    """
    if summary.exit_code in (EXIT_SIGHUP, EXIT_SIGINT, EXIT_SIGTERM):
        return
    if summary.version is None:
        console.print("nothing to do: the tables show this scrape already", highlight=False)
    elif not summary.statuses:
        console.print("no picture was to be looked at; what else changed is in the tables", highlight=False)
    else:
        console.print(status_table(summary.statuses, "This run's portraits by status"))
    if summary.kept:
        console.print(kept_line(summary.kept), highlight=False, soft_wrap=True)
    bar = ("#" if console.options.ascii_only else "█") * min(BAR_WIDTH, max(0, console.width - _BESIDE_BAR))
    store = open_store(Folder(summary.output))
    console.print(color_table(store, bar))
    console.print(quality_line(store), highlight=False)
    for label, path in written_paths(summary).items():
        console.print(
            Text.assemble((f"{label:<12}", "bold"), printable(path)), soft_wrap=True, highlight=False
        )
    console.print("what next:", style="bold")
    for command, purpose in next_steps(summary, worst_portrait(store)).items():
        console.print(Text(f"  {printable(command)}\n    {purpose}"), soft_wrap=True)


def quality_line(store: Store) -> str:
    """Say how good the portraits in which hair was found are, and how many have no colour's name."""
    found = store.counts(TableName.PORTRAITS, ["status", "quality_group", "hair_color"])
    counts, unnamed = Counter[str | None](), 0
    for (status, group, color), portraits in found.items():
        if status == Status.OK:
            counts[group] += portraits
            unnamed += portraits if color is None else 0
    parts = [f"{counts.get(group, 0)} {group}" for group in _GROUPS]
    # The article's method rates nothing.
    if unrated := counts.get(None, 0):
        parts = [*(parts if len(counts) > 1 else []), f"{unrated} not rated"]
    return f"of the {counts.total()} that are ok: {', '.join(parts)}; {unnamed} without a colour's name"


def worst_portrait(store: Store) -> str | None:
    """Return the portrait of the lowest quality among those that are ok, None where there are none."""
    worst: list[pa.Table] = []
    for rows in store.parts(TableName.PORTRAITS, ["portrait_id", "status", "quality"]):
        found = rows.filter(pc.equal(rows["status"], str(Status.OK)))
        worst = [pa.concat_tables([*worst, found]).sort_by("quality")[:1]]
    ids: list[str] = worst[0]["portrait_id"].to_pylist() if worst else []
    return ids[0] if ids else None


def next_steps(summary: RunSummary, worst: str | None) -> dict[str, str]:
    """Return what a person may want to do now, each with what it is for."""
    output = summary.output.rstrip("/")
    steps = {f"hairpipe report {output}": "the whole database on one page"}
    report = written_paths(summary).get("report")
    if report is not None:
        steps = {f"open {report}": "what this run found, on one page, in any browser"}
    steps[f"hairpipe review {output}"] = "judge the results in the browser"
    example = worst if worst and _PLAIN_ID.fullmatch(worst) else "ID"
    steps[f"hairpipe explain {output} {example}"] = "how one result came about, step by step"
    return steps


def kept_line(kept: Mapping[str, int]) -> str:
    """Say how many rows show an earlier result, and why."""
    failures = ", ".join(f"{count} {status}" for status, count in sorted(kept.items()))
    several = sum(kept.values()) != 1
    return (
        f"{counted(sum(kept.values()), 'portrait')} failed when last looked at and "
        f"{'keep' if several else 'keeps'} what was found before (last_failure: {failures})"
    )


def written_paths(summary: RunSummary) -> dict[str, str]:
    """Return where the tables and the run's own files lie."""
    output = summary.output.rstrip("/")
    paths = {name: f"{output}/{name}" for name in ("portraits", "hair_colors", "masks")}
    if summary.version is not None:
        paths["run"] = f"{output}/runs/{summary.run_id}/run.json"
        paths["report"] = f"{output}/runs/{summary.run_id}/report.html"
    return paths


def status_table(statuses: Mapping[str, int], title: str) -> Table:
    """Return counts by status, most first, with their sum."""
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("status", no_wrap=True)
    table.add_column("portraits", justify="right", no_wrap=True)
    table.add_column("share", justify="right", no_wrap=True)
    total = sum(statuses.values())
    for status, count in sorted(statuses.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(
            status, str(count), f"{count / total:.1%}", style="green" if status == Status.OK else ""
        )
    table.add_section()
    table.add_row("all", str(total), "", style="bold")
    return table


def color_table(store: Store, bar: str) -> Table:
    """Return how many portraits of the whole database have each hair colour, with parts of a bar."""
    table = Table(title="Hair colours in the database", title_justify="left", title_style="bold")
    table.add_column("")
    table.add_column("colour", no_wrap=True)
    table.add_column("portraits", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    counts = [(name, count) for name, count in hair_color_counts(store).items()]
    most = max((count for _, count in counts), default=1)
    for name, count in counts:
        swatch = Text("  ", style=f"on {SHOWN_AS[name]}")
        table.add_row(swatch, name, str(count), bar[: max(1, round(len(bar) * count / most))])
    return table


def hair_color_counts(store: Store) -> dict[str, int]:
    """Return portraits by hair colour, most first."""
    counts = Counter[str]()
    for values, count in store.counts(TableName.PORTRAITS, FINAL_COLOR_COLUMNS).items():
        color = final_color(dict(zip(FINAL_COLOR_COLUMNS, values, strict=True)))
        if color is not None:
            counts[color] += count
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def print_plan(planned: PlanSummary, console: Console) -> None:
    """Print what a run would do."""
    table = Table(title="Plan", title_justify="left", title_style="bold")
    table.add_column("portraits")
    table.add_column("count", justify="right", no_wrap=True)
    table.add_column("which means")
    for what, count, why in plan_rows(planned.counts, planned.retried, planned.rejects, planned.notes):
        table.add_row(Text(printable(what)), str(count), why)
    console.print(table if table.rows else "the scrape has no portraits")
    number = sum(planned.rejects.values())
    for place in reject_places(planned.reported_rejects, number, _PLACES_TOLD):
        console.print(Text(f"  {printable(place)}"), soft_wrap=True)
    console.print(
        f"{counted(planned.portraits, 'portrait')} to extract from {counted(planned.pictures, 'picture')}, "
        f"{planned.picture_bytes / 2**20:.1f} MiB to read"
        + (f"; {planned.resumed} finished already" if planned.resumed else ""),
        highlight=False,
    )
    for complaint in planned.complaints:
        console.print(Text(printable(f"a run would not begin: {complaint}"), style="red"), soft_wrap=True)
    if planned.kept:
        console.print(kept_line(planned.kept), highlight=False, soft_wrap=True)
    for warning in planned.warnings:
        console.print(Text(printable(f"note: {warning}")), soft_wrap=True)
    if planned.seconds is None:
        console.print("no earlier run to estimate the time from", highlight=False)
    else:
        console.print(
            f"about {planned.seconds:.0f} s of worker time, by the last run's rate", highlight=False
        )
