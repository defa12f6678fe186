from __future__ import annotations

import numpy as np
import pytest

from hairpipe.errors import ConfigError
from hairpipe.quality.features import FEATURES
from hairpipe.quality.judgement import Judgement
from hairpipe.review.training import Examples, compare_quality, train_quality

KINDS = list(Judgement)


def examples(count: int, signal: float, shipped_noise: float | None = None, seed: int = 0) -> Examples:
    """Labels that one feature tells as well as `signal` says, and a shipped quality with some noise."""
    chance = np.random.default_rng(seed)
    truth = chance.random(count + 200)
    features = chance.normal(size=(count + 200, len(FEATURES)))
    features[:, 7] += signal * (truth - 0.5)
    labels = np.digitize(1 - truth[:count], [1 / 3, 2 / 3])
    shipped = np.full(count, np.nan)
    if shipped_noise is not None:
        shipped = truth[:count] + chance.normal(0, shipped_noise, count)
    return Examples(features[:count], labels, np.arange(count).astype(str), shipped, features[count:])


def test_a_learnt_model_rates_unseen_results_by_their_worth() -> None:
    model = train_quality(examples(200, signal=8))
    unseen = examples(100, signal=8, seed=1)
    ratings = model.ratings(unseen.features)

    means = [ratings[unseen.labels == kind].mean() for kind in range(3)]
    assert means[0] > means[1] > means[2]
    assert ((ratings >= 0) & (ratings <= 1)).all()


def test_the_gain_over_a_worse_quality_is_seen() -> None:
    compared = compare_quality(examples(150, signal=8, shipped_noise=2))

    assert compared.is_better
    assert compared.is_certain
    assert compared.shipped_auc < compared.learnt_auc <= 1


def test_no_gain_over_a_better_quality_is_said() -> None:
    compared = compare_quality(examples(150, signal=0, shipped_noise=0.01))

    assert not compared.is_better
    assert not compared.is_certain


def test_a_method_without_quality_is_no_better_than_chance() -> None:
    assert compare_quality(examples(100, signal=8)).shipped_auc == 0.5


def test_two_kinds_of_labels_are_enough() -> None:
    three = examples(150, signal=8)
    kept = three.labels != KINDS.index(Judgement.SO_SO)
    two = Examples(
        three.features[kept], three.labels[kept], three.groups[kept], three.shipped[kept], three.unlabelled
    )
    model = train_quality(two)
    ratings = model.ratings(two.features)

    assert model.judgements == (Judgement.GOOD, Judgement.UGLY)
    assert ratings[two.labels == 0].mean() > 0.7 > 0.3 > ratings[two.labels == 2].mean()


def test_nothing_unlabelled_is_no_obstacle() -> None:
    some = examples(60, signal=8)
    alone = Examples(some.features, some.labels, some.groups, some.shipped, some.unlabelled[:0])

    assert train_quality(alone).labels == 60


@pytest.mark.parametrize("labels", [[], [0] * 40, [2] * 40, [0] * 40 + [1] * 3])
def test_too_few_labels_are_told(labels: list[int]) -> None:
    count = len(labels)
    features = np.zeros((count, len(FEATURES)))
    few = Examples(
        features, np.array(labels, dtype=int), np.arange(count).astype(str), np.full(count, np.nan), features
    )
    with pytest.raises(ConfigError, match="too few to learn from"):
        train_quality(few)
    with pytest.raises(ConfigError, match="too few to learn from"):
        compare_quality(few)
