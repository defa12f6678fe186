"""What a run leaves of itself in ``runs/<run_id>/``: its record and its events."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from hairpipe.storage.folder import Folder
from hairpipe.store.schema import FORMER_REASONS, RUNS

_FOLDER = "runs"
KILLED = "killed: it did not come to its end"


class RunRecord(BaseModel):
    """What a run was asked, what it ran on and what came of it; what it never came to know is None."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    run_id: str
    source: str = ""
    """Name of the source."""
    started_at: datetime
    ended_at: datetime | None = None
    """Both in UTC."""
    exit_code: int | None = None
    """None for a run that was killed."""
    outcome: str | None = None
    """How it ended: ``done``, or the sentence that a person was told."""
    version: int | None = None
    """The published version of the tables."""
    config: Mapping[str, Any] = {}
    """The whole configuration, defaults included."""
    fingerprint: str | None = None
    face_fingerprint: str | None = None
    counts: Mapping[str, int] = {}
    """The plan: portraits by reason."""
    retried: Mapping[str, int] = {}
    rejects: Mapping[str, int] = {}
    notes: Mapping[str, int] = {}
    planned: int | None = None
    """Portraits the run had to extract; the sum of `statuses`, if it published."""
    resumed: int | None = None
    """Of these, finished by an earlier, interrupted run."""
    picture_bytes: int | None = None
    statuses: Mapping[str, int] = {}
    """Portraits of this run by status, as far as they are finished."""
    kept: Mapping[str, int] = {}
    """Rows of the tables that show an earlier result, by how the last look failed."""
    seconds: Mapping[str, float] = {}
    """Wall time by part of the run: plan, extract, publish, total."""
    stage_seconds: Mapping[str, float] = {}
    """Worker time by stage: read, decode, extract, write."""
    workers: int = 0
    threads: Mapping[str, Mapping[str, int]] = {}
    """Threads found on each worker."""
    peak_worker_bytes: int = 0
    peak_driver_bytes: int = 0
    host: str = ""
    versions: Mapping[str, str] = {}
    """Of the packages a result depends on."""

    @field_validator("counts", mode="before")
    @classmethod
    def _with_todays_reasons(cls, counts: Any) -> Any:
        if not isinstance(counts, Mapping):
            return counts
        return {FORMER_REASONS.get(str(reason), reason): count for reason, count in counts.items()}

    @property
    def seconds_per_portrait(self) -> float | None:
        """The worker time one portrait took, None where nothing was extracted."""
        done = (self.planned or 0) - (self.resumed or 0)
        spent = sum(self.stage_seconds.values())
        return spent / done if done > 0 and spent > 0 else None

    def table_row(self) -> dict[str, Any]:
        """Return the run's row of ``runs.parquet``."""
        return {
            **{name: value for name, value in self if name in RUNS.names},
            "method": self.config.get("method"),
            "hairpipe_version": self.versions.get("hairpipe"),
            **self.counts,
            "rejected": None if self.planned is None else sum(self.rejects.values()),
            **{f"status_{status}": count for status, count in self.statuses.items()},
            "seconds": self.seconds.get("total"),
            "work_seconds": sum(self.stage_seconds.values()),
        }


def record_path(run_id: str) -> str:
    """Return where a run's record lies in the output folder."""
    return f"{_FOLDER}/{run_id}/run.json"


def events_path(run_id: str) -> str:
    """Return where a run's events lie in the output folder."""
    return f"{_FOLDER}/{run_id}/events.jsonl"


def save_record(folder: Folder, record: RunRecord) -> None:
    """Write a run's record."""
    folder.write(record_path(record.run_id), record.model_dump_json(indent=2).encode())


def read_record(folder: Folder, run_id: str) -> RunRecord | None:
    """Return a run's record, None where there is none or it is damaged."""
    try:
        return RunRecord.model_validate_json(folder.read(record_path(run_id)))
    except (OSError, ValidationError):
        return None


def recorded_runs(folder: Folder) -> list[str]:
    """Return the ids of the runs that have left a record, oldest first."""
    return _runs_with(folder, "run.json")


def unrecorded_runs(folder: Folder) -> list[str]:
    """Return the ids of the runs that have left events and no record, oldest first: at work, or killed."""
    return sorted({*_runs_with(folder, "events.jsonl")} - {*recorded_runs(folder)})


def record_of_killed(folder: Folder, run_id: str) -> RunRecord | None:
    """Return what the events of a run tell of it that was killed before it could leave a record.

    None where they do not even tell when it began.
    """
    seen = read_events(folder, run_id)
    started = next((event for event in seen if event["event"] == "RunStarted"), {})
    planned = next((event for event in seen if event["event"] == "RunPlanned"), {})
    statuses: Counter[str] = Counter()
    try:
        for event in seen:
            if event["event"] == "BatchFinished":
                statuses.update(event["statuses"])
        config = started.get("config", {})
        return RunRecord.model_validate(
            {
                "run_id": run_id,
                "source": config.get("source", {}).get("name", ""),
                "started_at": started.get("time"),
                "ended_at": seen[-1].get("time") if seen else None,
                "outcome": KILLED,
                "config": config,
                **{name: planned.get(name, {}) for name in ("counts", "rejects", "notes")},
                "planned": planned.get("portraits"),
                "resumed": planned.get("resumed"),
                "statuses": statuses,
            }
        )
    except (ValidationError, AttributeError, KeyError, TypeError, ValueError):
        # Lines that somebody has written by hand.
        return None


def _runs_with(folder: Folder, name: str) -> list[str]:
    parts = (path.split("/") for path, _ in folder.list(_FOLDER))
    return sorted(part[1] for part in parts if part[2:] == [name])


def read_events(folder: Folder, run_id: str) -> list[dict[str, Any]]:
    """Return a run's events as far as they are written, oldest first; a line that is no event is left out.

    There are none for an unknown run.
    """
    try:
        text = folder.read(events_path(run_id)).decode("utf-8", "replace")
    except OSError:
        return []
    events = []
    for line in text.splitlines():
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict) and isinstance(event.get("event"), str):
            events.append(event)
    return events
