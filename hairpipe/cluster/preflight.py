"""What is checked on a cluster before the work starts, and readied for workers that join later."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dask
from dask.utils import format_bytes
from distributed import Client

from hairpipe.cluster.connection import is_exposed, scheduler_address
from hairpipe.cluster.worker_requirements import (
    ReadyWorker,
    WorkerRequirements,
    check_worker,
    different_versions,
)
from hairpipe.errors import ClusterError, ConfigError, StoreError
from hairpipe.source.profile import Pictures
from hairpipe.storage.folder import Folder
from hairpipe.store.log.run_id import installed_versions

# Python with the imported libraries, and a large portrait in the making.
WORKER_BYTES = 700 * 2**20
# Deaths that Dask lets a task cost before it gives the task up. A batch sets aside the picture it died
# on, so a second death has another cause: mostly a worker taken away, which is nobody's fault.
ALLOWED_FAILURES = 3
_PICTURES_TRIED = 20


@contextlib.contextmanager
def ready_workers(
    client: Client, required: WorkerRequirements, portrait_bytes: int, peak_bytes: int | None = None
) -> Iterator[tuple[str, ...]]:
    """Check every worker and the scheduler; while entered, workers that join are readied and checked too.

    The requirements' probe is written here, and taken back in the end. `portrait_bytes` is what the
    configuration grants the process of a portrait that is tried again alone; `peak_bytes` is what a worker of
    the last run took, where one is known.

    Yields
    ------
    tuple of str
        What a person should know but need not change, a sentence each.

    Raises
    ------
    ClusterError
        If the scheduler or a worker can't do the job.
    """
    folder = Folder(required.output)
    folder.write(required.probe, required.token)
    try:
        _check_scheduler(client, required.versions)
        _check_workers(client, required)
        client.register_plugin(ReadyWorker(required))
        yield tuple(_warnings(client, max(peak_bytes or 0, WORKER_BYTES), portrait_bytes))
    finally:
        # The scheduler may serve others; and where it is gone there is nothing to take back.
        with contextlib.suppress(Exception):
            if client.status == "running":
                client.unregister_worker_plugin(ReadyWorker.name)
        # Where the store is gone, why the work ended is what to tell; 16 bytes stay behind.
        with contextlib.suppress(StoreError):
            folder.delete(required.probe)


def first_readable(pictures: Pictures, images: Iterable[str | None]) -> str | None:
    """Return a picture that can be read here, None if none of the first few can."""
    for image in itertools.islice(images, _PICTURES_TRIED):
        if image is not None:
            with contextlib.suppress(OSError, ValueError):
                pictures.read(image)
                return image
    return None


def memory_warnings(limits: Mapping[str, int], needed: int) -> list[str]:
    """Return a sentence where workers have less memory than the work takes.

    `limits` are the workers', 0 for none, and all numbers are of bytes.
    """
    small = [limit for limit in limits.values() if 0 < limit < needed]
    if not small:
        return []
    return [
        f"{len(small)} of {len(limits)} workers may use only {format_bytes(min(small))} of memory, and "
        f"the work takes up to {format_bytes(needed)}: Dask may kill them; give workers more memory or "
        "start fewer on a machine"
    ]


def retry_warnings(limits: Mapping[str, int], portrait_bytes: int) -> list[str]:
    """Return a sentence where a portrait that is tried again alone may take more than a worker has.

    `limits` are the workers', 0 for none, and `portrait_bytes` what the configuration grants such a portrait.
    """
    smallest = min((limit for limit in limits.values() if limit > 0), default=portrait_bytes)
    if smallest >= portrait_bytes:
        return []
    return [
        f"a portrait that is tried again alone may take {format_bytes(portrait_bytes)}, more than the "
        f"{format_bytes(smallest)} of a worker; lower run.portrait_memory where a container or the batch "
        "system holds workers to their memory"
    ]


def thread_warnings(threads: Mapping[str, int]) -> list[str]:
    """Return a sentence where a worker, by its number of task threads, runs several tasks at once."""
    wide = [count for count in threads.values() if count > 1]
    if not wide:
        return []
    return [
        f"{len(wide)} of {len(threads)} workers run up to {max(wide)} tasks at once; start more workers with "
        "--nthreads 1 instead, else a picture that kills one takes the others' work with it"
    ]


def failure_warnings(allowed: int) -> list[str]:
    """Return a sentence where the scheduler, by its ``allowed-failures``, gives tasks up too soon."""
    if allowed >= ALLOWED_FAILURES:
        return []
    return [
        f"the scheduler gives a task up after {allowed + 1} lost workers; start it with "
        f"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES={ALLOWED_FAILURES} where workers come and go"
    ]


def exposure_warnings(address: str) -> list[str]:
    """Return a sentence where whoever reaches a scheduler's address may run code on the workers."""
    if not is_exposed(address):
        return []
    return [
        f"the connection to {address} is not encrypted or authenticated: whoever reaches that port can "
        "run code as you; use TLS certificates or a closed network"
    ]


def _check_scheduler(client: Client, versions: Mapping[str, str]) -> None:
    # Task graphs are unpacked on the scheduler, so it needs the package too.
    try:
        found = client.run_on_scheduler(installed_versions)
    except ImportError as error:
        raise ClusterError(
            f"the Dask scheduler at {scheduler_address(client)} can't import what the job needs ({error}); "
            "install the same versions of hairpipe and its dependencies there"
        ) from error
    others = different_versions(versions, found)
    if others:
        raise ClusterError(
            f"the Dask scheduler at {scheduler_address(client)} runs other versions than the driver "
            f"({others}); install the same everywhere"
        )


def _check_workers(client: Client, required: WorkerRequirements) -> None:
    found: Mapping[str, Any] = client.run(check_worker, required, on_error="return")
    faults = {worker: fault for worker, fault in found.items() if fault is not None}
    if not faults:
        return
    worker, fault = min(faults.items())
    if isinstance(fault, ImportError):
        fault = f"it can't import what the job needs ({fault}); install the same versions everywhere"
    count = "the Dask worker" if len(found) == 1 else f"{len(faults)} of {len(found)} Dask workers"
    raise ClusterError(f"{count} can't do the job; {worker}: {fault}")


def _warnings(client: Client, needed: int, portrait_bytes: int) -> Iterator[str]:
    workers = client.scheduler_info(n_workers=-1)["workers"]
    yield from exposure_warnings(scheduler_address(client))
    yield from failure_warnings(
        _count(client.run_on_scheduler(dask.config.get, "distributed.scheduler.allowed-failures"))
    )
    yield from thread_warnings({address: info["nthreads"] for address, info in workers.items()})
    limits = {address: info["memory_limit"] or 0 for address, info in workers.items()}
    yield from memory_warnings(limits, needed)
    yield from retry_warnings(limits, portrait_bytes)


def _count(allowed: Any) -> int:
    try:
        return int(allowed)
    except (TypeError, ValueError):
        raise ConfigError(
            f"Dask's setting distributed.scheduler.allowed-failures is {allowed!r} and no number; correct it "
            "where the scheduler starts"
        ) from None
