"""Fits the choice of regions: boosted trees over what is known of each region."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from hairpipe.extract.learned.regions.trees import MOST_LEAVES, Floats, Trees


@dataclass(frozen=True, eq=False)
class RegionExample:
    """The regions of one portrait, and how much of each is hair."""

    rows: Floats
    """(regions, features). From :func:`hairpipe.extract.learned.regions.features.region_features`."""
    hair: NDArray[np.float64]
    """The part of each region that is hair."""
    pixels: NDArray[np.intp]
    weight: float


def fit_choice(examples: Sequence[RegionExample], seed: int) -> Trees:
    """Return trees that tell hair from other regions.

    A region counts by its part of the picture and by how clearly it is one or the other, so that
    what the trees minimise is close to the number of wrong pixels. The examples have at least one region that
    is mostly hair and one that is not.
    """
    hair = np.concatenate([example.hair for example in examples])
    parts = [example.weight * example.pixels / example.pixels.sum() for example in examples]
    weights = np.concatenate(parts) * np.abs(2 * hair - 1)
    model = HistGradientBoostingClassifier(
        max_iter=160,
        learning_rate=0.06,
        max_leaf_nodes=15,
        min_samples_leaf=40,
        l2_regularization=5.0,
        max_bins=128,
        # Each split chooses among so many of the features, which makes the trees differ.
        max_features=0.4,
        random_state=seed,
        early_stopping=False,
    )
    # On one thread: the same examples give the same trees, however many processors there are.
    with threadpool_limits(1):
        model.fit(
            np.concatenate([example.rows for example in examples]),
            hair > 0.5,
            sample_weight=weights / weights.mean(),
        )
    return as_trees(model)


def as_trees(model: HistGradientBoostingClassifier) -> Trees:
    """Return a fitted binary classifier over numbers as arrays that answer finite float32 rows alike.

    Raises
    ------
    ValueError
        If a tree has more than 16 leaves.
    """
    walked = [_walked(predictor.nodes) for (predictor,) in model._predictors]
    if any(len(values) > MOST_LEAVES for _, values in walked):
        raise ValueError(f"a tree has more than {MOST_LEAVES} leaves; fit with a lower max_leaf_nodes")
    shape = (max(len(questions) for questions, _ in walked), len(walked))
    feature, kept = np.zeros(shape, np.int16), np.zeros(shape, np.uint16)
    threshold = np.full(shape, np.inf, np.float32)
    value = np.zeros((len(walked), MOST_LEAVES), np.float32)
    for tree, (questions, values) in enumerate(walked):
        value[tree, : len(values)] = values
        for place, question in enumerate(questions):
            feature[place, tree] = question.feature
            threshold[place, tree] = _rounded_down(question.threshold)
            kept[place, tree] = question.kept
    return Trees(feature, threshold, kept, value, float(np.ravel(model._baseline_prediction)[0]))


class _Question(NamedTuple):
    feature: int
    threshold: float
    kept: int


def _walked(nodes: NDArray[np.void]) -> tuple[list[_Question], list[float]]:
    """Return a tree's questions, and the values of its leaves from left to right."""
    questions: list[_Question] = []
    values: list[float] = []

    def walk(node: np.void) -> None:
        if node["is_leaf"]:
            values.append(float(node["value"]))
            return
        first = len(values)
        walk(nodes[node["left"]])
        on_the_left = 2 ** len(values) - 2**first
        walk(nodes[node["right"]])
        kept = (2**MOST_LEAVES - 1) & ~on_the_left
        questions.append(_Question(int(node["feature_idx"]), float(node["num_threshold"]), kept))

    walk(nodes[0])
    return questions, values


def as_npz(trees: Trees) -> bytes:
    """Return trees as a compressed NumPy file of plain arrays."""
    file = io.BytesIO()
    arrays: dict[str, Any] = {field.name: np.asarray(getattr(trees, field.name)) for field in fields(trees)}
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _rounded_down(threshold: float) -> np.float32:
    """Return the largest float32 not above a number: the same float32 features are at most that."""
    near = np.float32(threshold)
    return near if float(near) <= threshold else np.nextafter(near, np.float32(-np.inf))
