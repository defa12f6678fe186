"""The kinds of cluster a configuration can name."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from hairpipe.cluster.settings import (
    ClusterClassSettings,
    ClusterSettings,
    LocalClusterSettings,
    SchedulerSettings,
    SlurmRunnerSettings,
)

ADAPTER: TypeAdapter[Any] = TypeAdapter(ClusterSettings)


@pytest.mark.parametrize(
    ("block", "kind"),
    [
        ({}, LocalClusterSettings),
        ({"workers": 3}, LocalClusterSettings),
        ({"kind": "local", "memory_limit": "2GiB"}, LocalClusterSettings),
        ({"kind": "scheduler", "address": "tcp://127.0.0.1:8786"}, SchedulerSettings),
        ({"kind": "scheduler", "scheduler_file": "scheduler.json"}, SchedulerSettings),
        ({"kind": "class", "name": "dask_jobqueue.SLURMCluster", "workers": 4}, ClusterClassSettings),
        ({"kind": "class", "name": "a.B", "adapt": {"maximum": 4}}, ClusterClassSettings),
        ({"kind": "slurm_runner"}, SlurmRunnerSettings),
    ],
)
def test_kind_chooses_the_model(block: dict[str, Any], kind: type) -> None:
    settings = ADAPTER.validate_python(block)
    assert type(settings) is kind
    assert ADAPTER.validate_python(ADAPTER.dump_python(settings)) == settings


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"kind": "spark"}, "kind is none of"),
        ({"kind": "scheduler"}, "either address or scheduler_file"),
        ({"kind": "scheduler", "address": "a", "scheduler_file": "b"}, "either address or scheduler_file"),
        ({"kind": "class", "name": "nodots"}, "match"),
        ({"kind": "class", "name": "a.B", "workers": 2, "adapt": {"maximum": 4}}, "either workers or adapt"),
        ({"kind": "class", "name": "a.B", "adapt": {"minimum": 5, "maximum": 4}}, "below minimum"),
        ({"kind": "class", "name": "a.B", "adapt": {"minimum": 0, "maximum": 4}}, "greater than or equal"),
        ({"workers": 0}, "greater than or equal"),
        ({"kind": "local", "address": "tcp://127.0.0.1:8786"}, "Extra inputs"),
    ],
)
def test_mistakes_are_told(block: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ADAPTER.validate_python(block)
