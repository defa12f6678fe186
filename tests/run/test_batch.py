"""One task: looking at a unit's pictures and staging its rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
from threadpoolctl import threadpool_info

from hairpipe.run.batch import process_unit, single_threaded
from hairpipe.run.in_flight import Crumbs, read_note
from hairpipe.run.work import Unit
from hairpipe.storage.folder import Folder
from hairpipe.store.staging import read_staged
from tests.run.works import draw_works, job_context


def staged_ids(folder: Folder) -> list[str]:
    return read_staged(folder, {}).inventory["portrait_id"].to_pylist()


def test_a_unit_is_staged_and_told_of(tmp_path: Path) -> None:
    context, unit = job_context(tmp_path), Unit(draw_works(tmp_path, 3), "f")
    report = process_unit(unit, context)
    assert report.unit_id == unit.unit_id
    assert report.statuses.total() == 3
    assert report.suspects == ()
    assert {"read", "decode", "extract", "write"} <= report.stage_seconds.keys()
    assert staged_ids(Folder(context.output)) == ["p0", "p1", "p2"]
    assert read_note(Folder(context.output), unit.unit_id) is None


def test_what_killed_an_earlier_attempt_is_left_out(tmp_path: Path) -> None:
    context, unit = job_context(tmp_path), Unit(draw_works(tmp_path, 3), "f")
    folder = Folder(context.output)
    Crumbs(folder, unit.unit_id).looking_at(1)
    report = process_unit(unit, context)
    assert report.suspects == (1,)
    assert staged_ids(folder) == ["p0", "p2"]


def test_a_unit_of_suspects_alone_stages_nothing(tmp_path: Path) -> None:
    context, unit = job_context(tmp_path), Unit(draw_works(tmp_path, 1), "f")
    folder = Folder(context.output)
    Crumbs(folder, unit.unit_id).looking_at(0)
    report = process_unit(unit, context)
    assert report.suspects == (0,)
    assert report.statuses.total() == 0
    assert read_staged(folder, {}).units == ()


def test_a_backup_has_a_file_and_notes_of_its_own(tmp_path: Path) -> None:
    context, unit = job_context(tmp_path), Unit(draw_works(tmp_path, 2), "f")
    folder = Folder(context.output)
    Crumbs(folder, unit.unit_id).looking_at(0)
    report = process_unit(replace(unit, is_backup=True), context)
    assert report.suspects == ()
    assert [staged.unit_id for staged in read_staged(folder, {}).units] == [report.unit_id]
    assert report.unit_id != unit.unit_id


def test_other_settings_give_a_unit_another_name(tmp_path: Path) -> None:
    works = draw_works(tmp_path, 2)
    assert Unit(works, "f").unit_id == Unit(works, "f").unit_id
    assert Unit(works, "f").unit_id != Unit(works, "g").unit_id
    assert Unit(works, "f").unit_id != Unit(works[:1], "f").unit_id


def test_threads_are_pinned_and_given_back() -> None:
    before = cv2.getNumThreads(), [pool["num_threads"] for pool in threadpool_info()]
    with single_threaded():
        assert cv2.getNumThreads() == 1
        assert {pool["num_threads"] for pool in threadpool_info()} <= {1}
    assert (cv2.getNumThreads(), [pool["num_threads"] for pool in threadpool_info()]) == before
