"""Boosted trees as plain arrays: read without pickle, and independent of scikit-learn's version."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# A tree's leaves are the bits of a 16-bit number.
MOST_LEAVES = 16


@dataclass(frozen=True, eq=False)
class Trees:
    """Gradient-boosted binary classification trees, of at most 16 leaves each.

    A tree's leaves are numbered from left to right, and no path is walked: every question of every
    tree is asked of a row, each "no" rules out the leaves on its left, and the first leaf that is
    left is the row's.

    Source of the method: Lucchese et al., "QuickScorer: a fast algorithm to rank documents with
    additive ensembles of regression trees", 2015.
    """

    feature: NDArray[np.int16]
    """(questions, trees): index of the feature that a question is about."""
    threshold: Floats
    """(questions, trees): the answer is yes where the feature is at most this. Infinite for trees with fewer
    questions."""
    kept: NDArray[np.uint16]
    """(questions, trees): the leaves that a no leaves possible, as bits."""
    value: Floats
    """(trees, 16): what each leaf adds to the log odds."""
    baseline: float
    """Log odds before the first tree."""

    def probabilities(self, rows: Floats) -> Floats:
        """Return the probability of the second class, (N,), for rows of finite features, (N, F)."""
        columns = np.ascontiguousarray(rows.T)
        ruled_out = np.zeros((self.feature.shape[1], len(rows)), np.uint16)
        for feature, threshold, kept in zip(self.feature, self.threshold, self.kept, strict=True):
            ruled_out |= (columns[feature] > threshold[:, None]) * ~kept[:, None]
        possible = ~ruled_out
        trees = np.arange(len(self.value))[:, None]
        odds = self.baseline + self.value.take(trees * MOST_LEAVES + _FIRST_LEAF.take(possible)).sum(axis=0)
        return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def _first_leaves() -> NDArray[np.uint8]:
    """Return the place of the lowest bit of every 16-bit number."""
    numbers = np.arange(2**MOST_LEAVES, dtype=np.int64)
    lowest = numbers & -numbers
    return np.asarray(np.log2(np.maximum(lowest, 1)), np.uint8)


_FIRST_LEAF = _first_leaves()
