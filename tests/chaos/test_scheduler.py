"""A scheduler of others that goes down under the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.detectors import Mark
from tests.chaos.job import PATIENCE, Job
from tests.run.dask_processes import DaskProcesses, wait_until


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[DaskProcesses]:
    with DaskProcesses(tmp_path / "dask") as started:
        yield started


def job_on(processes: DaskProcesses, tmp_path: Path, wait_seconds: float) -> Job:
    job = Job(
        tmp_path / "job",
        profiles=18,
        cluster={
            "kind": "scheduler",
            "scheduler_file": str(processes.scheduler_file),
            "wait_seconds": wait_seconds,
        },
    )
    job.mark(2, Mark.GATE, number=1)
    for _ in range(2):
        processes.add_worker(job.environment)
    return job


def test_a_scheduler_that_comes_back_is_waited_for(processes: DaskProcesses, tmp_path: Path) -> None:
    job = job_on(processes, tmp_path, PATIENCE)
    running = job.start("run.portrait_timeout=600")
    job.wait_for_mark(1)
    wait_until(lambda: len(job.staged()) == 2, PATIENCE)
    kept = job.staged()
    processes.kill_all()
    processes.start_scheduler()
    processes.add_worker(job.environment)
    wait_until(lambda: "the connection to the Dask cluster is lost" in running.err, PATIENCE)
    ended = running.end()
    assert ended.code == 0, ended.err
    finished = [event["batch_id"] for event in job.events("BatchFinished")]
    assert len(finished) == len(set(finished))
    assert {f"{batch_id}.parquet" for batch_id in finished} >= kept.keys()
    assert len(job.table()) == 18
    assert job.problems() == ()
    assert "Traceback" not in ended.err


def test_a_scheduler_that_stays_away_is_one_sentence(processes: DaskProcesses, tmp_path: Path) -> None:
    job = job_on(processes, tmp_path, 20)
    running = job.start("run.portrait_timeout=600")
    job.wait_for_mark(1)
    processes.kill_all()
    processes.scheduler_file.unlink()
    ended = running.end()
    assert ended.code == 75
    assert ended.err.splitlines()[-1].startswith("hairpipe: ")
    assert "Traceback" not in ended.err
