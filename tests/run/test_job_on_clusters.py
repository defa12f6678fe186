"""The same scrape on a local cluster, on separate processes, with TLS, and while workers come and go."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hairpipe.config import Config, load_config
from hairpipe.errors import EXIT_OK
from hairpipe.lab.synthetic.scrape import TABLE, write_table_scrape
from hairpipe.lab.synthetic.truth import ScrapePlan
from hairpipe.run.job import run_job
from hairpipe.store.log.events import BatchFinished, ClusterNoted, Event, WorkersReady
from tests.run.certificates import make_certificates
from tests.run.comparable import comparable_tables
from tests.run.dask_processes import DaskProcesses

SCRAPE = ScrapePlan(profiles=48, broken=0.2, face_boxes=True)
FACE = {"columns": {"face": {"x": "face_x", "y": "face_y", "w": "face_w", "h": "face_h"}}}


@pytest.fixture(scope="module")
def scrape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scrape")
    write_table_scrape(folder, SCRAPE)
    return folder


def on_cluster(scrape: Path, output: Path, **cluster: Any) -> Config:
    settings = {
        "source": {"kind": "table", "path": str(scrape / TABLE), **FACE},
        "cluster": {"wait_seconds": 60, **cluster},
        "run": {"batch_size": 6},
    }
    overrides = [f"output={output}", "method=article", *(f"{key}={settings[key]}" for key in settings)]
    return load_config([], overrides, {}).config


def test_separate_processes_give_the_tables_of_a_local_cluster(scrape: Path, tmp_path: Path) -> None:
    local = on_cluster(scrape, tmp_path / "local", workers=1)
    assert run_job(local).exit_code == EXIT_OK
    expected = comparable_tables(local.output)

    with DaskProcesses(tmp_path / "dask-plain") as processes:
        processes.add_worker()
        plain = on_cluster(scrape, tmp_path / "plain", kind="scheduler", address=processes.address)
        assert run_job(plain).exit_code == EXIT_OK
    assert comparable_tables(plain.output) == expected

    certificates = make_certificates(tmp_path / "certificates")
    tls = {
        "ca": str(certificates.ca),
        "certificate": str(certificates.certificate),
        "key": str(certificates.key),
    }
    with DaskProcesses(tmp_path / "dask-tls", certificates.arguments) as processes:
        processes.add_worker()
        encrypted = on_cluster(
            scrape, tmp_path / "tls", kind="scheduler", scheduler_file=str(processes.scheduler_file), tls=tls
        )
        heard: list[Event] = []
        assert run_job(encrypted, [heard.append]).exit_code == EXIT_OK
        assert not [event for event in heard if isinstance(event, ClusterNoted)]
    assert comparable_tables(encrypted.output) == expected


def test_workers_come_and_go_during_a_run(scrape: Path, tmp_path: Path) -> None:
    with DaskProcesses(tmp_path / "dask") as processes:
        first = processes.add_worker()
        config = on_cluster(scrape, tmp_path / "out", kind="scheduler", address=processes.address)
        workers: set[str] = set()

        def change_workers(event: Event) -> None:
            if isinstance(event, WorkersReady):
                processes.add_worker()
            if isinstance(event, BatchFinished):
                workers.add(event.worker)
                end_machine(first)

        assert run_job(config, [change_workers]).exit_code == EXIT_OK
    assert len(workers) > 1
    rows = pd.read_parquet(Path(config.output) / "portraits")
    assert rows["portrait_id"].is_unique
    assert len(rows) == SCRAPE.profiles
    assert not rows["status"].isin(["crashed", "timed_out", "out_of_memory", "error"]).any()


def end_machine(worker: subprocess.Popen[bytes]) -> None:
    """End a worker as a machine that goes away would, without a word to anybody."""
    if worker.poll() is None:
        worker.kill()
        worker.wait()
