"""What a person sees at the end: counts that add up, the hair colours found, where the tables lie."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hairpipe.errors import EXIT_SIGHUP, EXIT_SIGINT, EXIT_SIGTERM
from hairpipe.plan.outlook import PlanSummary
from hairpipe.run.job import RunSummary
from hairpipe.status import Status
from hairpipe.storage.folder import Folder
from hairpipe.store.schema import TableName
from hairpipe.store.store import Store, open_store
from hairpipe.terminal import printable

BAR_WIDTH = 30
_BESIDE_BAR = 34


def print_summary(summary: RunSummary, console: Console) -> None:
    """Print a run's statuses, the database's hair colours and the paths of what was written.

    Parameters
    ----------
    summary : RunSummary
    console : rich.console.Console
        Of standard output.
    """
    if summary.exit_code in (EXIT_SIGHUP, EXIT_SIGINT, EXIT_SIGTERM):
        return
    if summary.version is None:
        console.print("nothing to do: the tables show this scrape already", highlight=False)
    else:
        console.print(status_table(summary.statuses, "This run's portraits by status"))
    if summary.kept:
        console.print(kept_line(summary.kept), highlight=False, soft_wrap=True)
    bar = ("#" if console.options.ascii_only else "█") * min(BAR_WIDTH, max(0, console.width - _BESIDE_BAR))
    console.print(color_table(open_store(Folder(summary.output)), bar))
    for label, path in written_paths(summary).items():
        console.print(
            Text.assemble((f"{label:<12}", "bold"), printable(path)), soft_wrap=True, highlight=False
        )


def kept_line(kept: Mapping[str, int]) -> str:
    """Say how many rows show an earlier result, and why."""
    failures = ", ".join(f"{count} {status}" for status, count in sorted(kept.items()))
    return (
        f"{sum(kept.values())} portraits failed when last looked at and keep what was found before "
        f"(last_failure: {failures})"
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
        swatch = Text("  ", style=f"on {SWATCHES[name]}")
        table.add_row(swatch, name, str(count), bar[: max(1, round(len(bar) * count / most))])
    return table


def hair_color_counts(store: Store) -> dict[str, int]:
    """Return portraits by hair colour, most first."""
    names = store.read(TableName.PORTRAITS, ["hair_color"])["hair_color"].drop_null()
    counts = {entry["values"].as_py(): entry["counts"].as_py() for entry in pc.value_counts(names)}
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def print_plan(outlook: PlanSummary, console: Console) -> None:
    """Print what a run would do."""
    table = Table(title="Plan", title_justify="left", title_style="bold")
    table.add_column("portraits")
    table.add_column("count", justify="right")
    for reason, count in outlook.counts.items():
        table.add_row(reason, str(count), style="" if count else "dim")
    for status, count in outlook.retried.items():
        table.add_row(f"  retried after {status}", str(count))
    for reason, count in outlook.rejects.items():
        table.add_row(f"rejected lines: {reason}", str(count))
    for note, count in outlook.notes.items():
        table.add_row(Text(printable(f"not used: {note}")), str(count))
    console.print(table)
    console.print(
        f"{outlook.portraits} portraits to extract from {outlook.pictures} pictures, "
        f"{outlook.picture_bytes / 2**20:.1f} MiB to read"
        + (f"; {outlook.resumed} are finished already" if outlook.resumed else ""),
        highlight=False,
    )
    for complaint in outlook.complaints:
        console.print(Text(printable(f"a run would not begin: {complaint}"), style="red"), soft_wrap=True)
    if outlook.kept:
        console.print(kept_line(outlook.kept), highlight=False, soft_wrap=True)
    for warning in outlook.warnings:
        console.print(Text(printable(f"note: {warning}")), soft_wrap=True)
    if outlook.seconds is None:
        console.print("no earlier run to estimate the time from", highlight=False)
    else:
        console.print(
            f"about {outlook.seconds:.0f} s of worker time, by the last run's rate", highlight=False
        )


SWATCHES: Mapping[str, str] = {
    "aqua": "#40c8d8",
    "black": "#222222",
    "blonde": "#f0d070",
    "blue": "#4078e0",
    "brown": "#7a4a2a",
    "gray": "#9a9aa0",
    "green": "#40a040",
    "orange": "#f08030",
    "pink": "#f0a0c0",
    "purple": "#8050b0",
    "red": "#d02020",
    "white": "#f2f2f2",
}
