"""The driver's decisions, as tables."""

from __future__ import annotations

import pytest

from hairpipe.run.policy import (
    NextStep,
    after_loss,
    after_lost_merge,
    batch_size,
    exit_code,
    wants_backup,
    wants_reconnection,
)


@pytest.mark.parametrize(
    ("left", "given", "workers", "seconds", "expected"),
    [
        (0, 100_000, 2, 0.02, 8),
        (100, 100_000, 2, 0.02, 17),
        (1_000, 100_000, 2, 0.02, 167),
        (100_000, 0, 2, 0.02, 8),
        (100_000, 60, 2, 0.02, 30),
        (100_000, 100_000, 2, 0.02, 500),
        (100_000, 100_000, 2, 0.001, 2000),
        (100_000, 100_000, 2, None, 200),
        (100_000, 100_000, 2, 100.0, 8),
        (100_000, 100_000, 0, 0.02, 500),
    ],
)
def test_batch_size(left: int, given: int, workers: int, seconds: float | None, expected: int) -> None:
    assert batch_size(left, given, workers, seconds, batch_seconds=10) == expected


@pytest.mark.parametrize(
    ("tasks", "losses", "grew", "expected"),
    [
        (1, 1, True, NextStep.ALONE),
        (1, 3, False, NextStep.ALONE),
        (1, 4, False, NextStep.GIVE_UP),
        (40, 1, False, NextStep.AGAIN),
        (40, 1, True, NextStep.AGAIN),
        (40, 9, True, NextStep.AGAIN),
        (40, 2, False, NextStep.HALVES),
    ],
)
def test_after_loss(tasks: int, losses: int, grew: bool, expected: NextStep) -> None:
    assert after_loss(tasks, losses, grew) is expected


def test_batches_grow_from_small_ones_and_shrink_to_small_ones() -> None:
    sizes: list[int] = []
    while (left := 20_000 - sum(sizes)) > 0:
        sizes.append(min(left, batch_size(left, sum(sizes), 2, 0.012, batch_seconds=10)))
    largest = sizes.index(max(sizes))
    assert sizes[:largest] == sorted(sizes[:largest])
    assert sizes[largest:] == sorted(sizes[largest:], reverse=True)
    assert (sizes[0], sizes[largest]) == (8, 833)
    assert sizes[-1] <= 8


@pytest.mark.parametrize(
    ("running", "portraits", "rates", "open_batches", "workers", "expected"),
    [
        (31.0, 10, [1.0] * 4, 1, 2, True),
        (29.0, 10, [1.0] * 4, 1, 2, False),
        (31.0, 20, [1.0] * 4, 1, 2, False),
        (31.0, 10, [1.0] * 3, 1, 2, False),
        (31.0, 10, [1.0] * 4, 2, 2, False),
        (31.0, 10, [1.0] * 4, 1, 1, False),
        (1.0, 1, [0.1] * 4, 1, 2, False),
    ],
)
def test_wants_backup(
    running: float, portraits: int, rates: list[float], open_batches: int, workers: int, expected: bool
) -> None:
    assert wants_backup(running, portraits, rates, open_batches, workers) is expected


@pytest.mark.parametrize(
    ("statuses", "allowed", "expected"),
    [
        ({}, 0.0, 0),
        ({"ok": 9, "truncated": 1}, 0.1, 0),
        ({"ok": 8, "truncated": 1, "crashed": 1}, 0.1, 3),
        ({"no_face": 10}, 0.0, 0),
        ({"placeholder": 5, "no_image": 5}, 0.0, 0),
    ],
)
def test_exit_code(statuses: dict[str, int], allowed: float, expected: int) -> None:
    assert exit_code(statuses, allowed) == expected


@pytest.mark.parametrize(("losses", "expected"), [(1, True), (3, True), (4, False)])
def test_wants_reconnection(losses: int, expected: bool) -> None:
    assert wants_reconnection(losses) is expected


@pytest.mark.parametrize(("losses", "expected"), [(1, "again"), (3, "again"), (4, "give up")])
def test_after_a_lost_merge(losses: int, expected: str) -> None:
    assert after_lost_merge(losses) == expected
