"""The record a run leaves: ``runs/<run_id>/run.json``, and the rates the next plan estimates from."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from hairpipe.folder import Folder

_PACKAGES = (
    "hairpipe",
    "dask",
    "distributed",
    "numpy",
    "scikit-learn",
    "opencv-python-headless",
    "pyarrow",
    "pydantic",
    "onnxruntime",
    "pillow",
    "animeface",
)


@dataclass(frozen=True)
class RunRecord:
    """What a run was asked, what it ran on and what came of it.

    Attributes
    ----------
    run_id : str
    source : str
        Name of the source.
    started_at, ended_at : str
        ISO 8601, UTC.
    config : mapping
        The whole configuration, defaults included.
    fingerprint, face_fingerprint : str
    counts : mapping of str to int
        The plan: portraits by reason.
    retried, rejects, notes : mapping of str to int
    planned : int
        Portraits the run had to extract; the sum of `statuses`.
    resumed : int
        Of these, finished by an earlier, interrupted run.
    picture_bytes : int
    statuses : mapping of str to int
        Portraits of this run by status.
    kept : mapping of str to int
        Rows of the tables that show an earlier result, by how the last look failed.
    seconds : mapping of str to float
        Wall time by part of the run: plan, extract, publish, total.
    stage_seconds : mapping of str to float
        Worker time by stage: read, decode, extract, write.
    workers : int
    threads : mapping
        Threads found on each worker.
    peak_worker_bytes : int
    peak_driver_bytes : int
    version : int or None
        The published version of the tables.
    exit_code : int
    """

    run_id: str
    source: str
    started_at: str
    ended_at: str
    config: Mapping[str, Any]
    fingerprint: str
    face_fingerprint: str
    counts: Mapping[str, int]
    retried: Mapping[str, int]
    rejects: Mapping[str, int]
    notes: Mapping[str, int]
    planned: int
    resumed: int
    picture_bytes: int
    statuses: Mapping[str, int]
    kept: Mapping[str, int]
    seconds: Mapping[str, float]
    stage_seconds: Mapping[str, float]
    workers: int
    threads: Mapping[str, Mapping[str, int]]
    peak_worker_bytes: int
    peak_driver_bytes: int
    version: int | None
    exit_code: int
    host: str = field(default_factory=platform.node)
    versions: Mapping[str, str] = field(default_factory=lambda: installed_versions())

    def table_row(self) -> dict[str, Any]:
        """Return the run's row of ``runs.parquet``."""
        return {
            "run_id": self.run_id,
            "source": self.source,
            "started_at": datetime.fromisoformat(self.started_at),
            "ended_at": datetime.fromisoformat(self.ended_at),
            "exit_code": self.exit_code,
            "method": self.config["method"],
            "fingerprint": self.fingerprint,
            "hairpipe_version": self.versions["hairpipe"],
            "version": self.version,
            **self.counts,
            "rejected": sum(self.rejects.values()),
            "planned": self.planned,
            "resumed": self.resumed,
            "picture_bytes": self.picture_bytes,
            **{f"status_{status}": count for status, count in self.statuses.items()},
            "workers": self.workers,
            "seconds": self.seconds["total"],
            "work_seconds": sum(self.stage_seconds.values()),
        }


def new_run_id() -> str:
    """Return an id that sorts by time and is unique: ``20260131T235959Z-1a2b3c``."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def record_path(run_id: str) -> str:
    """Return where a run's record lies in the output folder."""
    return f"runs/{run_id}/run.json"


def save_record(folder: Folder, record: RunRecord) -> None:
    """Write a run's record."""
    folder.write(record_path(record.run_id), json.dumps(asdict(record), indent=2).encode())


def read_record(folder: Folder, run_id: str) -> dict[str, Any] | None:
    """Return a run's record as it was saved, None where there is none."""
    try:
        found: dict[str, Any] = json.loads(folder.read(record_path(run_id)))
    except (FileNotFoundError, ValueError):
        return None
    return found


def seconds_per_portrait(record: Mapping[str, Any] | None) -> float | None:
    """Return the worker time one portrait took in a recorded run, None where nothing was extracted."""
    if record is None:
        return None
    done = record["planned"] - record["resumed"]
    spent = sum(record["stage_seconds"].values())
    return spent / done if done > 0 and spent > 0 else None


def installed_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages a result depends on."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
