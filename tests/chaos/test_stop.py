"""SIGINT, SIGTERM and SIGHUP: a quiet stop, nothing left behind, and what is finished is kept."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.chaos.detectors import Mark
from tests.chaos.job import PATIENCE, Job
from tests.run.dask_processes import wait_until


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_quiet_stop_that_keeps_what_is_finished(tmp_path: Path, number: signal.Signals, code: int) -> None:
    job = Job(tmp_path, profiles=18)
    job.mark(2, Mark.GATE, number=1)
    running = job.start("run.portrait_timeout=600", "run.grace_seconds=1")
    job.wait_for_mark(1)
    wait_until(lambda: len(job.staged()) == 2, PATIENCE)
    kept = job.staged()
    assert running.workers()
    running.signal(number)
    ended = running.end()
    assert ended.code == code
    assert f"stopped by {number.name}" in ended.err
    assert len(ended.err.splitlines()) <= 6, ended.err
    assert ended.out == ""
    # Python's own helper processes end a moment after it.
    wait_until(lambda: running.leftovers() == [], PATIENCE)
    assert job.staged() == kept
    assert not (job.output / "portraits").exists()
    ended = job.run()
    assert ended.code == 0, ended.err
    assert "12 finished by an earlier run" in ended.err
    assert len(job.table()) == 18


def test_a_second_signal_stops_at_once(tmp_path: Path) -> None:
    job = Job(tmp_path, profiles=6)
    job.mark(2, Mark.GATE, number=1)
    running = job.start("run.portrait_timeout=600", "run.grace_seconds=600")
    job.wait_for_mark(1)
    assert running.workers()
    running.signal(signal.SIGTERM)
    # The first is heard when the handler has run; a signal that comes before would be the same one.
    running.signal(signal.SIGINT)
    ended = running.end()
    assert ended.code in (130, 143)
    wait_until(lambda: running.leftovers() == [], PATIENCE)
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_stop_while_waiting_for_a_cluster(tmp_path: Path, number: signal.Signals, code: int) -> None:
    job = Job(
        tmp_path, profiles=6, cluster={"kind": "scheduler", "scheduler_file": str(tmp_path / "none.json")}
    )
    running = job.start()
    wait_until(lambda: "plan: 6 new" in running.err, PATIENCE)
    running.signal(number)
    ended = running.end()
    assert ended.code == code
    assert f"stopped by {number.name}; 0 finished portraits kept" in ended.err
    assert len(ended.err.splitlines()) <= 4, ended.err
