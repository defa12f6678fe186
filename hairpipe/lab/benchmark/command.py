"""The benchmark's command line: which parts, how large, where the numbers go, and against which checkout."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from hairpipe.errors import ConfigError
from hairpipe.lab.benchmark.jobs import job_cost, loop_cost, quick_scrape
from hairpipe.lab.benchmark.plans import plan_costs
from hairpipe.lab.benchmark.portraits import portrait_costs
from hairpipe.lab.benchmark.scrape import constant_result
from hairpipe.lab.benchmark.tables import cost_table, growth_table, job_table, plan_table, portrait_table
from hairpipe.lab.options import FILE, SHOW_DEFAULTS
from hairpipe.store.log.run_id import installed_versions

SCRIPT = Path("jobs") / "benchmark.py"
Results = Sequence[Mapping[str, Any]]
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


def measured_with(checkout: Path, part: str, amounts: Mapping[str, Any]) -> dict[str, Results]:
    """Run a part of another checkout's benchmark, in this environment, and return its results by name.

    The amounts are those of the command line's options. ConfigError if the checkout has no benchmark or its
    benchmark fails.
    """
    script = checkout.resolve() / SCRIPT
    if not script.is_file():
        raise ConfigError(f"There is no {SCRIPT} in {checkout}: give the root of a checkout of hairpipe.")
    with tempfile.TemporaryDirectory(prefix="hairpipe-benchmark-") as folder:
        file = Path(folder) / "measured.json"
        command = [sys.executable, str(script), "--part", part, *_options(amounts), "--json", str(file)]
        # First in the path: the environment may hold the package that is measured here.
        environment = {**os.environ, "PYTHONPATH": str(checkout.resolve())}
        done = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, check=False)
        if done.returncode or not file.exists():
            raise ConfigError(
                f"The benchmark of {checkout} ended with {done.returncode}; what it says stands above. "
                "An older checkout may lack a part: choose with --part."
            )
        return {name: kept["results"] for name, kept in json.loads(file.read_text()).items()}


def against_table(part: str, ours: Results, theirs: Results) -> Table:
    """Return every number that both have, side by side, of results as ``--json`` keeps them."""
    sections = [
        [
            {
                "number": name.replace("_", " "),
                "this": f"{mine[name]:,.4g}",
                "the other": f"{other[name]:,.4g}",
                "this / the other": f"{mine[name] / other[name]:.2f}" if other[name] else "",
            }
            for name in mine
            if isinstance(mine[name], int | float) and isinstance(other.get(name), int | float)
        ]
        for mine, other in zip(ours, theirs, strict=False)
    ]
    return cost_table(f"{part}: this version against the other", *sections)


def _options(amounts: Mapping[str, Any]) -> Iterator[str]:
    for name, value in amounts.items():
        for one in value if isinstance(value, tuple) else (value,):
            yield from ("--size" if name == "sizes" else f"--{name}", str(one))
