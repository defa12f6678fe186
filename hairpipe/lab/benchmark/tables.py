"""The benchmark's tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table

from hairpipe.lab.benchmark.jobs import JobCost, LoopCost
from hairpipe.lab.benchmark.plans import PlanCost
from hairpipe.lab.benchmark.portraits import Cost

_MEBI = 2**20


def portrait_table(costs: Sequence[Cost]) -> Table:
    """Return milliseconds by step and size."""
    sizes = list(dict.fromkeys((cost.height, cost.width) for cost in costs))
    table = cost_table("A portrait: milliseconds of processor time, median", "step")
    for height, width in sizes:
        table.add_column(f"{height}x{width}", justify="right")
    found = {(cost.step, cost.height, cost.width): cost.milliseconds for cost in costs}
    for step in dict.fromkeys(cost.step for cost in costs):
        cells = (found.get((step, *size)) for size in sizes)
        table.add_row(step, *("" if cell is None else f"{cell:.2f}" for cell in cells))
    return table


def job_table(loops: Sequence[LoopCost], jobs: Iterable[JobCost]) -> Table:
    """Return the job beside plain loops over the same portraits; the first of them is one loop alone."""
    alone = loops[0]
    table = cost_table(f"The job against a plain loop, {alone.portraits} portraits", "")
    columns = (
        "seconds",
        "CPU s",
        "looking s",
        "whole run: times the loop",
        "steady: times the loop",
        "overhead",
        "Dask ms/batch",
        "own ms/portrait",
    )
    for name in (*columns, "first result s", "publish s"):
        table.add_column(name, justify="right")
    for loop in loops:
        name = "plain loop" if loop.loops == 1 else f"{loop.loops} plain loops at once"
        seconds, times = f"{loop.seconds:.1f}", f"{loop.rate / alone.rate:.2f}"
        table.add_row(name, seconds, f"{loop.processor_seconds:.1f}", seconds, times, times)
    for job in jobs:
        table.add_row(
            f"job, {job.workers} workers, {job.batches} batches",
            f"{job.seconds:.1f}",
            f"{job.processor_seconds:.1f}",
            f"{job.looking_seconds:.1f}",
            f"{job.rate / alone.rate:.2f}",
            f"{job.steady_rate / alone.rate:.2f}",
            f"{job.overhead_share:.1%}",
            f"{job.dask_milliseconds_per_batch:.0f}",
            f"{job.own_milliseconds_per_portrait:.2f}",
            f"{job.first_result_seconds:.1f}",
            f"{job.publish_seconds:.1f}",
        )
    return table


def plan_table(costs: Iterable[PlanCost]) -> Table:
    """Return what planning takes without doing."""
    table = cost_table("A plan over drawn rows", "portraits")
    for name in ("all are", "seconds", "CPU s", "peak MiB"):
        table.add_column(name, justify="right")
    for cost in costs:
        table.add_row(
            f"{cost.portraits:,}",
            cost.kind,
            f"{cost.seconds:.1f}",
            f"{cost.processor_seconds:.1f}",
            f"{cost.peak_bytes / _MEBI:.0f}",
        )
    return table


def growth_table(title: str, jobs: Iterable[JobCost]) -> Table:
    """Return what grows with the number of portraits, and what does not."""
    table = cost_table(title, "portraits")
    columns = (
        "seconds",
        "CPU ms a portrait",
        "plan s",
        "publish s",
        "unchanged s",
        "driver MiB",
        "worker MiB",
    )
    for name in (*columns, "bytes a portrait"):
        table.add_column(name, justify="right")
    for job in jobs:
        table.add_row(
            f"{job.portraits:,}",
            f"{job.seconds:.1f}",
            f"{job.processor_seconds / job.portraits * 1000:.2f}",
            f"{job.plan_seconds:.1f}",
            f"{job.publish_seconds:.1f}",
            f"{job.unchanged_seconds:.1f}",
            f"{job.peak_driver_bytes / _MEBI:.0f}",
            f"{job.peak_worker_bytes / _MEBI:.0f}",
            f"{job.output_bytes / job.portraits:.0f}",
        )
    return table


def cost_table(title: str, first: str) -> Table:
    """Return an empty table with its first column."""
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column(first)
    return table
