"""A small classifier stored as plain numbers: what was fitted once is read safely anywhere."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from hairpipe.configuration.settings_model import SettingsModel

Floats = NDArray[np.float64]


class SoftmaxModel(SettingsModel):
    """Softmax regression on standardised features."""

    classes: tuple[str, ...]
    """In the order of the rows of `weights`."""
    features: tuple[str, ...]
    """In the order of the columns."""
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    """With the mean, to standardise each feature."""
    weights: tuple[tuple[float, ...], ...]
    """One row for each class, one number for each feature."""
    intercepts: tuple[float, ...]
    """One for each class."""
    fitted_to: str = ""
    """What it was fitted to, for people."""

    @model_validator(mode="after")
    def _fits_together(self) -> SoftmaxModel:
        lengths = {len(self.features), len(self.mean), len(self.scale), *map(len, self.weights)}
        if len(lengths) != 1 or {len(self.weights), len(self.intercepts)} != {len(self.classes)}:
            raise ValueError("its numbers don't fit together")
        if not all(scale > 0 for scale in self.scale):
            raise ValueError("a scale is not positive")
        return self

    @functools.cached_property
    def _arrays(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Mean, scale, weights and intercepts; making arrays of the tuples takes longer than using them."""
        return np.array(self.mean), np.array(self.scale), np.array(self.weights), np.array(self.intercepts)

    def probabilities(self, rows: NDArray[np.floating] | Sequence[Sequence[float]]) -> Floats:
        """Return how likely each class is, (n, classes), for rows of features, (n, features).

        Parameters
        ----------
        rows : ndarray of float, (n, features)
            A missing value, NaN, counts nothing.
        """
        scores = self._standard(rows) @ self._arrays[2].T + self._arrays[3]
        return softmax(scores)

    def contributions(self, row: Floats, chosen: str, other: str) -> Floats:
        """Return what each feature adds to the log odds of one class against another, (features,).

        Parameters
        ----------
        row : ndarray of float, (features,)
        chosen, other : str
            Two of `classes`.
        """
        weights = self._arrays[2]
        difference = weights[self.classes.index(chosen)] - weights[self.classes.index(other)]
        return np.asarray(self._standard(row) * difference, np.float64)

    def _standard(self, rows: NDArray[np.floating] | Sequence[Sequence[float]]) -> Floats:
        mean, scale, *_ = self._arrays
        return np.nan_to_num((np.asarray(rows, np.float64) - mean) / scale, nan=0.0)


def softmax(scores: Floats) -> Floats:
    """Return the probabilities of rows of scores, (n, classes)."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float64)
