"""Fits small classifiers, and says what they would have said of groups they had not learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from hairpipe.extract.softmax_model import SoftmaxModel

Floats = NDArray[np.float64]

_FOLDS = 5
_DIGITS = 5
# Added to each feature's scale, so that one which is always the same doesn't divide by 0.
_LEAST_SCALE = 1e-3


@dataclass(frozen=True, eq=False)
class Lessons:
    """What a classifier learns from."""

    features: tuple[str, ...]
    """Names, in the order of the rows' columns."""
    classes: tuple[str, ...]
    """Names, in the order of the model's classes."""
    rows: Floats
    """(n, features)."""
    labels: tuple[str, ...]
    """The class of each row."""
    weights: Floats
    groups: tuple[str, ...]
    """Rows that share one are never divided between fitting and testing."""
    freedom: float
    """Inverse strength of the regularisation, in scikit-learn's sense."""
    balanced: bool = False
    """Whether all classes are to count the same, however rare."""

    def at(self, places: NDArray[np.intp]) -> Lessons:
        """Return some of the lessons."""
        return replace(
            self,
            rows=self.rows[places],
            labels=tuple(self.labels[place] for place in places),
            weights=self.weights[places],
            groups=tuple(self.groups[place] for place in places),
        )


def fit_softmax(lessons: Lessons, fitted_to: str = "") -> SoftmaxModel | None:
    """Return a classifier; None where a class has no example."""
    if set(lessons.labels) != set(lessons.classes):
        return None
    mean = np.average(lessons.rows, axis=0, weights=lessons.weights)
    variance = np.average((lessons.rows - mean) ** 2, axis=0, weights=lessons.weights)
    scale = np.sqrt(variance) + _LEAST_SCALE
    regression = LogisticRegression(
        C=lessons.freedom, max_iter=3000, class_weight="balanced" if lessons.balanced else None
    )
    # On one thread: the same lessons give the same model, however many processors there are.
    with threadpool_limits(1):
        regression.fit(
            (lessons.rows - mean) / scale,
            [lessons.classes.index(label) for label in lessons.labels],
            sample_weight=lessons.weights,
        )
    return softmax_model(regression, lessons.classes, lessons.features, mean, scale, fitted_to)


def softmax_model(
    regression: LogisticRegression,
    classes: tuple[str, ...],
    features: tuple[str, ...],
    mean: Floats,
    scale: Floats,
    fitted_to: str,
) -> SoftmaxModel:
    """Return a fitted regression over standardised features as plain, rounded numbers."""
    weights, intercepts = regression.coef_, regression.intercept_
    if len(classes) == 2:
        weights, intercepts = np.vstack([0 * weights, weights]), np.append(0.0, intercepts)
    return SoftmaxModel(
        classes=classes,
        features=features,
        mean=_rounded(mean),
        scale=_rounded(scale),
        weights=tuple(_rounded(row) for row in weights),
        intercepts=_rounded(intercepts),
        fitted_to=fitted_to,
    )


def cross_validated(lessons: Lessons, fallback: SoftmaxModel) -> list[dict[str, float]]:
    """Return how likely each class is for each row, by models that have not seen the row's group.

    The fallback says it where there is too little to fit a model to.
    """
    answers: list[dict[str, float]] = [{} for _ in lessons.labels]
    for fitted, left_out in _folds(lessons.groups):
        model = fit_softmax(lessons.at(fitted)) or fallback
        for place, likely in zip(left_out, model.probabilities(lessons.rows[left_out]), strict=True):
            answers[place] = dict(zip(model.classes, map(float, likely), strict=True))
    return answers


def _folds(groups: Sequence[str]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    places = np.arange(len(groups))
    count = min(_FOLDS, len(set(groups)))
    if count < 2:
        # Nothing to fit to that the rows are not in: the fallback judges all.
        return [(places[:0], places)] if len(places) else []
    return list(GroupKFold(count).split(places, groups=np.array(groups)))


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), _DIGITS) for value in values)
