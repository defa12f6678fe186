"""One task: looking at a batch's pictures and staging its rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
from threadpoolctl import threadpool_info

from hairpipe.cluster.threads import single_threaded
from hairpipe.run.worker.batch import Batch
from hairpipe.run.worker.in_flight import InFlightMarker, read_marker
from hairpipe.run.worker.process_batch import process_batch
from hairpipe.storage.folder import Folder
from hairpipe.store.staging.batches import read_staged
from tests.run.drawn_tasks import draw_tasks, job_context


def staged_ids(folder: Folder) -> list[str]:
    return read_staged(folder, {}).inventory["portrait_id"].to_pylist()


def test_a_batch_is_staged_and_told_of(tmp_path: Path) -> None:
    context, batch = job_context(tmp_path), Batch(draw_tasks(tmp_path, 3), "f")
    report = process_batch(batch, context)
    assert report.batch_id == batch.batch_id
    assert report.statuses.total() == 3
    assert report.suspects == ()
    assert {"read", "decode", "extract", "write"} <= report.stage_seconds.keys()
    assert staged_ids(Folder(context.output)) == ["p0", "p1", "p2"]
    assert read_marker(Folder(context.output), batch.batch_id) is None


def test_what_killed_an_earlier_attempt_is_left_out(tmp_path: Path) -> None:
    context, batch = job_context(tmp_path), Batch(draw_tasks(tmp_path, 3), "f")
    folder = Folder(context.output)
    InFlightMarker(folder, batch.batch_id).looking_at(1)
    report = process_batch(batch, context)
    assert report.suspects == (1,)
    assert staged_ids(folder) == ["p0", "p2"]


def test_a_batch_of_suspects_alone_stages_nothing(tmp_path: Path) -> None:
    context, batch = job_context(tmp_path), Batch(draw_tasks(tmp_path, 1), "f")
    folder = Folder(context.output)
    InFlightMarker(folder, batch.batch_id).looking_at(0)
    report = process_batch(batch, context)
    assert report.suspects == (0,)
    assert report.statuses.total() == 0
    assert len(read_staged(folder, {}).inventory) == 0


def test_a_backup_has_a_file_and_notes_of_its_own(tmp_path: Path) -> None:
    context, batch = job_context(tmp_path), Batch(draw_tasks(tmp_path, 2), "f")
    folder = Folder(context.output)
    InFlightMarker(folder, batch.batch_id).looking_at(0)
    report = process_batch(replace(batch, is_backup=True), context)
    assert report.suspects == ()
    assert {*read_staged(folder, {}).inventory["batch_id"].to_pylist()} == {report.batch_id}
    assert report.batch_id != batch.batch_id


def test_other_settings_give_a_batch_another_name(tmp_path: Path) -> None:
    tasks = draw_tasks(tmp_path, 2)
    assert Batch(tasks, "f").batch_id == Batch(tasks, "f").batch_id
    assert Batch(tasks, "f").batch_id != Batch(tasks, "g").batch_id
    assert Batch(tasks, "f").batch_id != Batch(tasks[:1], "f").batch_id


def test_threads_are_pinned_and_given_back() -> None:
    before = cv2.getNumThreads(), [pool["num_threads"] for pool in threadpool_info()]
    with single_threaded():
        assert cv2.getNumThreads() == 1
        assert {pool["num_threads"] for pool in threadpool_info()} <= {1}
    assert (cv2.getNumThreads(), [pool["num_threads"] for pool in threadpool_info()]) == before
