"""Costs of a plan without a run."""

from __future__ import annotations

from hairpipe.lab.benchmark.plans import plan_costs
from hairpipe.lab.benchmark.tables import plan_table


def test_a_plan_over_new_rows_and_over_unchanged_ones() -> None:
    costs = plan_costs(1500)
    assert [(cost.portraits, cost.kind) for cost in costs] == [(1500, "new"), (1500, "unchanged")]
    assert all(cost.peak_bytes > 0 for cost in costs)
    assert plan_table(costs).row_count == 2
