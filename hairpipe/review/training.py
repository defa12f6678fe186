"""Learning a quality model from labels, with the unlabelled rest to help, and what it gains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier
from threadpoolctl import threadpool_limits

from hairpipe.errors import ConfigError
from hairpipe.quality.features import FEATURES
from hairpipe.quality.judgement import Judgement
from hairpipe.quality.model import UserQuality

_CLASSES = tuple(Judgement)
_UNLABELLED = -1
_SURE = 0.95
_REGULARISATION = 0.1
_FOLDS = 5
_REPEATS = 2
_RESAMPLES = 300
_FEWEST_OF_A_KIND = 8


@dataclass(frozen=True, eq=False)
class Examples:
    """What is learnt from."""

    features: NDArray[np.float64]
    """(N, F): of the labelled results."""
    labels: NDArray[np.int64]
    """(N,): positions in :class:`~hairpipe.store.labels.Judgement`."""
    groups: NDArray[np.str_]
    """(N,): results of the same picture have the same one."""
    shipped: NDArray[np.float64]
    """(N,): the method's own quality, NaN where it has none."""
    unlabelled: NDArray[np.float64]
    """(M, F): features of results without a label."""
    outdated: int = 0
    """Labels of results that are no longer there: the picture, or the mask found in it, is another."""


@dataclass(frozen=True)
class Comparison:
    """How well good results are told from others, by models that did not see them."""

    labels: int
    learnt_auc: float
    shipped_auc: float
    """Both are the area under the ROC curve for good against the rest: 0.5 is chance, 1 perfect."""
    gain_low: float
    gain_high: float
    """The ends of the 95% interval of the difference, by resampling the labels."""

    @property
    def is_better(self) -> bool:
        """Whether the learnt model is to be preferred."""
        return self.learnt_auc > self.shipped_auc

    @property
    def is_certain(self) -> bool:
        """Whether the gain is more than chance would give."""
        return self.gain_low > 0


def train_quality(examples: Examples) -> UserQuality:
    """Return a model learnt from the labels and, where it is sure of them, from unlabelled results.

    There must be enough labels, see :func:`check_enough`.

    Notes
    -----
    Self-training (D. Yarowsky, "Unsupervised word sense disambiguation rivaling supervised methods",
    1995): unlabelled results that the model is sure of by 95% are taken as labelled, and it is
    learnt anew.
    """
    check_enough(examples)
    with threadpool_limits(1):
        return _trained(examples)


def _trained(examples: Examples) -> UserQuality:
    scaler, classifier = _fit(examples.features, examples.labels, examples.unlabelled)
    weights, intercepts = classifier.coef_, classifier.intercept_
    if len(classifier.classes_) == 2:
        # scikit-learn gives the second class alone; the first one's scores are 0.
        weights, intercepts = np.vstack([np.zeros_like(weights), weights]), np.append(0.0, intercepts)
    return UserQuality(
        features=FEATURES,
        mean=tuple(scaler.mean_.tolist()),
        scale=tuple(scaler.scale_.tolist()),
        judgements=tuple(_CLASSES[index] for index in classifier.classes_),
        weights=tuple(tuple(row) for row in weights.tolist()),
        intercepts=tuple(intercepts.tolist()),
        labels=len(examples.labels),
        trained_at=datetime.now(UTC),
    )


def compare_quality(examples: Examples, seed: int = 0) -> Comparison:
    """Return how a learnt model compares with the shipped quality, by repeated 5-fold cross-validation.

    Results of the same picture are never in different folds. Where the method has no quality of its
    own, that counts as 0.5.

    Parameters
    ----------
    examples : Examples
        With enough labels, see :func:`check_enough`.
    seed : int
        Of the folds and the resampling.
    """
    check_enough(examples)
    good = examples.labels == _CLASSES.index(Judgement.GOOD)
    shipped = np.nan_to_num(examples.shipped, nan=0.5)
    # The matrices are small: threads would only wait for each other.
    with threadpool_limits(1):
        learnt = np.mean([_unseen_ratings(examples, seed + repeat) for repeat in range(_REPEATS)], axis=0)
    chance = np.random.default_rng(seed)
    gains = []
    for _ in range(_RESAMPLES):
        rows = chance.integers(0, len(good), len(good))
        if 0 < good[rows].sum() < len(rows):
            gains.append(roc_auc_score(good[rows], learnt[rows]) - roc_auc_score(good[rows], shipped[rows]))
    low, high = np.percentile(gains, [2.5, 97.5])
    return Comparison(
        labels=len(good),
        learnt_auc=float(roc_auc_score(good, learnt)),
        shipped_auc=float(roc_auc_score(good, shipped)),
        gain_low=float(low),
        gain_high=float(high),
    )


def check_enough(examples: Examples) -> None:
    """Raise ConfigError unless there are enough good labels and enough others to learn from."""
    good = int((examples.labels == _CLASSES.index(Judgement.GOOD)).sum())
    others = len(examples.labels) - good
    if min(good, others) < _FEWEST_OF_A_KIND:
        raise ConfigError(
            f"{good} good and {others} other labels are too few to learn from; "
            f"judge portraits until there are {_FEWEST_OF_A_KIND} of each, better 100"
        )


def _unseen_ratings(examples: Examples, seed: int) -> NDArray[np.float64]:
    """Return ratings of the labelled results, each by a model that did not learn from its picture."""
    ratings = np.empty(len(examples.labels))
    good = examples.labels == _CLASSES.index(Judgement.GOOD)
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=seed)
    for seen, unseen in folds.split(examples.features, good, examples.groups):
        part = Examples(
            examples.features[seen],
            examples.labels[seen],
            examples.groups[seen],
            examples.shipped[seen],
            examples.unlabelled,
        )
        ratings[unseen] = _trained(part).ratings(examples.features[unseen])
    return ratings


def _fit(
    features: NDArray[np.float64], labels: NDArray[np.int64], unlabelled: NDArray[np.float64]
) -> tuple[StandardScaler, LogisticRegression]:
    every = np.concatenate([features, unlabelled])
    scaler = StandardScaler().fit(every)
    targets = np.concatenate([labels, np.full(len(unlabelled), _UNLABELLED)])
    base = LogisticRegression(C=_REGULARISATION, max_iter=500)
    if len(unlabelled) == 0:
        return scaler, base.fit(scaler.transform(features), labels)
    learner = SelfTrainingClassifier(base, threshold=_SURE, max_iter=3)
    learner.fit(scaler.transform(every), targets)
    return scaler, learner.estimator_
