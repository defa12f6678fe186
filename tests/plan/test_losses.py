"""When a scrape is taken for damaged."""

from __future__ import annotations

import pytest

from hairpipe.plan.losses import Allowed, Losses, complaints, is_too_much, notes


@pytest.mark.parametrize(
    ("lost", "of", "share", "expected"),
    [
        (0, 0, 0.1, False),
        (0, 1000, 0.0, False),
        (5, 5, 0.1, False),
        (6, 6, 0.1, True),
        (6, 60, 0.1, False),
        (7, 60, 0.1, True),
        (100, 1000, 0.1, False),
        (101, 1000, 0.1, True),
        (6, 1000, 0.0, True),
        (1000, 1000, 1.0, False),
    ],
)
def test_too_much_is_more_than_a_share_and_than_a_handful(
    lost: int, of: int, share: float, expected: bool
) -> None:
    assert is_too_much(lost, of, share) is expected


SHRUNK = Losses(known=100, absent=50)
CUT_OFF = Losses(known=100, absent=50, unclear={"cut_off": 1})
UNMOUNTED = Losses(known=100, good=80, without_picture=80, example="'17' (17.png)")


@pytest.mark.parametrize(
    ("losses", "allowed", "complained", "noted"),
    [
        (Losses(), Allowed(), [], []),
        (Losses(known=100, absent=5, good=80, without_picture=5), Allowed(), [], []),
        (SHRUNK, Allowed(), ["--allow-removals"], []),
        (SHRUNK, Allowed(failures=True), ["--allow-removals"], []),
        (SHRUNK, Allowed(removals=True), [], []),
        # Nobody is removed, so nothing is lost: the run goes on and says so.
        (CUT_OFF, Allowed(), [], ["1 cut_off"]),
        (CUT_OFF, Allowed(removals=True), [], []),
        (Losses(known=100, unclear={"bad_line": 3}), Allowed(), [], []),
        (UNMOUNTED, Allowed(), ["--allow-failures"], []),
        (UNMOUNTED, Allowed(removals=True), ["--allow-failures"], []),
        (UNMOUNTED, Allowed(failures=True), [], []),
        (
            Losses(known=100, absent=50, good=50, without_picture=20),
            Allowed(),
            ["--allow-removals", "--allow-failures"],
            [],
        ),
    ],
)
def test_what_is_said_of_losses(
    losses: Losses, allowed: Allowed, complained: list[str], noted: list[str]
) -> None:
    said = complaints(losses, "scrape", 0.1, allowed)
    assert [remedy in sentence for remedy, sentence in zip(complained, said, strict=True)] == [True] * len(
        said
    )
    told = notes(losses, allowed)
    assert [lines in sentence for lines, sentence in zip(noted, told, strict=True)] == [True] * len(told)
