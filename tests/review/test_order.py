from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hairpipe.quality.judgement import Judgement
from hairpipe.review.order import RANDOM_EVERY, Estimate, good_shares, teaching_order
from hairpipe.store.labels import Label, SampleReason

qualities = hnp.arrays(np.float64, st.integers(0, 60), elements=st.one_of(st.just(np.nan), st.floats(0, 1)))


@given(qualities, st.integers(0, 5))
def test_every_portrait_comes_once(quality: np.ndarray, seed: int) -> None:
    order = teaching_order(quality, seed)

    assert sorted(order.rows.tolist()) == list(range(len(quality)))
    assert order.is_random.sum() == len(quality) // RANDOM_EVERY


def test_uncertain_portraits_come_first_among_the_chosen() -> None:
    quality = np.random.default_rng(0).random(400)
    order = teaching_order(quality, 0)
    chosen = order.rows[~order.is_random[order.rows]]

    assert np.all(np.diff(np.abs(quality[chosen] - 0.5)) >= 0)


def test_one_in_four_is_random_from_the_start() -> None:
    order = teaching_order(np.random.default_rng(0).random(400), 0)

    for end in (40, 200, 400):
        assert order.is_random[order.rows[:end]].mean() == pytest.approx(1 / RANDOM_EVERY, abs=0.01)


def test_the_random_picks_do_not_depend_on_the_quality() -> None:
    low, high = np.zeros(100), np.ones(100)

    assert np.array_equal(teaching_order(low, 3).is_random, teaching_order(high, 3).is_random)


def test_unrated_portraits_come_after_the_rated_ones() -> None:
    quality = np.array([np.nan] * 50 + [1.0] * 50)
    order = teaching_order(quality, 1)
    chosen = order.rows[~order.is_random[order.rows]]

    assert np.all(np.diff(np.isnan(quality[chosen]).astype(int)) >= 0)


def given_label(judged: Judgement | None, picked: SampleReason = SampleReason.RANDOM) -> Label:
    return Label(
        "1", "drawn", judged, None, None, None, None, picked, datetime(2026, 1, 1, tzinfo=UTC), "ann"
    )


def test_shares_are_of_random_picks_only() -> None:
    labels = [given_label(Judgement.GOOD)] * 6 + [given_label(Judgement.UGLY)] * 4
    noise = [given_label(Judgement.UGLY, SampleReason.UNCERTAIN)] * 50 + [given_label(None)]

    estimate = good_shares(labels + noise)["mask"]

    assert (estimate.judged, estimate.share) == (10, 0.6)
    # Wilson's interval for 6 of 10.
    assert (estimate.low, estimate.high) == pytest.approx((0.313, 0.832), abs=0.001)


def test_a_name_is_right_where_no_other_is_to_be_used() -> None:
    right = replace(given_label(None), names=("blue",))
    wrong = replace(given_label(None), names=("red",), corrected_color="red")

    estimate = good_shares([right, right, wrong, given_label(Judgement.GOOD)])["name"]

    assert (estimate.judged, estimate.share) == (3, pytest.approx(2 / 3))


def test_a_share_of_nothing_is_unknown() -> None:
    assert good_shares([])["mask"] == Estimate(0, 0.0, 0.0, 1.0)
