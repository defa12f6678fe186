"""Clusters of every kind that can be had on one machine, with real processes."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client
from pydantic import TypeAdapter

from hairpipe.cluster.connection import (
    is_exposed,
    open_cluster,
    pinned_environment,
    revive_workers,
    scheduler_address,
)
from hairpipe.cluster.load_class import load_class
from hairpipe.cluster.settings import ClusterSettings
from hairpipe.cluster.threads import THREAD_VARIABLES
from hairpipe.errors import ClusterError, ConfigError
from tests.run.certificates import Certificates, make_certificates
from tests.run.dask_processes import DaskProcesses, wait_until


def opened(**block: object) -> Iterator[Client]:
    settings = TypeAdapter(ClusterSettings).validate_python(block)
    return open_cluster(settings)  # type: ignore[return-value]


def loop_threads() -> set[threading.Thread]:
    """The threads of Dask that connections run on."""
    return {thread for thread in threading.enumerate() if thread.name == "IO loop"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    with DaskProcesses(tmp_path_factory.mktemp("plain")) as processes:
        processes.add_worker()
        yield processes


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("tls") / "certificates")


@pytest.fixture(scope="module")
def encrypted(
    tmp_path_factory: pytest.TempPathFactory, certificates: Certificates
) -> Iterator[DaskProcesses]:
    with DaskProcesses(tmp_path_factory.mktemp("encrypted"), certificates.arguments) as processes:
        processes.add_worker()
        yield processes


def test_workers_that_dask_gave_up_are_started_anew() -> None:
    with opened(kind="local", workers=2) as client:
        for _ in range(2):
            before = set(client.scheduler_info()["workers"])
            wait_until(
                lambda known=before: {n.worker_address for n in client.cluster.workers.values()} == known
            )
            for nanny in client.cluster.workers.values():
                client.sync(nanny.close)
            wait_until(lambda: not client.scheduler_info()["workers"])
            revive_workers(client)
            client.wait_for_workers(2, timeout=120)
            assert not before & set(client.scheduler_info()["workers"])
        # Nothing to do, nothing done.
        workers = set(client.scheduler_info()["workers"])
        revive_workers(client)
        assert client.submit(pow, 2, 10, pure=False).result() == 1024
        assert set(client.scheduler_info()["workers"]) == workers


def test_existing_scheduler_by_address_is_left_running(plain: DaskProcesses) -> None:
    for _ in range(2):
        with opened(kind="scheduler", address=plain.address, wait_seconds=60) as client:
            assert client.submit(pow, 2, 10, pure=False).result() == 1024
            assert scheduler_address(client) == plain.address


def test_existing_scheduler_by_file(plain: DaskProcesses) -> None:
    with opened(kind="scheduler", scheduler_file=str(plain.scheduler_file), wait_seconds=60) as client:
        assert scheduler_address(client) == plain.address


def test_too_few_workers_is_one_sentence(plain: DaskProcesses) -> None:
    with (
        pytest.raises(ClusterError, match="of 40 Dask workers came within 0.2 s"),
        opened(kind="scheduler", address=plain.address, minimum_workers=40, wait_seconds=0.2),
    ):
        pass


def test_no_scheduler_there(tmp_path: Path) -> None:
    with (
        pytest.raises(ClusterError, match="can't connect to the Dask scheduler at tcp://127.0.0.1:9"),
        opened(kind="scheduler", address="tcp://127.0.0.1:9", wait_seconds=0.5),
    ):
        pass
    missing = str(tmp_path / "none.json")
    with (
        pytest.raises(ClusterError, match="none.json"),
        opened(kind="scheduler", scheduler_file=missing, wait_seconds=0.5),
    ):
        pass


def test_tls(encrypted: DaskProcesses, certificates: Certificates) -> None:
    tls = {
        "ca": str(certificates.ca),
        "certificate": str(certificates.certificate),
        "key": str(certificates.key),
    }
    assert encrypted.address.startswith("tls://")
    with opened(kind="scheduler", address=encrypted.address, tls=tls, wait_seconds=60) as client:
        assert client.submit(pow, 2, 10, pure=False).result() == 1024


def test_tls_refuses_strangers(encrypted: DaskProcesses, tmp_path: Path) -> None:
    before = loop_threads()
    other = make_certificates(tmp_path / "other")
    tls = {"ca": str(other.ca), "certificate": str(other.certificate), "key": str(other.key)}
    for certificates in ({}, {"tls": tls}):
        with (
            pytest.raises(ClusterError, match="certificates"),
            opened(kind="scheduler", address=encrypted.address, wait_seconds=1, **certificates),
        ):
            pass
        assert loop_threads() == before


@pytest.mark.parametrize("size", [{"workers": 1}, {"adapt": {"maximum": 2}}])
def test_cluster_class_by_name(size: dict[str, object]) -> None:
    arguments = {"n_workers": 0, "threads_per_worker": 1, "processes": False, "dashboard_address": ":0"}
    with opened(kind="class", name="distributed.LocalCluster", arguments=arguments, **size) as client:
        assert client.submit(pow, 2, 10, pure=False).result() == 1024


def test_cluster_class_that_does_not_start() -> None:
    with (
        pytest.raises(ClusterError, match=r"dask_jobqueue.SLURMCluster can't be started: .*cores"),
        opened(kind="class", name="dask_jobqueue.SLURMCluster"),
    ):
        pass


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no_such_package.Cluster", "install the package that has no_such_package"),
        ("distributed.NoSuchCluster", "distributed has no NoSuchCluster"),
    ],
)
def test_unknown_class_is_a_mistake_in_the_configuration(name: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        load_class(name)


def test_importing_a_class_leaves_interrupts_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    load_class("dask_jobqueue.slurm.SLURMRunner")
    assert signal.getsignal(signal.SIGINT) is before


def test_local_workers_have_one_thread_each_and_ignore_interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in THREAD_VARIABLES:
        # Whoever sets one of these means it.
        monkeypatch.delenv(name, raising=False)
    with opened(kind="local", workers=1) as client:
        assert {info["nthreads"] for info in client.scheduler_info()["workers"].values()} == {1}
        (handler,) = client.run(signal.getsignal, signal.SIGINT).values()
        assert handler == signal.SIG_IGN
        (environment,) = client.run(lambda: dict(os.environ)).values()
        pinned = {name: str(value) for name, value in pinned_environment().items()}
        assert pinned.items() <= environment.items()


@pytest.mark.parametrize(
    ("address", "exposed"),
    [
        ("tcp://10.0.0.7:8786", True),
        ("tcp://scheduler.example.org:8786", True),
        ("tcp://[2001:db8::1]:8786", True),
        ("tcp://127.0.0.1:8786", False),
        ("tcp://[::1]:8786", False),
        ("tcp://localhost:8786", False),
        ("tls://10.0.0.7:8786", False),
        ("inproc://10.0.0.7/1/1", False),
    ],
)
def test_is_exposed(address: str, exposed: bool) -> None:
    assert is_exposed(address) is exposed
