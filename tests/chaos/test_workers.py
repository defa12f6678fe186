"""Workers that die or crawl: the tables don't show it."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.detectors import Mark
from tests.chaos.job import Job, same


def test_workers_killed_in_a_batch_and_while_writing(tmp_path: Path) -> None:
    job = Job(tmp_path)
    job.mark(2, Mark.GATE, number=1)
    job.mark(14, Mark.DIE_WRITING, number=2)
    running = job.start()
    job.wait_for_mark(1)
    job.wait_for_mark(2)
    for worker in running.workers():
        worker.kill()
    ended = running.end()
    assert ended.code == 0, ended.err
    assert job.problems() == ()
    assert job.staged() == {}
    disturbed = job.content()
    # Nothing waits or dies at a mark a second time.
    job.output = tmp_path / "undisturbed"
    assert job.run("cluster.workers=1").code == 0
    assert same(job.content(), disturbed)


def test_a_worker_killed_while_it_merges(tmp_path: Path) -> None:
    job = Job(tmp_path)
    job.mark(2, Mark.DIE_MERGING, number=1)
    ended = job.run(before=("-m", "tests.chaos.small_merges"))
    assert ended.code == 0, ended.err
    assert (job.gates / "died-1").exists()
    assert job.problems() == ()
    assert not (job.output / ".hairpipe/staging").exists()
    disturbed = job.content()
    job.output = tmp_path / "undisturbed"
    assert job.run("cluster.workers=1").code == 0
    assert same(job.content(), disturbed)


def test_a_batch_that_hangs_behind_is_started_again_elsewhere(tmp_path: Path) -> None:
    job = Job(tmp_path, profiles=30)
    job.mark(4, Mark.GATE, number=1)
    ended = job.run()
    # Nobody ever opened the gate: the second copy of the batch was the one that ended.
    assert ended.code == 0, ended.err
    assert len(job.table()) == 30
    assert (job.table()["status"] == "ok").all()
    assert job.problems() == ()
    assert job.staged() == {}
    assert "cancelled" not in ended.err.lower()


def test_a_bug_ends_the_run(tmp_path: Path) -> None:
    job = Job(tmp_path, profiles=12)
    job.mark(4, Mark.BUG)
    ended = job.run()
    assert ended.code == 1
    assert "ZeroDivisionError: a bug" in ended.err
    assert not (job.output / "portraits").exists()
