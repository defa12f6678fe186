"""The benchmark's command line: which parts, how large, and where the numbers go."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from hairpipe.lab.benchmark.constant import constant_result
from hairpipe.lab.benchmark.jobs import growth, job_cost, loop_cost, quick_scrape
from hairpipe.lab.benchmark.plans import plan_costs
from hairpipe.lab.benchmark.portraits import portrait_costs
from hairpipe.lab.benchmark.tables import growth_table, job_table, plan_table, portrait_table
from hairpipe.store.log.run_id import installed_versions

PARTS = ("portrait", "job", "plan", "growth", "machinery")


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
@click.option("--rows", default=1_000_000, show_default=True, help="For `plan` and `machinery`.")
def benchmark(
    parts: tuple[str, ...],
    file: Path | None,
    pictures: int,
    portraits: int,
    method: str,
    workers: int,
    sizes: tuple[int, ...],
    rows: int,
) -> None:
    """Measure, print tables, keep the numbers."""
    console = Console(width=160)
    if "portrait" in parts:
        costs = list(portrait_costs(pictures))
        console.print(portrait_table(costs))
        keep(file, "portrait", costs)
    if "job" in parts:
        with quick_scrape(portraits, 350, 225) as folder:
            counts = sorted({1, workers})
            loops = [loop_cost(folder, method, count) for count in counts]
            jobs = [job_cost(folder, method, {"workers": count}) for count in counts]
        console.print(job_table(loops, jobs))
        keep(file, f"job, {method}", [*loops, *jobs])
    if "plan" in parts:
        plans = plan_costs(rows)
        console.print(plan_table(plans))
        keep(file, "plan", plans)
    if "growth" in parts:
        grown = list(growth(sizes, {"workers": workers}, 84, 56))
        console.print(growth_table("Growth, drawn portraits of 84x56, article", grown))
        keep(file, "growth", grown)
    if "machinery" in parts:
        with quick_scrape(rows, 32, 32, drawings=1) as folder:
            made = [job_cost(folder, "article", {"workers": workers}, process=constant_result)]
        console.print(growth_table("The machinery alone, extraction stubbed to a constant", made))
        keep(file, "machinery", made)


def keep(file: Path | None, part: str, results: Iterable[Any]) -> None:
    """Put a part's numbers into the file, beside those of the other parts."""
    if file is None:
        return
    kept = json.loads(file.read_text()) if file.exists() else {}
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "versions": installed_versions()}
    kept[part] = {"measured_on": machine, "results": [dataclasses.asdict(result) for result in results]}
    file.write_text(json.dumps(kept, indent=2) + "\n")
