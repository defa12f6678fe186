"""Runs of a map of labels: what sums over regions are made from, at a fraction of the pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Runs:
    """Neighbouring pixels of one row with one label, in the order of rows and columns."""

    starts: NDArray[np.intp]
    """(n,): place of each run's first pixel in the flat map."""
    lengths: NDArray[np.intp]
    """(n,): pixels of each."""
    labels: NDArray[np.int32]
    """(n,): label of each."""


def runs_of(labels: NDArray[np.int32]) -> Runs:
    """Return the runs of a map of labels, (H, W)."""
    begins = np.ones(labels.shape, bool)
    np.not_equal(labels[:, 1:], labels[:, :-1], out=begins[:, 1:])
    starts = np.flatnonzero(begins)
    return Runs(starts, np.diff(starts, append=labels.size), labels.ravel().take(starts))


def label_areas(labels: NDArray[np.int32], count: int) -> NDArray[np.intp]:
    """Return how many pixels of a map of labels, (H, W), have each of the labels 0 to `count` - 1."""
    runs = runs_of(labels)
    return np.bincount(runs.labels, runs.lengths, count).astype(np.intp)
