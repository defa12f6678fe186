"""What a run would do and what it would take, told without doing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hairpipe.config import Config
from hairpipe.plan.losses import NOTHING_ALLOWED, Allowed
from hairpipe.plan.prepare import prepare
from hairpipe.source.profile import Reject
from hairpipe.storage.folder import Folder
from hairpipe.store.check.presence import misplaced_files, told
from hairpipe.store.log.run_id import new_run_id
from hairpipe.store.store import open_store


@dataclass(frozen=True)
class PlanSummary:
    """What a run would do and what it would take."""

    counts: Mapping[str, int]
    retried: Mapping[str, int]
    rejects: Mapping[str, int]
    reported_rejects: tuple[Reject, ...]
    """See :class:`hairpipe.plan.plan.Plan`."""
    notes: Mapping[str, int]
    portraits: int
    """Rows that would be extracted anew."""
    resumed: int
    """Of these, finished by an earlier, interrupted run."""
    pictures: int
    """Different pictures among them."""
    picture_bytes: int
    seconds: float | None
    """Worker time by the last run's rate; None where there was none."""
    kept: Mapping[str, int]
    """Rows of the tables that show an earlier result, by how the last look failed."""
    complaints: tuple[str, ...]
    """Why a run would not begin."""
    warnings: tuple[str, ...]
    """What else a person should know."""

    def to_json(self) -> dict[str, Any]:
        """Return the summary as plain data."""
        return asdict(self)


def plan_job(config: Config, allowed: Allowed = NOTHING_ALLOWED) -> PlanSummary:
    """Say what a run would do; nothing is written.

    Parameters
    ----------
    allowed : Allowed, optional
        What the run may do.
    """
    folder = Folder(config.output)
    folder.refuse_file()
    store = open_store(folder)
    prepared = prepare(config, store, new_run_id(), allowed)
    prepared.plan.database.close()
    misplaced = told(store, misplaced_files(store), "a run puts them back from the copies that are kept")
    plan = prepared.plan
    rate = None if prepared.last_record is None else prepared.last_record.seconds_per_portrait
    return PlanSummary(
        counts=plan.counts,
        retried=plan.retried,
        rejects=plan.rejects,
        reported_rejects=plan.reported_rejects,
        notes=plan.notes,
        portraits=plan.portraits,
        resumed=prepared.resumed.portraits,
        pictures=plan.pictures,
        picture_bytes=plan.picture_bytes,
        seconds=None if rate is None else rate * (plan.portraits - prepared.resumed.portraits),
        kept=prepared.store.kept_results(),
        complaints=prepared.complaints,
        warnings=(*prepared.notes, *misplaced),
    )
