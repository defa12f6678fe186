"""The driver killed at each of its steps; the same command carries on."""

from __future__ import annotations

import signal
from pathlib import Path

import pandas as pd
import pytest

from tests.chaos.detectors import Mark
from tests.chaos.job import PATIENCE, Job, Running, same
from tests.run.dask_processes import wait_until

KILLED = -signal.SIGKILL


def start_dying(job: Job, when: str, pattern: str) -> Running:
    return job.start(before=("-m", "tests.chaos.dying", when, pattern))


def test_killed_at_every_step_of_a_first_run(tmp_path: Path) -> None:
    job = Job(tmp_path, profiles=18)
    innocent = job.mark(2, Mark.GATE, number=1)
    # While it plans: there is a lock, and nothing else yet.
    assert start_dying(job, "after", r"\.hairpipe/lock$").end().code == KILLED
    # While it extracts: one batch waits at the gate, the others get done.
    running = job.start()
    job.wait_for_mark(1)
    wait_until(lambda: len(job.staged()) == 2, PATIENCE)
    running.workers()
    running.process.kill()
    running.end()
    wait_until(lambda: running.leftovers() == [], PATIENCE)
    before = job.staged()
    # While it publishes: before the commit, after it, among the tables' files, at the very end.
    assert start_dying(job, "before", r"\.hairpipe/versions/").end().code == KILLED
    staged = job.staged()
    assert staged.items() >= before.items()
    assert not (job.output / "portraits").exists()
    assert start_dying(job, "after", r"\.hairpipe/versions/").end().code == KILLED
    assert job.staged() == staged
    assert start_dying(job, "after", r"^portraits/bucket=b05").end().code == KILLED
    assert job.staged() == staged
    assert start_dying(job, "before", r"\.hairpipe/applied").end().code == KILLED
    ended = job.run()
    assert ended.code == 0, ended.err
    assert "nothing to do" in ended.out
    rows = job.table()
    assert sorted(rows.index) == sorted(job.ids)
    assert rows["status"][innocent] == "ok"
    assert job.problems() == ()
    assert job.staged() == {}
    carried_on = job.content()
    job.output = tmp_path / "undisturbed"
    assert job.run().code == 0
    assert same(job.content(), carried_on)


@pytest.mark.parametrize(
    ("when", "pattern"),
    [("before", r"/run\.json$"), ("after", r"/run\.json$"), ("before", r"^runs\.parquet$")],
)
def test_killed_while_it_leaves_its_record(tmp_path: Path, when: str, pattern: str) -> None:
    job = Job(tmp_path, profiles=2)
    assert start_dying(job, when, pattern).end().code == KILLED
    assert len(job.table()) == 2
    assert job.problems() == ()
    ended = job.run()
    assert ended.code == 0, ended.err
    assert job.problems() == ()


def test_two_runs_at_once_and_a_dead_holder(tmp_path: Path) -> None:
    job = Job(tmp_path, profiles=12)
    job.mark(2, Mark.GATE, number=1)
    first = job.start("run.portrait_timeout=600")
    job.wait_for_mark(1)
    second = job.run()
    assert second.code == 75
    assert "holds" in second.err
    assert str(first.process.pid) in second.err
    first.workers()
    first.process.kill()
    first.end()
    third = job.run()
    assert third.code == 0, third.err
    assert len(job.table()) == 12
    runs = pd.read_parquet(job.output / "runs.parquet")
    assert runs["outcome"].tolist() == ["killed: it did not come to its end", "done"]
    wait_until(lambda: first.leftovers() == [], PATIENCE)
