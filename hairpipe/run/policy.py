"""What the driver decides, as small pure functions: unit size, lost units, backups, exit code."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum

from hairpipe.errors import EXIT_OK, EXIT_THRESHOLD
from hairpipe.status import Status

# A first run knows no rate; this is a slow portrait of the slowest method.
FIRST_GUESS_SECONDS = 0.05
SMALLEST_UNIT = 8
LARGEST_UNIT = 2000
UNITS_PER_WORKER = 6
LOSSES_OF_ONE_PICTURE = 3
LOSSES_OF_A_CLUSTER = 3

FAILURES = frozenset(
    {
        Status.UNREADABLE,
        Status.EMPTY,
        Status.NOT_AN_IMAGE,
        Status.TRUNCATED,
        Status.TOO_LARGE,
        Status.MISSING,
        Status.OUTSIDE_ROOT,
        Status.ERROR,
        Status.CRASHED,
        Status.TIMED_OUT,
        Status.OUT_OF_MEMORY,
    }
)
QUARANTINED = frozenset({Status.CRASHED, Status.TIMED_OUT, Status.OUT_OF_MEMORY})


class NextStep(StrEnum):
    """What becomes of a unit whose task came to nothing."""

    AGAIN = "again"
    HALVES = "halves"
    ALONE = "alone"
    GIVE_UP = "give up"


def unit_size(portraits: int, workers: int, seconds_per_portrait: float | None, unit_seconds: float) -> int:
    """Return how many portraits make a unit.

    Long enough that Dask's own milliseconds don't count, short enough that a killed worker loses
    little and that the last units don't leave other workers idle.

    Parameters
    ----------
    portraits : int
        In the whole run.
    workers : int
    seconds_per_portrait : float or None
        As the last run measured it.
    unit_seconds : float
        Work aimed at in one unit.
    """
    by_time = unit_seconds / (seconds_per_portrait or FIRST_GUESS_SECONDS)
    by_balance = math.ceil(portraits / (max(workers, 1) * UNITS_PER_WORKER))
    return max(SMALLEST_UNIT, min(LARGEST_UNIT, int(by_time), by_balance))


def after_loss(works: int, losses: int, suspects_grew: bool) -> NextStep:
    """Decide what to do with a unit whose worker died once too often.

    Parameters
    ----------
    works : int
        Pictures in the unit.
    losses : int
        Times its task has come to nothing, this one included.
    suspects_grew : bool
        Whether the last attempt named one more picture that kills.
    """
    if works == 1:
        # Alone, a picture can't harm the worker: it dies of something else, and will again.
        return NextStep.ALONE if losses <= LOSSES_OF_ONE_PICTURE else NextStep.GIVE_UP
    if suspects_grew or losses < 2:
        return NextStep.AGAIN
    return NextStep.HALVES


def wants_backup(
    running_seconds: float, finished_seconds: list[float], open_units: int, workers: int
) -> bool:
    """Decide whether a slow unit is started a second time on another worker.

    Safe because a unit done twice gives the same file. The rule is the one of MapReduce's backup
    tasks: only near the end, when workers would be idle, and only for a clear straggler.

    Parameters
    ----------
    running_seconds : float
        How long the unit has been running.
    finished_seconds : list of float
        Durations of the finished units.
    open_units : int
        Units not finished yet.
    workers : int
    """
    if len(finished_seconds) < 4 or open_units >= workers or workers < 2:
        return False
    ordered = sorted(finished_seconds)
    median = ordered[len(ordered) // 2]
    return running_seconds > 3 * median and running_seconds > 2.0


def wants_reconnection(losses: int) -> bool:
    """Decide whether to connect to a cluster once more.

    One that goes down again and again before a single unit is done may well do so because of this run.

    Parameters
    ----------
    losses : int
        Connections lost since a unit was last finished, this one included.
    """
    return losses <= LOSSES_OF_A_CLUSTER


def exit_code(statuses: Mapping[str, int], max_failed_share: float) -> int:
    """Return 0, or 3 when more of the portraits failed than the configuration allows.

    A picture without a face or without hair is a result, not a failure; so is a placeholder.
    """
    total = sum(statuses.values())
    failed = sum(count for status, count in statuses.items() if status in FAILURES)
    return EXIT_THRESHOLD if total and failed / total > max_failed_share else EXIT_OK
