"""Why a portrait is, or isn't, part of a run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hairpipe.plan.inventory import Known
from hairpipe.plan.losses import NOTHING_ALLOWED, Allowed
from hairpipe.run.rows import given_face_text, profile_digest
from hairpipe.source.profile import Portrait
from hairpipe.status import Status

# A picture that was listed and could not be read, or broke the code: the fault may have passed.
RETRIED = frozenset(
    {
        Status.MISSING,
        Status.OUTSIDE_ROOT,
        Status.UNREADABLE,
        Status.ERROR,
        Status.CRASHED,
        Status.TIMED_OUT,
        Status.OUT_OF_MEMORY,
    }
)
# Statuses that no setting of the extraction can change.
WITHOUT_PICTURE = frozenset(
    {Status.NO_IMAGE, Status.MISSING, Status.OUTSIDE_ROOT, Status.PLACEHOLDER, Status.EMPTY}
)


class Reason(StrEnum):
    """Why a portrait is, or isn't, part of a run."""

    NEW = "new"
    CHANGED = "changed"
    STALE = "stale"
    RETRY = "retry"
    RELABELLED = "relabelled"
    RENAMED = "renamed"
    TOUCHED = "touched"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


EXTRACTED = frozenset({Reason.NEW, Reason.CHANGED, Reason.STALE, Reason.RETRY, Reason.RELABELLED})


@dataclass(frozen=True)
class PlanLimits:
    """The settings that decide what is worth doing.

    Attributes
    ----------
    fingerprint : str
        Of this run's settings; rows with another are stale.
    max_attempts : int
        Runs that may try the same picture when it can't be read or breaks the code.
    placeholder_profiles : int
        A picture shown by this many profiles is the site's placeholder.
    drops_removed : bool
        Whether rows of removed profiles go, also those that earlier runs had kept.
    allowed : Allowed
    """

    fingerprint: str
    max_attempts: int
    placeholder_profiles: int
    drops_removed: bool = False
    allowed: Allowed = NOTHING_ALLOWED


def reason_for(portrait: Portrait, known: Known | None, limits: PlanLimits, same_content: bool) -> Reason:
    """Say why one portrait of the scrape is part of a run, as far as that is its own affair.

    Parameters
    ----------
    portrait : Portrait
        As the scrape tells of it now.
    known : Known or None
        As the last run left it.
    limits : PlanLimits
    same_content : bool
        Whether the picture is the one the last run saw.
    """
    if known is None:
        return Reason.NEW
    if not same_content or given_face_text(portrait) != known.given_face:
        return Reason.CHANGED
    status = Status(known.status)
    if portrait.problem is not None and portrait.problem != status:
        return Reason.CHANGED
    if portrait.problem is None and status in RETRIED and known.attempts < limits.max_attempts:
        return Reason.RETRY
    if limits.allowed.failures and known.keeps_result:
        return Reason.RETRY
    if known.fingerprint != limits.fingerprint and status not in WITHOUT_PICTURE:
        return Reason.STALE
    if known.removed or known.image != portrait.image or known.profile != profile_digest(portrait):
        return Reason.RENAMED
    return Reason.UNCHANGED if has_same_listing(portrait, known) else Reason.TOUCHED


def has_same_listing(portrait: Portrait, known: Known) -> bool:
    """Return whether the picture's path, size and version are what they were."""
    return (portrait.image, portrait.size, portrait.version) == (known.image, known.size, known.version)


def must_be_read(portrait: Portrait, known: Known) -> bool:
    """Return whether only the picture's bytes can tell if it changed.

    A listing that differs proves nothing while the size is the same: the file may be a copy. The size of
    a picture in a table is not known.
    """
    return (
        not has_same_listing(portrait, known)
        and portrait.problem is None
        and portrait.size == known.size
        and known.digest is not None
    )
