"""What the driver decides, as small pure functions: batch size, lost batches, backups, exit code."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from enum import StrEnum

from hairpipe.errors import EXIT_OK, EXIT_THRESHOLD
from hairpipe.status import FAILURES, Status

# A first run knows no rate; this is a slow portrait of the slowest method.
FIRST_GUESS_SECONDS = 0.05
SMALLEST_BATCH = 8
LARGEST_BATCH = 2000
# Parts of a worker's share of what is left: the more, the evener the end and the more batches.
PARTS_PER_WORKER = 3
LOSSES_OF_ONE_PICTURE = 3
LOSSES_OF_ONE_MERGE = 3
LOSSES_OF_A_CLUSTER = 3

QUARANTINED = frozenset({Status.CRASHED, Status.TIMED_OUT, Status.OUT_OF_MEMORY})


class NextStep(StrEnum):
    """What becomes of a batch whose task came to nothing."""

    AGAIN = "again"
    HALVES = "halves"
    ALONE = "alone"
    GIVE_UP = "give up"


def batch_size(
    left: int, given: int, workers: int, seconds_per_portrait: float | None, batch_seconds: float
) -> int:
    """Return how many pictures the next batch has.

    Small at first, so that the first result comes soon and tells how fast the rest will go; then long
    enough that Dask's own milliseconds don't count, and short enough that a killed worker loses little;
    small again at the end, so that no worker is left idle. The end is guided self-scheduling
    (C. D. Polychronopoulos and D. J. Kuck, 1987).

    Parameters
    ----------
    left : int
        Pictures that are in no batch yet.
    given : int
        Pictures that are.
    seconds_per_portrait : float or None
        As this run or the last one measured it.
    batch_seconds : float
        ImageTask aimed at in one batch.
    """
    by_time = batch_seconds / (seconds_per_portrait or FIRST_GUESS_SECONDS)
    at_start = given // max(workers, 1)
    at_end = math.ceil(left / (max(workers, 1) * PARTS_PER_WORKER))
    return max(SMALLEST_BATCH, min(LARGEST_BATCH, int(by_time), at_start, at_end))


def after_loss(tasks: int, losses: int, suspects_grew: bool) -> NextStep:
    """Decide what to do with a batch whose worker died once too often.

    Parameters
    ----------
    tasks : int
        Pictures in the batch.
    losses : int
        Times its task has come to nothing, this one included.
    suspects_grew : bool
        Whether the last attempt named one more picture that kills.
    """
    if tasks == 1:
        # Alone, a picture can't harm the worker: it dies of something else, and will again.
        return NextStep.ALONE if losses <= LOSSES_OF_ONE_PICTURE else NextStep.GIVE_UP
    if suspects_grew or losses < 2:
        return NextStep.AGAIN
    return NextStep.HALVES


def after_lost_merge(losses: int) -> NextStep:
    """Decide what to do with a merge whose worker died once too often.

    Parameters
    ----------
    losses : int
        Times its task has come to nothing, this one included.
    """
    return NextStep.AGAIN if losses <= LOSSES_OF_ONE_MERGE else NextStep.GIVE_UP


def wants_backup(
    running_seconds: float, portraits: int, finished_rates: Sequence[float], open_batches: int, workers: int
) -> bool:
    """Decide whether a slow batch is started a second time on another worker.

    Safe because a batch done twice gives the same file. The rule is the one of MapReduce's backup
    tasks: only near the end, when workers would be idle, and only for a clear straggler.

    Parameters
    ----------
    running_seconds : float
        How long the batch has been running.
    portraits : int
        In it.
    finished_rates : sequence of float
        Seconds a portrait took in each of the finished batches.
    open_batches : int
        Batches not finished yet.
    """
    if len(finished_rates) < 4 or open_batches >= workers or workers < 2:
        return False
    expected = portraits * statistics.median_high(finished_rates)
    return running_seconds > 3 * expected and running_seconds > 2.0


def wants_reconnection(losses: int) -> bool:
    """Decide whether to connect to a cluster once more.

    One that goes down again and again before a single batch is done may well do so because of this run.

    Parameters
    ----------
    losses : int
        Connections lost since a batch was last finished, this one included.
    """
    return losses <= LOSSES_OF_A_CLUSTER


def exit_code(statuses: Mapping[str, int], max_failed_share: float) -> int:
    """Return 0, or 3 when more of the portraits failed than the configuration allows.

    A picture without a face or without hair is a result, not a failure; so is a placeholder.
    """
    total = sum(statuses.values())
    failed = sum(count for status, count in statuses.items() if status in FAILURES)
    return EXIT_THRESHOLD if total and failed / total > max_failed_share else EXIT_OK
