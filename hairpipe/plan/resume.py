"""What an interrupted run had finished: staged batches that this run need not do again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from hairpipe.plan.comparison import query
from hairpipe.plan.plan import Plan
from hairpipe.store.staging.batches import Staged


@dataclass(frozen=True)
class Resumed:
    """Staged batches held against a plan."""

    batch_ids: tuple[str, ...]
    """Batches to publish as they are."""
    outdated: tuple[str, ...]
    """Batches that can't be used or have rows that the plan does not ask for, to be thrown away."""
    statuses: Counter[str]
    """Of the portraits that need no work."""

    @property
    def portraits(self) -> int:
        """Portraits that need no work."""
        return self.statuses.total()


def take_staged(plan: Plan, staged: Staged, source_name: str, fingerprint: str) -> Resumed:
    """Say which staged batches the plan can take over, and take their portraits out of its tasks.

    A batch counts as a whole: one row that the plan would write otherwise, and it is done again.

    Parameters
    ----------
    staged : Staged
        What lies in the output folder.
    source_name, fingerprint : str
        Of this run.
    """
    database = plan.database
    database.run(query.STAGED)
    database.insert("staged", staged.inventory.select(query.STAGED_COLUMNS))
    database.run(query.WANTED, source=source_name, fingerprint=fingerprint)
    usable = dict(database.run(query.USABLE_BATCHES))
    database.run(query.FINISHED)
    return Resumed(
        batch_ids=tuple(batch_id for batch_id, is_usable in usable.items() if is_usable),
        outdated=(*staged.unusable, *(batch_id for batch_id, is_usable in usable.items() if not is_usable)),
        statuses=Counter(dict(database.run(query.FINISHED_STATUSES))),
    )
