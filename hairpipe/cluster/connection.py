"""The Dask cluster a run works on: start or join it, and close what was started here."""

from __future__ import annotations

import contextlib
import importlib.util
import ipaddress
import itertools
import json
import logging
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import dask
from distributed import Client, LocalCluster, Security, Status, WorkerPlugin

from hairpipe.cluster.dask_logs import quiet_dask
from hairpipe.cluster.load_class import load_class
from hairpipe.cluster.settings import (
    ClusterClassSettings,
    ClusterSettings,
    LocalClusterSettings,
    SchedulerSettings,
    SlurmRunnerSettings,
    WaitSettings,
)
from hairpipe.cluster.slurm import scheduler_file
from hairpipe.cluster.threads import THREAD_VARIABLES, threads_here
from hairpipe.errors import ClusterError

_POLL_SECONDS = 0.2
_ADDRESS_SECONDS = 10.0
_GIVEN_UP = (Status.closed, Status.failed)


@contextlib.contextmanager
def open_cluster(settings: ClusterSettings) -> Iterator[Client]:
    """Yield a client of the configured cluster once enough workers are there.

    Raises
    ------
    ClusterError
        If the cluster can't be started or reached, or its workers don't come in time.
    ConfigError
        If the cluster class does not exist.
    """
    quiet_dask()
    with (
        dask.config.set(
            {
                "distributed.nanny.pre-spawn-environ": pinned_environment(),
                # Looks at every thread a hundred times a second, which costs a worker a fifth of its time.
                "distributed.worker.profile.enabled": False,
                # Logs for Dask's developers keep the last messages, and with them whole batches: a kilobyte
                # for every portrait of a run of the usual size.
                "distributed.admin.low-level-log-length": 10,
            }
        ),
        _connected(settings) as client,
    ):
        _wait_for_workers(client, settings)
        yield client


def worker_threads(client: Client) -> Mapping[str, Mapping[str, int]]:
    """Return, for each worker, the threads its libraries would use."""
    found: Mapping[str, Mapping[str, int]] = client.run(threads_here)
    return found


def revive_workers(client: Client) -> None:
    """Start local workers anew that Dask has given up, as it does with one that dies while it starts."""
    cluster = client.cluster
    if not isinstance(cluster, LocalCluster):
        return
    given_up = [name for name, nanny in list(cluster.workers.items()) if nanny.status in _GIVEN_UP]
    # Under new names: the scheduler may still know the old ones, and refuses a name it knows.
    unused = itertools.count(1 + max([*cluster.workers, *cluster.worker_spec], default=0))
    for name in given_up:
        if name in cluster.worker_spec:
            cluster.worker_spec[next(unused)] = cluster.worker_spec.pop(name)
    cluster.scale(len(cluster.worker_spec))


def scheduler_address(client: Client) -> str:
    """Return the address of the scheduler a client works with, with its protocol."""
    return str(client.scheduler_info()["address"])


def has_dashboard() -> bool:
    """Return whether a dashboard link would lead anywhere: plain Dask does not bring bokeh."""
    return importlib.util.find_spec("bokeh") is not None


def pinned_environment() -> dict[str, str]:
    """Return the environment that a nanny of this process gives its workers."""
    return {**dask.config.get("distributed.nanny.pre-spawn-environ"), **THREAD_VARIABLES}


def is_exposed(address: str) -> bool:
    """Return whether a scheduler's address can be reached from elsewhere without a certificate.

    As Dask writes addresses: ``tcp://10.0.0.1:8786``, ``tls://...``, ``inproc://...``.
    """
    protocol, _, rest = address.partition("://")
    if protocol not in ("tcp", "ws", "ucx"):
        return False
    host = rest.rpartition(":")[0].strip("[]")
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


class LeaveToDriver(WorkerPlugin):
    """Leaves Ctrl-C and a closed terminal to the driver, which stops its local workers in order."""

    name = "hairpipe-leave-to-driver"

    def setup(self, worker: Any) -> None:
        """Ignore what the terminal sends to every process of the job, and write nothing there."""
        quiet_dask()
        # Only a main thread may set signals; a worker that runs in another has no terminal to hear of.
        with contextlib.suppress(ValueError):
            for number in (signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)


def _connected(settings: ClusterSettings) -> AbstractContextManager[Client]:
    match settings:
        case LocalClusterSettings():
            return _local(settings)
        case SchedulerSettings():
            return _existing(settings)
        case ClusterClassSettings():
            return _of_class(settings)
        case SlurmRunnerSettings():
            return _client_in(scheduler_file(settings), settings)


