"""What an interrupted run had finished: staged batches that this run need not do again."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from hairpipe.plan.plan import Plan
from hairpipe.plan.works import ImageTasks
from hairpipe.run.rows import given_face_text, profile_digest
from hairpipe.run.work import ImageTask
from hairpipe.source.profile import Portrait
from hairpipe.store.staging.batches import Staged

# The columns that, being equal, make a staged row the row this run would write.
_SAME = (
    "portrait_id",
    "image",
    "image_size",
    "image_version",
    "given_face",
    "profile_digest",
    "source",
    "fingerprint",
)


@dataclass(frozen=True)
class Resumed:
    """Staged batches held against a plan.

    Attributes
    ----------
    batch_ids : tuple of str
        Batches to publish as they are.
    outdated : tuple of str
        Batches that can't be used or have rows that the plan does not ask for, to be thrown away.
    portrait_ids : frozenset of str
        Portraits that need no work.
    statuses : Counter of str
        Of these portraits.
    """

    batch_ids: tuple[str, ...]
    outdated: tuple[str, ...]
    portrait_ids: frozenset[str]
    statuses: Counter[str]


def take_staged(plan: Plan, staged: Staged, source_name: str, fingerprint: str) -> Resumed:
    """Say which staged batches the plan can take over.

    A batch counts as a whole: one row that the plan would write otherwise, and it is done again.

    Parameters
    ----------
    plan : Plan
    staged : Staged
        What lies in the output folder.
    source_name, fingerprint : str
        Of this run.
    """
    rows = staged.inventory
    staged_ids = frozenset(rows["portrait_id"].to_pylist())
    wanted = {
        (
            portrait.portrait_id,
            portrait.image,
            portrait.size,
            portrait.version,
            given_face_text(portrait),
            profile_digest(portrait),
            source_name,
            fingerprint,
        )
        for portrait in (plan.works.portraits if staged_ids else ())
        if portrait.portrait_id in staged_ids
    }
    keys = zip(*(rows[name].to_pylist() for name in _SAME), strict=True)
    usable = {batch.batch_id: True for batch in staged.batches}
    portraits: dict[str, dict[str, str]] = defaultdict(dict)
    for batch_id, key, status in zip(
        rows["batch_id"].to_pylist(), keys, rows["status"].to_pylist(), strict=True
    ):
        usable[batch_id] &= key in wanted
        portraits[batch_id][key[0]] = status
    taken = tuple(batch_id for batch_id, good in usable.items() if good)
    statuses = {
        portrait_id: status for batch_id in taken for portrait_id, status in portraits[batch_id].items()
    }
    return Resumed(
        batch_ids=taken,
        outdated=(*staged.unusable, *(batch_id for batch_id, good in usable.items() if not good)),
        portrait_ids=frozenset(statuses),
        statuses=Counter(statuses.values()),
    )


def left_to_do(works: ImageTasks, resumed: Resumed) -> ImageTasks | tuple[ImageTask, ...]:
    """Return the works without the portraits that are finished."""
    if not resumed.portrait_ids:
        return works
    left = []
    for work in works:
        portraits = tuple(p for p in work.portraits if not _is_finished(p, resumed))
        if portraits:
            left.append(
                ImageTask(portraits, work.attempts, work.known_face, work.known_digest, work.placeholder)
            )
    return tuple(left)


def _is_finished(portrait: Portrait, resumed: Resumed) -> bool:
    return portrait.portrait_id in resumed.portrait_ids
