"""The benchmark's tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from rich.table import Table

from hairpipe.lab.benchmark.jobs import JobCost, LoopCost
from hairpipe.lab.benchmark.plans import PlanCost
from hairpipe.lab.benchmark.portraits import Cost

_MEBI = 2**20


def portrait_table(costs: Sequence[Cost]) -> Table:
    """Return milliseconds by step and size."""
    rows: dict[str, dict[str, str]] = {}
    for cost in costs:
        row = rows.setdefault(cost.step, {"step": cost.step})
        row[f"{cost.height}x{cost.width}"] = f"{cost.milliseconds:.2f}"
    return cost_table("A portrait: milliseconds of processor time, median", rows.values())


def job_table(loops: Sequence[LoopCost], jobs: Iterable[JobCost]) -> Table:
    """Return the job beside plain loops over the same portraits; the first of them is one loop alone."""
    alone = loops[0]
    of_loops = [
        {
            "": "plain loop" if loop.loops == 1 else f"{loop.loops} plain loops at once",
            "seconds": f"{loop.seconds:.1f}",
            "CPU s": f"{loop.processor_seconds:.1f}",
            "looking s": f"{loop.seconds:.1f}",
            "whole run: times the loop": f"{loop.rate / alone.rate:.2f}",
            "steady: times the loop": f"{loop.rate / alone.rate:.2f}",
        }
        for loop in loops
    ]
    of_jobs = [
        {
            "": f"job, {job.workers} workers, {job.batches} batches",
            "seconds": f"{job.seconds:.1f}",
            "CPU s": f"{job.processor_seconds:.1f}",
            "looking s": f"{job.looking_seconds:.1f}",
            "whole run: times the loop": f"{job.rate / alone.rate:.2f}",
            "steady: times the loop": f"{job.steady_rate / alone.rate:.2f}",
            "overhead": f"{job.overhead_share:.1%}",
            "Dask ms/batch": f"{job.dask_milliseconds_per_batch:.0f}",
            "own ms/portrait": f"{job.own_milliseconds_per_portrait:.2f}",
            "first result s": f"{job.first_result_seconds:.1f}",
            "publish s": f"{job.publish_seconds:.1f}",
        }
        for job in jobs
    ]
    return cost_table(f"The job against a plain loop, {alone.portraits} portraits", [*of_loops, *of_jobs])


def plan_table(costs: Iterable[PlanCost]) -> Table:
    """Return what planning takes without doing."""
    rows = [
        {
            "portraits": f"{cost.portraits:,}",
            "all are": cost.kind,
            "seconds": f"{cost.seconds:.1f}",
            "CPU s": f"{cost.processor_seconds:.1f}",
            "peak MiB": f"{cost.peak_bytes / _MEBI:.0f}",
        }
        for cost in costs
    ]
    return cost_table("A plan over drawn rows", rows)


def growth_table(title: str, jobs: Iterable[JobCost]) -> Table:
    """Return what grows with the number of portraits, and what does not."""
    rows = [
        {
            "portraits": f"{job.portraits:,}",
            "seconds": f"{job.seconds:.1f}",
            "CPU ms a portrait": f"{job.processor_seconds / job.portraits * 1000:.2f}",
            "plan s": f"{job.plan_seconds:.1f}",
            "publish s": f"{job.publish_seconds:.1f}",
            "unchanged s": f"{job.unchanged_seconds:.1f}",
            "driver MiB": f"{job.peak_driver_bytes / _MEBI:.0f}",
            "worker MiB": f"{job.peak_worker_bytes / _MEBI:.0f}",
            "bytes a portrait": f"{job.output_bytes / job.portraits:.0f}",
        }
        for job in jobs
    ]
    return cost_table(title, rows)


def cost_table(title: str, *sections: Collection[Mapping[str, str]]) -> Table:
    """Return a table of rows by heading; the first heading's column is a text, the others are numbers."""
    table = Table(title=title, title_justify="left", title_style="bold")
    headings = list(dict.fromkeys(heading for rows in sections for row in rows for heading in row))
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left")
    for rows in sections:
        for row in rows:
            table.add_row(*(row.get(heading, "") for heading in headings))
        table.add_section()
    return table
