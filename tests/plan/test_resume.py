"""What staged files tell of the portraits in them."""

from __future__ import annotations

from pathlib import Path

from hairpipe.plan.resume import staged_statuses
from hairpipe.run.batch import process_unit
from hairpipe.storage.folder import Folder
from hairpipe.store.staging import read_staged
from tests.run.works import draw_works, job_context, units_of


def test_portraits_of_the_units_asked_for_count_once(tmp_path: Path) -> None:
    context, works = job_context(tmp_path), draw_works(tmp_path, 5)
    first, second, _ = units_of(works, 2)
    (overlapping,) = units_of(works[1:4], 3)
    for unit in (first, second, overlapping):
        process_unit(unit, context)
    staged = read_staged(Folder(context.output), {})
    ids = [unit.unit_id for unit in (first, second, overlapping)]

    assert staged_statuses(staged, ids[:1]).total() == 2
    assert staged_statuses(staged, ids[:2]).total() == 4
    assert staged_statuses(staged, ids).total() == 4
    assert staged_statuses(staged, ids) == staged_statuses(staged, ids[:2])
    assert staged_statuses(staged, []).total() == 0
