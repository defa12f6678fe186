"""A scheduler for the command line's tests: a cluster of its own would cost each run seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from distributed import LocalCluster


@pytest.fixture(scope="package")
def scheduler() -> Iterator[str]:
    """Return the address of a scheduler with one worker."""
    # In this process: starting another takes longer than the work.
    inside = {"processes": False, "protocol": "tcp"}
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, **inside) as cluster:
        yield str(cluster.scheduler_address)
