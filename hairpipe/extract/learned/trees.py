"""Boosted trees as plain arrays: read without pickle, and independent of scikit-learn's version."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Trees:
    """Gradient-boosted binary classification trees.

    All nodes of all trees stand in one row; a leaf is its own child.

    Attributes
    ----------
    roots : ndarray of int32, (trees,)
    feature : ndarray of int16, (nodes,)
        Index of the feature that a node asks for; 0 in a leaf.
    threshold : ndarray of float32, (nodes,)
        A row goes left where its feature is at most this.
    left, right : ndarray of int32, (nodes,)
    value : ndarray of float32, (nodes,)
        What a leaf adds to the log odds; 0 elsewhere.
    baseline : float
        Log odds before the first tree.
    depth : int
        Steps from a root to the deepest leaf.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: Floats
    baseline: float
    depth: int

    def probabilities(self, rows: Floats) -> Floats:
        """Return the probability of the second class, (N,), for rows of finite features, (N, F)."""
        at = np.repeat(self.roots[None], len(rows), axis=0)
        values, starts = rows.ravel(), np.arange(len(rows), dtype=np.int32)[:, None] * rows.shape[1]
        for _ in range(self.depth):
            goes_left = values.take(starts + self.feature.take(at)) <= self.threshold.take(at)
            at = np.where(goes_left, self.left.take(at), self.right.take(at))
        odds = self.baseline + self.value[at].sum(axis=1)
        return np.asarray(1 / (1 + np.exp(-odds)), np.float32)
