"""Costs of a portrait: every step of every method at every size."""

from __future__ import annotations

from hairpipe.extract.methods import METHODS
from hairpipe.lab.benchmark.portraits import portrait_costs
from hairpipe.lab.benchmark.tables import portrait_table


def test_every_step_is_measured_at_every_size() -> None:
    sizes = [(48, 40), (64, 48)]
    costs = list(portrait_costs(1, sizes))
    assert {(cost.height, cost.width) for cost in costs} == set(sizes)
    steps = {cost.step for cost in costs}
    assert len(costs) == len(steps) * len(sizes)
    assert {f"{name}: all of it" for name in METHODS} < steps
    assert all(cost.milliseconds > 0 for cost in costs)
    assert portrait_table(costs).row_count == len(steps)
