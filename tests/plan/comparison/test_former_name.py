"""Whether a scrape under a new name is a known source's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from hairpipe.plan.comparison.former_name import FormerName
from hairpipe.plan.comparison.former_name import former_name as former_name_in
from hairpipe.plan.plan import open_database
from hairpipe.source.profile import Portrait, Reject, RejectReason
from tests.plan.test_plan import Inventory, Scrape, known_row, portrait

BEFORE = [portrait(name) for name in "abc"]
REJECT = Reject(RejectReason.BAD_LINE, "line 1", "cut off")


def inventory(*portraits: Portrait, source: str = "old") -> Inventory:
    return Inventory(tuple(known_row(each, source=source) for each in portraits))


def former_name(now: Iterable[Portrait | Reject], known: Inventory, name: str) -> FormerName | None:
    database, _ = open_database(Scrape(now), known)
    return former_name_in(database, name)


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
    both = Inventory(inventory(*BEFORE).rows + inventory(portrait("z"), source="new").rows)
    assert former_name(BEFORE, both, "new") is None
    assert former_name(BEFORE, Inventory(()), "new") is None
