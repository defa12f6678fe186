"""What is checked on workers before the work, and for workers that join during it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import pytest
from distributed import Client

from hairpipe.cluster.preflight import (
    ALLOWED_FAILURES,
    exposure_warnings,
    failure_warnings,
    first_readable,
    memory_warnings,
    ready_workers,
    retry_warnings,
    thread_warnings,
)
from hairpipe.cluster.worker_requirements import WorkerRequirements, check_worker, different_versions
from hairpipe.errors import ClusterError
from hairpipe.extract.settings import FaceSettings
from hairpipe.source.pictures import FilePictures
from hairpipe.storage.folder import Folder
from tests.run.dask_processes import DaskProcesses, wait_until


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    with DaskProcesses(tmp_path_factory.mktemp("dask")) as started:
        started.add_worker()
        yield started


@pytest.fixture
def client(processes: DaskProcesses) -> Iterator[Client]:
    with Client(processes.address, set_as_default=False) as connected:
        connected.wait_for_workers(1, timeout=60)
        yield connected


@pytest.fixture
def pictures(tmp_path: Path) -> FilePictures:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(b"a picture")
    return FilePictures(Folder(tmp_path / "images"))


@pytest.fixture
def required(tmp_path: Path, pictures: FilePictures) -> WorkerRequirements:
    return WorkerRequirements(
        output=str(tmp_path / "out"),
        probe=".hairpipe/probe/run",
        pictures=pictures,
        picture="a.png",
        face=FaceSettings(),
    )


@pytest.fixture
def written(required: WorkerRequirements) -> WorkerRequirements:
    Folder(required.output).write(required.probe, required.token)
    return required


def test_a_fit_process_has_no_fault_and_leaves_nothing(written: WorkerRequirements) -> None:
    assert check_worker(written) is None
    assert [path for path, _ in Folder(written.output).list()] == [written.probe]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"versions": {"numpy": "0.1"}}, r"other versions than the driver \(numpy .*, not 0\.1\)"),
        ({"token": b"of another machine"}, "does not see the driver's files"),
        ({"probe": ".hairpipe/probe/none"}, "does not see the driver's files"),
        ({"picture": "none.png"}, r"can't read the picture none\.png"),
    ],
)
def test_faults_are_told(written: WorkerRequirements, change: dict[str, Any], words: str) -> None:
    fault = check_worker(replace(written, **change))
    assert fault is not None
    assert re.search(words, fault)


def test_different_versions() -> None:
    assert different_versions({"numpy": "2.1"}, {"numpy": "2.1", "dask": "1"}) == ""
    assert different_versions({"numpy": "2.1"}, {}) == "numpy missing, not 2.1"
    assert different_versions({"python": "3.11.2"}, {"python": "3.11.9"}) == ""
    assert different_versions({"python": "3.11.2"}, {"python": "3.12.2"}) != ""


def test_first_readable_picture(pictures: FilePictures) -> None:
    assert first_readable(pictures, [None, "none.png", "a.png"]) == "a.png"
    assert first_readable(pictures, ["none.png"]) is None
    assert first_readable(pictures, []) is None


def test_warnings() -> None:
    assert memory_warnings({"a": 2**30, "b": 0}, 2**30) == []
    assert "1 of 2 workers may use only 512.00 MiB" in memory_warnings({"a": 2**29, "b": 2**32}, 2**30)[0]
    assert retry_warnings({"a": 0, "b": 2**30}, 2**30) == []
    assert "more than the 0.98 GiB of a worker" in retry_warnings({"a": 2**30 - 2**24}, 2**30)[0]
    assert thread_warnings({"a": 1, "b": 1}) == []
    assert "1 of 2 workers run up to 4 tasks" in thread_warnings({"a": 1, "b": 4})[0]
    assert failure_warnings(ALLOWED_FAILURES) == []
    assert "gives a task up after 1 lost workers" in failure_warnings(0)[0]
    assert exposure_warnings("tls://10.0.0.1:8786") == []
    assert "not encrypted or authenticated" in exposure_warnings("tcp://10.0.0.1:8786")[0]


def test_workers_are_readied_and_left_as_they_were(client: Client, required: WorkerRequirements) -> None:
    before = client.run(cv2.getNumThreads)
    with ready_workers(client, required, 2**30) as notes:
        assert notes == ()
        assert set(client.run(cv2.getNumThreads).values()) == {1}
    assert client.run(cv2.getNumThreads) == before
    assert list(Folder(required.output).list()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"versions": {"numpy": "0.1"}}, r"the Dask scheduler at .* runs other versions than the driver"),
        (
            {"picture": "none.png"},
            r"the Dask worker can't do the job; .*: it can't read the picture none\.png",
        ),
    ],
)
def test_an_unfit_cluster_stops_the_run_with_one_sentence(
    client: Client, required: WorkerRequirements, change: dict[str, Any], words: str
) -> None:
    with (
        pytest.raises(ClusterError, match=words),
        ready_workers(client, replace(required, **change), 2**30),
    ):
        pass
    assert list(Folder(required.output).list()) == []


def test_a_worker_that_joins_late_is_readied(
    processes: DaskProcesses, client: Client, required: WorkerRequirements
) -> None:
    there = set(client.scheduler_info(n_workers=-1)["workers"])
    with ready_workers(client, required, 2**30):
        processes.add_worker()
        client.wait_for_workers(len(there) + 1, timeout=60)
        wait_until(lambda: set(client.run(cv2.getNumThreads).values()) == {1})
        assert len(client.scheduler_info(n_workers=-1)["workers"]) == len(there) + 1


def test_an_unfit_worker_that_joins_late_leaves_again(
    processes: DaskProcesses, client: Client, required: WorkerRequirements, tmp_path: Path
) -> None:
    # Metadata of another pydantic, found before the real one.
    metadata = tmp_path / "shadow" / "pydantic-0.1.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text("Metadata-Version: 2.1\nName: pydantic\nVersion: 0.1\n")
    there = set(client.scheduler_info(n_workers=-1)["workers"])
    with ready_workers(client, required, 2**30):
        late = processes.add_worker({**os.environ, "PYTHONPATH": str(metadata.parents[1])})
        wait_until(lambda: late.poll() is not None)
        assert set(client.scheduler_info(n_workers=-1)["workers"]) == there
