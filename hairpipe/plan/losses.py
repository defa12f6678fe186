"""What a scrape would take from the tables, and whether that is more than a scrape in order takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# So few may be gone from a source of any size.
A_HANDFUL = 5


@dataclass(frozen=True)
class Allowed:
    """What a person has said that this one run may do."""

    removals: bool = False
    """Take known portraits that the scrape doesn't have for removed, however many, and also where lines can't
    be read."""
    failures: bool = False
    """Let rows without a result take the place of good ones, however many."""
    new_source: bool = False
    """Take a scrape for a new source's, though most of its portraits are known under another name."""


NOTHING_ALLOWED = Allowed()


@dataclass(frozen=True)
class Losses:
    """Known portraits of a source that its scrape has nothing of."""

    known: int = 0
    """Portraits of the source in the tables, those marked removed left out."""
    absent: int = 0
    """Of these, not in the scrape."""
    unclear: Mapping[str, int] = field(default_factory=dict)
    """Lines of the scrape of which nobody can tell whose they are, by reason: any may be an absent
    portrait's."""
    good: int = 0
    """Known portraits that are ok."""
    without_picture: int = 0
    """Of these, in the scrape without a picture: none named, gone, empty, or the site's placeholder."""
    example: str = ""
    """The first of these, with its picture; empty where there is none."""


def is_too_much(lost: int, of: int, share: float) -> bool:
    """Say whether a scrape that has lost so many of its portraits is taken for damaged.

    Parameters
    ----------
    of : int
        Portraits that could have been lost.
    share : float
        May be lost.
    """
    return lost > A_HANDFUL and lost > share * of


def concludes_removals(unclear: Mapping[str, int], allowed: Allowed) -> bool:
    """Say whether portraits that are not in a scrape count as removed."""
    return allowed.removals or not unclear


def complaints(losses: Losses, source: str, share: float, allowed: Allowed) -> tuple[str, ...]:
    """Return why a run over this scrape would not begin, one sentence each; empty where it would.

    Parameters
    ----------
    source : str
        Its name.
    share : float
        ``run.max_lost_share``.
    """
    found = []
    limit = f"over run.max_lost_share ({share:.0%})"
    if not allowed.removals and not losses.unclear and is_too_much(losses.absent, losses.known, share):
        found.append(
            f"{losses.absent} of the {losses.known} known portraits of source {source!r} are not in its "
            f"scrape, {limit}: see that the scrape is whole, source.path is right and another source has a "
            "source.name of its own, or, if they are really gone, run with --allow-removals"
        )
    if not allowed.failures and is_too_much(losses.without_picture, losses.good, share):
        found.append(
            f"{losses.without_picture} of the {losses.good} portraits of source {source!r} that were ok have "
            f"no picture now, {limit}, such as {losses.example}: see that the pictures' folder is right and "
            "mounted, or run with --allow-failures to publish them as failed, or with "
            "--set run.max_lost_share=1 to go on and keep what was found before"
        )
    return tuple(found)


def notes(losses: Losses, allowed: Allowed) -> tuple[str, ...]:
    """Return what a person should know of a run that begins, one sentence each."""
    if concludes_removals(losses.unclear, allowed) or not losses.absent:
        return ()
    lines = ", ".join(f"{count} {reason}" for reason, count in losses.unclear.items())
    return (
        f"{losses.absent} known portraits are not in the scrape, but as not all of it can be read ({lines}) "
        "none counts as removed; mend the scrape, or run with --allow-removals if they are gone",
    )
