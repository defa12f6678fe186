"""Texts in a column that grows."""

from __future__ import annotations

import pytest

from hairpipe.plan.text_column import TextColumn


@pytest.mark.parametrize("count", [0, 1, 10_000, 25_001])
def test_texts_and_nulls_come_back_in_order(count: int) -> None:
    texts = [None if number % 7 == 0 else f"text {number}" for number in range(count)]
    column = TextColumn()
    for text in texts:
        column.append(text)
    assert column.to_arrow().to_pylist() == texts
