"""What staged files tell of the portraits in them."""

from __future__ import annotations

from pathlib import Path

from hairpipe.plan.resume import staged_statuses
from hairpipe.run.batch import process_batch
from hairpipe.storage.folder import Folder
from hairpipe.store.staging.batches import read_staged
from tests.run.works import batches_of, draw_works, job_context


def test_portraits_of_the_batches_asked_for_count_once(tmp_path: Path) -> None:
    context, works = job_context(tmp_path), draw_works(tmp_path, 5)
    first, second, _ = batches_of(works, 2)
    (overlapping,) = batches_of(works[1:4], 3)
    for batch in (first, second, overlapping):
        process_batch(batch, context)
    staged = read_staged(Folder(context.output), {})
    ids = [batch.batch_id for batch in (first, second, overlapping)]

    assert staged_statuses(staged, ids[:1]).total() == 2
    assert staged_statuses(staged, ids[:2]).total() == 4
    assert staged_statuses(staged, ids).total() == 4
    assert staged_statuses(staged, ids) == staged_statuses(staged, ids[:2])
    assert staged_statuses(staged, []).total() == 0
