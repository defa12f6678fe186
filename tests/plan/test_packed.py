"""Portraits in packed blocks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hairpipe.plan.packed import PackedPortraits
from tests.run.works import portrait


@given(st.integers(0, 1600), st.data())
def test_packed_portraits_are_a_sequence(count: int, data: st.DataObject) -> None:
    plain = [portrait(f"p{number}", f"{number}.png") for number in range(count)]
    packed = PackedPortraits(plain)
    assert list(packed) == plain
    assert len(packed) == count
    cut = data.draw(st.slices(count))
    assert list(packed[cut]) == plain[cut]
    if plain:
        index = data.draw(st.integers(-count, count - 1))
        assert packed[index] == plain[index]
