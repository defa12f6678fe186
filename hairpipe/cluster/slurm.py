"""Running inside one Slurm job, where every process starts the same command."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from hairpipe.cluster.dask_logs import quiet_dask
from hairpipe.cluster.load_class import load_class
from hairpipe.cluster.settings import ClusterSettings, SlurmRunnerSettings
from hairpipe.errors import EXIT_OK, ClusterError, ConfigError

# The second process of the job, as the runner deals the parts out.
_DRIVER = "1"


def scheduler_file(settings: SlurmRunnerSettings) -> Path:
    """Return where the job's scheduler leaves its address: another file for each job, requeue and step.

    Raises
    ------
    ConfigError
        Outside of a Slurm job.
    """
    job = os.environ.get("SLURM_JOB_ID")
    if job is None:
        raise ConfigError(
            "cluster.kind: slurm_runner works inside a Slurm job; start the command there with srun"
        )
    restart = os.environ.get("SLURM_RESTART_COUNT", "0")
    step = os.environ.get("SLURM_STEP_ID", "0")
    return Path(settings.folder) / f"hairpipe-scheduler-{job}-{restart}-{step}.json"


@contextlib.contextmanager
def join_allocation(settings: ClusterSettings) -> Iterator[None]:
    """Take this process's part in a Slurm job; only the process that drives the run comes out again.

    The job's first process becomes the Dask scheduler, the second comes out, the others become
    workers until it is done. With any other kind of cluster nothing happens here.

    Raises
    ------
    ClusterError
        If the job has fewer than three processes.
    ConfigError
        Outside of a Slurm job.
    """
    if not isinstance(settings, SlurmRunnerSettings):
        yield
        return
    quiet_dask()
    path = scheduler_file(settings)
    runner_class = load_class("dask_jobqueue.slurm.SLURMRunner")
    try:
        runner = runner_class(
            scheduler_file=str(path),
            # A nanny starts the worker anew when a picture has killed it.
            worker_class="distributed.Nanny",
            worker_options={
                "nthreads": 1,
                "memory_limit": settings.memory_limit,
                "silence_logs": logging.CRITICAL,
            },
        )
    except KeyboardInterrupt:
        # The way in which the runner lets the scheduler's and the workers' processes end.
        if os.environ.get("SLURM_PROCID") == _DRIVER:
            raise
        raise SystemExit(EXIT_OK) from None
    except RuntimeError as error:
        raise ClusterError(f"the Slurm job can't become a Dask cluster: {error}") from error
    try:
        with runner:
            yield
    finally:
        path.unlink(missing_ok=True)
