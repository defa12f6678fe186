"""Pictures that kill, hang or eat memory: each costs its own row, and nothing else."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.detectors import Mark
from tests.chaos.job import Job

LIMITS = ("run.portrait_timeout=5", "run.portrait_memory=500000000", "cluster.memory_limit=800MiB")


def test_deadly_pictures_are_found_exactly_and_cost_only_their_own_rows(tmp_path: Path) -> None:
    job = Job(tmp_path, profiles=24)
    deadly = {
        # Five in one batch: more than Dask lets a task kill workers.
        job.mark(0, Mark.ABORT): "crashed",
        job.mark(1, Mark.SEGFAULT): "crashed",
        job.mark(2, Mark.ABORT): "crashed",
        job.mark(3, Mark.EXIT): "crashed",
        job.mark(5, Mark.SEGFAULT): "crashed",
        # Others have one, or two.
        job.mark(8, Mark.HANG_NATIVE): "timed_out",
        job.mark(9, Mark.HANG_PYTHON): "timed_out",
        job.mark(20, Mark.EAT_MEMORY): "out_of_memory",
    }
    ended = job.run(*LIMITS)
    assert ended.code == 0, ended.err
    rows = job.table()
    assert sorted(rows.index) == sorted(job.ids)
    assert rows["status"][list(deadly)].to_dict() == deadly
    assert rows["error"][list(deadly)].notna().all()
    assert (rows["status"].drop(list(deadly)) == "ok").all()
    quarantined = {event["portrait_id"]: event["status"] for event in job.events("PortraitQuarantined")}
    assert quarantined == deadly
    assert job.problems() == ()
    for noise in ("Traceback", "Fatal Python error", "Timeout (", "WARNING"):
        assert noise not in ended.err


def test_a_picture_that_was_not_to_blame_is_acquitted(tmp_path: Path) -> None:
    job = Job(tmp_path, profiles=12)
    innocent = job.mark(3, Mark.GATE, number=1)
    running = job.start("cluster.workers=1")
    job.wait_for_mark(1)
    (worker,) = running.workers()
    worker.kill()
    ended = running.end()
    assert ended.code == 0, ended.err
    assert job.table()["status"][innocent] == "ok"
    assert job.events("PortraitQuarantined") == []
