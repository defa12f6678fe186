from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.store.buckets import (
    FEWEST_BUCKETS,
    ROWS_PER_BUCKET,
    bucket_name,
    bucket_numbers,
    bucket_of,
    buckets_for,
)

COUNTS = st.sampled_from([1, 2, 16, 64, 1024])


@given(st.lists(st.text()), COUNTS)
def test_every_id_has_one_bucket(ids: list[str], count: int) -> None:
    numbers = bucket_numbers(ids, count)
    assert numbers.shape == (len(ids),)
    assert ((numbers >= 0) & (numbers < count)).all()
    assert numbers.tolist() == [bucket_of(portrait_id, count) for portrait_id in ids]


@given(st.text(), COUNTS)
def test_doubling_leaves_an_id_or_moves_it_by_the_old_count(portrait_id: str, count: int) -> None:
    before = bucket_of(portrait_id, count)
    assert bucket_of(portrait_id, 2 * count) in (before, before + count)


def test_buckets_are_the_same_on_every_machine_and_day() -> None:
    assert bucket_numbers(["1000", "1001", "1000#2", "アスカ"], 1024).tolist() == [105, 833, 147, 663]


def test_ids_spread_evenly() -> None:
    sizes = np.bincount(bucket_numbers(map(str, range(16_000)), 16))
    assert sizes.min() > 850
    assert sizes.max() < 1150


@pytest.mark.parametrize("count", [0, -16, 12, 17])
def test_a_count_that_is_no_power_of_two_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        bucket_numbers(["a"], count)


@given(st.integers(0, 10**8))
def test_the_count_is_the_smallest_that_holds_the_rows(rows: int) -> None:
    count = buckets_for(rows)
    assert count & (count - 1) == 0
    assert count * ROWS_PER_BUCKET >= rows
    assert count == FEWEST_BUCKETS or count // 2 * ROWS_PER_BUCKET < rows


def test_names_never_change_and_are_no_numbers() -> None:
    assert [bucket_name(number) for number in (0, 7, 99, 100)] == ["b00", "b07", "b99", "b100"]
