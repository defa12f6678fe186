"""What a person can set about the Dask cluster: one model for each kind."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from hairpipe.configuration.settings_model import LONGEST_SECONDS, Count, SettingsModel

_MOST_HERE = 4096
_MEMORY = re.compile(r"(\d+(?:\.\d+)?) ?(?:([kmgtp])i?b?|b)?", re.IGNORECASE)
# Python with the imported libraries takes more.
_LEAST_MEMORY = 100e6


def _memory_limit(text: str) -> str:
    """Return a limit as Dask takes it: a size, a share of the memory up to 1 (0 is no limit), or auto."""
    if text == "auto":
        return text
    found = _MEMORY.fullmatch(text)
    if found is None:
        raise ValueError("write it as 2GiB, 800MB or auto")
    size = float(found[1]) * 1000 ** ("kmgtp".index(found[2].lower()) + 1 if found[2] else 0)
    if 1 < size < _LEAST_MEMORY:
        raise ValueError("a worker takes more than 100MB to begin with")
    return text


MemoryLimit = Annotated[str, Field(coerce_numbers_to_str=True), AfterValidator(_memory_limit)]


class WaitSettings(SettingsModel):
    """How long to wait for how many workers; the base of every kind."""

    minimum_workers: Count = Field(default=1, description="workers that must be there before work starts")
    wait_seconds: float = Field(
        default=300, gt=0, le=LONGEST_SECONDS, description="time they get to come, then exit code 75"
    )


class LocalClusterSettings(WaitSettings):
    """Worker processes on this machine, one thread each."""

    kind: Literal["local"] = "local"
    workers: int | None = Field(
        default=None, ge=1, le=_MOST_HERE, description="worker processes; default one per core"
    )
    memory_limit: MemoryLimit = Field(
        default="auto", description="memory of one worker, such as 2GiB; auto shares all"
    )


class TlsSettings(SettingsModel):
    """Certificates, as files in PEM format, with which driver, scheduler and workers know each other."""

    ca: str = Field(description="certificate of the authority that signed the others")
    certificate: str = Field(description="this driver's certificate")
    key: str = Field(description="its private key")


class SchedulerSettings(WaitSettings):
    """A Dask scheduler that runs already; it is left running."""

    kind: Literal["scheduler"]
    address: str | None = Field(default=None, description="such as tls://scheduler.example.org:8786")
    scheduler_file: str | None = Field(
        default=None, description="what `dask scheduler --scheduler-file` wrote"
    )
    tls: TlsSettings | None = None

    @model_validator(mode="after")
    def _one_way_to_it(self) -> Self:
        if (self.address is None) == (self.scheduler_file is None):
            raise ValueError("set either address or scheduler_file")
        return self


class AdaptSettings(SettingsModel):
    """Workers come and go with the work."""

    # Dask starts no worker before there is a task, and no task starts before a worker has been checked.
    minimum: Count = 1
    maximum: Count

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.maximum < self.minimum:
            raise ValueError("maximum is below minimum")
        return self


class ClusterClassSettings(WaitSettings):
    """Any Dask cluster class; the cluster is started for the run and closed after it."""

    kind: Literal["class"]
    name: str = Field(pattern=r"^\w+(\.\w+)+$", description="dotted name, such as dask_jobqueue.SLURMCluster")
    arguments: dict[str, Any] = Field(
        default={}, description="handed to the class; kept in the run record, so no place for secrets"
    )
    workers: Count | None = Field(default=None, description="scale to this many")
    adapt: AdaptSettings | None = Field(
        default=None, description="{minimum, maximum}: workers come and go with the work"
    )

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if self.workers is not None and self.adapt is not None:
            raise ValueError("set either workers or adapt")
        return self


class SlurmRunnerSettings(WaitSettings):
    """The processes of one Slurm job: first the scheduler, second the driver, the others workers."""

    kind: Literal["slurm_runner"]
    folder: str = Field(
        default=".", description="on a disk all nodes share; the scheduler's address goes there"
    )
    memory_limit: MemoryLimit = Field(default="auto", description="memory of one worker")


def _kind(block: Any) -> Any:
    return block.get("kind", "local") if isinstance(block, dict) else getattr(block, "kind", None)


ClusterSettings = Annotated[
    Annotated[LocalClusterSettings, Tag("local")]
    | Annotated[SchedulerSettings, Tag("scheduler")]
    | Annotated[ClusterClassSettings, Tag("class")]
    | Annotated[SlurmRunnerSettings, Tag("slurm_runner")],
    Discriminator(
        _kind,
        custom_error_type="cluster_kind",
        custom_error_message="kind is none of local, scheduler, class and slurm_runner",
    ),
]