@contextlib.contextmanager
def _local(settings: LocalClusterSettings) -> Iterator[Client]:
    # So long after a worker's death Dask closes its nanny, whatever the nanny did since, and starts another
    # of the same name. Where a second death falls on that moment, the two are in each other's way for good.
    with (
        dask.config.set({"distributed.deploy.lost-worker-timeout": "1000 days"}),
        contextlib.ExitStack() as started,
    ):
        try:
            cluster = LocalCluster(
                n_workers=settings.workers or os.cpu_count() or 1,
                threads_per_worker=1,
                processes=True,
                memory_limit=settings.memory_limit,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                # The driver tells of workers that die, also of those that do while they start.
                silence_logs=logging.CRITICAL,
            )
            client = started.enter_context(_client(started.enter_context(cluster)))
        except (RuntimeError, OSError, ValueError, KeyError, TypeError) as error:
            # The last three are of settings in Dask's own configuration that it can't read.
            raise ClusterError(
                f"the local Dask workers can't be started ({_words(error)}); run the same command again"
            ) from error
        client.register_plugin(LeaveToDriver())
        yield client


def _existing(settings: SchedulerSettings) -> AbstractContextManager[Client]:
    security = None
    if settings.tls is not None:
        security = Security(
            tls_ca_file=settings.tls.ca,
            tls_client_cert=settings.tls.certificate,
            tls_client_key=settings.tls.key,
            require_encryption=True,
        )
    if settings.scheduler_file is not None:
        return _client_in(Path(settings.scheduler_file), settings, security)
    return _connect(settings.address or "", settings.wait_seconds, security)


def _client_in(
    file: Path, settings: WaitSettings, security: Security | None = None
) -> AbstractContextManager[Client]:
    """Connect to the scheduler that leaves its address in a file, which may still have to come."""
    deadline = time.monotonic() + settings.wait_seconds
    while (left := deadline - time.monotonic()) > 0:
        try:
            # A scheduler that is started anew leaves another address: not too long with this one.
            address = str(json.loads(file.read_text())["address"])
            client = _connect(address, min(left, _ADDRESS_SECONDS), security)
        except (OSError, ValueError, KeyError):
            # Not there yet, or not whole.
            time.sleep(_POLL_SECONDS)
        except ClusterError:
            if left <= _ADDRESS_SECONDS:
                raise
        else:
            return client
    raise ClusterError(
        f"no Dask scheduler has left its address in {file} within {settings.wait_seconds:g} s; "
        "start one with --scheduler-file, or raise cluster.wait_seconds"
    )


class _ClosingClient(Client):
    """A client that is closed where it can't connect, instead of when Python finds that nobody has it.

    Closing needs a lock of Dask's that the start of the next client holds. Python may clean up in the
    very thread that this start waits for, and then neither goes on.
    """

    def start(self, **kwargs: Any) -> None:
        """Connect, or leave nothing behind."""
        try:
            super().start(**kwargs)  # type: ignore[no-untyped-call]
        except BaseException:
            self.close()  # type: ignore[no-untyped-call]
            # Where Dask closed it already, its thread still runs.
            self._loop_runner.stop()
            raise


def _client(cluster: object, **options: Any) -> Client:
    # Not Dask's default: of nested default clients, one that closes can leave its mark on Dask's
    # configuration, and whoever uses Dask later in the same process then looks for a scheduler.
    return _ClosingClient(cluster, set_as_default=False, **options)  # type: ignore[no-untyped-call]


def _connect(address: str, seconds: float, security: Security | None) -> Client:
    # Without certificates of our own, those of Dask's configuration are used, where it has any.
    given = {} if security is None else {"security": security}
    try:
        return _client(address, timeout=seconds, **given)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise ClusterError(
            f"can't connect to the Dask scheduler at {address} ({_words(error)}); "
            "see that it runs, that this machine reaches it and that the certificates match"
        ) from error


@contextlib.contextmanager
def _of_class(settings: ClusterClassSettings) -> Iterator[Client]:
    cluster_class = load_class(settings.name)
    try:
        cluster = cluster_class(**settings.arguments)
        if settings.adapt is not None:
            cluster.adapt(minimum=settings.adapt.minimum, maximum=settings.adapt.maximum)
        elif settings.workers is not None:
            cluster.scale(settings.workers)
    except Exception as error:
        # Foreign code, which may raise anything.
        raise ClusterError(f"{settings.name} can't be started: {_words(error)}") from error
    with cluster, _client(cluster) as client:
        yield client


def _wait_for_workers(client: Client, settings: WaitSettings) -> None:
    try:
        client.wait_for_workers(settings.minimum_workers, timeout=settings.wait_seconds)
    except TimeoutError:
        found = len(client.scheduler_info(n_workers=-1)["workers"])
        raise ClusterError(
            f"{found} of {settings.minimum_workers} Dask workers came within {settings.wait_seconds:g} s "
            f"to {scheduler_address(client)}; start more or raise cluster.wait_seconds"
        ) from None


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
