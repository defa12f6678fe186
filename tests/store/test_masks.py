from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from pycocotools import mask as coco

from hairpipe.store.masks import decode_mask, encode_mask, run_lengths

MASKS = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40))


@given(MASKS)
def test_a_mask_comes_back(mask: NDArray[np.bool_]) -> None:
    decoded = decode_mask(encode_mask(mask), *mask.shape)
    assert decoded.dtype == np.bool_
    np.testing.assert_array_equal(decoded, mask)


@given(MASKS)
def test_pycocotools_reads_what_was_written(mask: NDArray[np.bool_]) -> None:
    area = coco.area({"size": list(mask.shape), "counts": encode_mask(mask).encode()})
    assert area == mask.sum()


@given(MASKS)
def test_runs_say_what_the_mask_says(mask: NDArray[np.bool_]) -> None:
    runs = run_lengths(encode_mask(mask))
    assert runs.sum() == mask.size
    assert runs[1::2].sum() == mask.sum()
    values = np.resize([False, True], len(runs))
    np.testing.assert_array_equal(np.repeat(values, runs), mask.ravel(order="F"))


@pytest.mark.parametrize("fill", [False, True])
def test_a_large_plain_mask_comes_back(fill: bool) -> None:
    mask = np.full((3000, 4000), fill)
    np.testing.assert_array_equal(decode_mask(encode_mask(mask), 3000, 4000), mask)


def test_a_view_that_is_not_contiguous_comes_back() -> None:
    mask = np.arange(60).reshape(6, 10) % 3 == 0
    np.testing.assert_array_equal(decode_mask(encode_mask(mask[::2, ::3]), 3, 4), mask[::2, ::3])


@pytest.mark.parametrize("mask", [np.zeros((2, 2), np.uint8), np.zeros(4, bool), np.zeros((2, 2, 1), bool)])
def test_what_is_no_mask_is_refused(mask: NDArray[np.bool_]) -> None:
    with pytest.raises(ValueError, match="two-dimensional array of bool"):
        encode_mask(mask)


@given(st.text(max_size=30))
def test_text_that_is_no_mask_of_this_size_is_refused_or_right(counts: str) -> None:
    try:
        mask = decode_mask(counts, 5, 7)
    except ValueError:
        return
    assert run_lengths(counts)[1::2].sum() == mask.sum()


def test_a_mask_of_another_size_is_refused() -> None:
    counts = encode_mask(np.ones((4, 5), bool))
    with pytest.raises(ValueError, match="4 x 6"):
        decode_mask(counts, 4, 6)
