"""The benchmark's command line: which parts, how large, and where the numbers go."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from hairpipe.lab.benchmark.against import against_table, measured_with
from hairpipe.lab.benchmark.jobs import job_cost, loop_cost, quick_scrape
from hairpipe.lab.benchmark.plans import plan_costs
from hairpipe.lab.benchmark.portraits import portrait_costs
from hairpipe.lab.benchmark.scrape import constant_result
from hairpipe.lab.benchmark.tables import growth_table, job_table, plan_table, portrait_table
from hairpipe.lab.options import FILE, SHOW_DEFAULTS
from hairpipe.store.log.run_id import installed_versions

# A name, the results, and the table to print.
Measured = tuple[str, Sequence[Any], Table]


def _portrait(*, pictures: int, **_: Any) -> Measured:
    costs = list(portrait_costs(pictures))
    return "portrait", costs, portrait_table(costs)


def _job(*, portraits: int, method: str, workers: int, **_: Any) -> Measured:
    with quick_scrape(portraits, 350, 225) as folder:
        counts = sorted({1, workers})
        loops = [loop_cost(folder, method, count) for count in counts]
        jobs = [job_cost(folder, method, {"workers": count}) for count in counts]
    return f"job, {method}", [*loops, *jobs], job_table(loops, jobs)


def _plan(*, rows: int, **_: Any) -> Measured:
    plans = plan_costs(rows)
    return "plan", plans, plan_table(plans)


def _growth(*, sizes: tuple[int, ...], workers: int, **_: Any) -> Measured:
    grown = []
    for profiles in sizes:
        with quick_scrape(profiles, 84, 56) as folder:
            grown.append(job_cost(folder, "article", {"workers": workers}))
    return "growth", grown, growth_table("Growth, drawn portraits of 84x56, article", grown)


def _machinery(*, rows: int, workers: int, **_: Any) -> Measured:
    with quick_scrape(rows, 32, 32, drawings=1) as folder:
        made = [job_cost(folder, "article", {"workers": workers}, process=constant_result)]
    return "machinery", made, growth_table("The machinery alone, extraction stubbed to a constant", made)


_MEASURES: Mapping[str, Callable[..., Measured]] = {
    "portrait": _portrait,
    "job": _job,
    "plan": _plan,
    "growth": _growth,
    "machinery": _machinery,
}
PARTS = tuple(_MEASURES)


@click.command(context_settings=SHOW_DEFAULTS)
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), default=PARTS)
@click.option("--json", "file", type=FILE, help="Keep the numbers here.")
@click.option("--pictures", default=20, help="Portraits per size, for `portrait`.")
@click.option("--portraits", default=2000, help="Of the scrape, for `job`.")
@click.option("--method", default="article", help="For `job`.")
@click.option("--workers", default=2, help="Of the job.")
@click.option(
    "--size", "sizes", multiple=True, type=int, default=(1000, 10_000, 100_000), help="For `growth`."
)
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The root of another checkout of hairpipe, which is measured the same way, part by part.",
)
@click.option("--rows", default=1_000_000, help="For `plan` and `machinery`.")
def benchmark(parts: tuple[str, ...], file: Path | None, against: Path | None, **amounts: Any) -> None:
    """Measure, print tables, keep the numbers."""
    console = Console(width=160)
    for part in (part for part in PARTS if part in parts):
        name, results, table = _MEASURES[part](**amounts)
        console.print(table)
        keep(file, name, results)
        if against is not None:
            other = measured_with(against, part, amounts)
            console.print(against_table(name, [asdict(result) for result in results], other.get(name, ())))


def keep(file: Path | None, part: str, results: Iterable[Any]) -> None:
    """Put a part's numbers into the file, beside those of the other parts."""
    if file is None:
        return
    kept = json.loads(file.read_text()) if file.exists() else {}
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "versions": installed_versions()}
    kept[part] = {"measured_on": machine, "results": [asdict(result) for result in results]}
    file.write_text(json.dumps(kept, indent=2) + "\n")
