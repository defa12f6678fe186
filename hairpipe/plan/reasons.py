"""Why a portrait is, or isn't, part of a run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hairpipe.plan.losses import NOTHING_ALLOWED, Allowed
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
    PLACEHOLDER_CHANGED = "placeholder_changed"
    METADATA_CHANGED = "metadata_changed"
    MTIME_ONLY = "mtime_only"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


EXTRACTED = frozenset({Reason.NEW, Reason.CHANGED, Reason.STALE, Reason.RETRY, Reason.PLACEHOLDER_CHANGED})


@dataclass(frozen=True)
class PlanLimits:
    """The settings that decide what is worth doing."""

    fingerprint: str
    """Of this run's settings; rows with another are stale."""
    max_attempts: int
    """Runs that may try the same picture when it can't be read or breaks the code."""
    placeholder_profiles: int
    """A picture shown by this many profiles is the site's placeholder."""
    drops_removed: bool = False
    """Whether rows of removed profiles go, also those that earlier runs had kept."""
    allowed: Allowed = NOTHING_ALLOWED
