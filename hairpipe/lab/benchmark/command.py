"""The benchmark's command line: which parts, how large, and where the numbers go."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from hairpipe.lab.benchmark.against import against_table, measured_with
from hairpipe.lab.benchmark.constant import constant_result
from hairpipe.lab.benchmark.jobs import growth, job_cost, loop_cost, quick_scrape
from hairpipe.lab.benchmark.plans import plan_costs
from hairpipe.lab.benchmark.portraits import portrait_costs
from hairpipe.lab.benchmark.tables import growth_table, job_table, plan_table, portrait_table
from hairpipe.store.log.run_id import installed_versions

# A name, the results, and the table to print.
Measured = tuple[str, Sequence[Any], Table]


@dataclass(frozen=True)
class Amounts:
    """How much is measured; see the command line's options."""

    pictures: int
    portraits: int
    method: str
    workers: int
    sizes: tuple[int, ...]
    rows: int


def _portrait(amounts: Amounts) -> Measured:
    costs = list(portrait_costs(amounts.pictures))
    return "portrait", costs, portrait_table(costs)


def _job(amounts: Amounts) -> Measured:
    with quick_scrape(amounts.portraits, 350, 225) as folder:
        counts = sorted({1, amounts.workers})
        loops = [loop_cost(folder, amounts.method, count) for count in counts]
        jobs = [job_cost(folder, amounts.method, {"workers": count}) for count in counts]
    return f"job, {amounts.method}", [*loops, *jobs], job_table(loops, jobs)


def _plan(amounts: Amounts) -> Measured:
    plans = plan_costs(amounts.rows)
    return "plan", plans, plan_table(plans)


def _growth(amounts: Amounts) -> Measured:
    grown = list(growth(amounts.sizes, {"workers": amounts.workers}, 84, 56))
    return "growth", grown, growth_table("Growth, drawn portraits of 84x56, article", grown)


def _machinery(amounts: Amounts) -> Measured:
    with quick_scrape(amounts.rows, 32, 32, drawings=1) as folder:
        made = [job_cost(folder, "article", {"workers": amounts.workers}, process=constant_result)]
    return "machinery", made, growth_table("The machinery alone, extraction stubbed to a constant", made)


_MEASURES: Mapping[str, Callable[[Amounts], Measured]] = {
    "portrait": _portrait,
    "job": _job,
    "plan": _plan,
    "growth": _growth,
    "machinery": _machinery,
}
PARTS = tuple(_MEASURES)


@click.command()
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), default=PARTS, show_default=True)
@click.option(
    "--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Keep the numbers here."
)
@click.option("--pictures", default=20, show_default=True, help="Portraits per size, for `portrait`.")
@click.option("--portraits", default=2000, show_default=True, help="Of the scrape, for `job`.")
@click.option("--method", default="article", show_default=True, help="For `job`.")
@click.option("--workers", default=2, show_default=True, help="Of the job.")
@click.option(
    "--size", "sizes", multiple=True, type=int, default=(1000, 10_000, 100_000), help="For `growth`."
)
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The root of another checkout of hairpipe, which is measured the same way, part by part.",
)
@click.option("--rows", default=1_000_000, show_default=True, help="For `plan` and `machinery`.")
def benchmark(parts: tuple[str, ...], file: Path | None, against: Path | None, **amounts: Any) -> None:
    """Measure, print tables, keep the numbers."""
    console = Console(width=160)
    for part in (part for part in PARTS if part in parts):
        name, results, table = _MEASURES[part](Amounts(**amounts))
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
