"""Whether a scrape under a new name is a known source's."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from hairpipe.plan.former_name import FormerName, former_name
from hairpipe.source.profile import Portrait, Reject, RejectReason
from hairpipe.store.schema import INVENTORY
from tests.plan.test_plan import known_row, portrait

BEFORE = [portrait(name) for name in "abc"]
REJECT = Reject(RejectReason.BAD_LINE, "line 1", "cut off")


def inventory(*portraits: Portrait, source: str = "old") -> pa.Table:
    return pa.Table.from_pylist([known_row(each, source=source) for each in portraits], INVENTORY)


@pytest.mark.parametrize(
    ("now", "same"),
    [
        (BEFORE, 3),
        # Another `carry` changes the digests of all profiles, a moved folder the paths of all pictures.
        ([replace(each, attributes={"age": 17}) for each in BEFORE], 3),
        ([replace(each, image=f"moved/{each.image}") for each in BEFORE], 3),
        ([*BEFORE, portrait("d"), portrait("e")], 3),
        ([BEFORE[0], REJECT, BEFORE[1], portrait("d")], 2),
    ],
)
def test_most_portraits_are_known_under_another_name(now: list[Portrait | Reject], same: int) -> None:
    of = sum(isinstance(each, Portrait) for each in now)
    assert former_name(now, inventory(*BEFORE), "new") == FormerName("old", same, of)


@pytest.mark.parametrize(
    "now",
    [
        [],
        [REJECT],
        # The same ids of other profiles with other pictures, with and without names.
        [replace(each, name="another", size=99) for each in BEFORE],
        [replace(each, name=None, attributes={}, size=99) for each in BEFORE],
        [*BEFORE, *(portrait(name) for name in "xyz")],
    ],
)
def test_a_new_source(now: list[Portrait | Reject]) -> None:
    known = inventory(*BEFORE)
    assert former_name(now, known, "new") is None


def test_ids_without_anything_else_tell_nothing() -> None:
    bare = [replace(each, name=None, attributes={}, image=None, size=None) for each in BEFORE]
    assert former_name(bare, inventory(*bare), "new") is None


def test_a_source_with_rows_of_its_own_and_an_empty_output_are_no_question() -> None:
    both = pa.concat_tables([inventory(*BEFORE), inventory(portrait("z"), source="new")])
    assert former_name(BEFORE, both, "new") is None
    assert former_name(BEFORE, INVENTORY.empty_table(), "new") is None
