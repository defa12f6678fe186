from __future__ import annotations

import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.log.records import (
    RunRecord,
    events_path,
    read_events,
    read_record,
    record_path,
    save_record,
)
from hairpipe.store.log.runs import DAMAGED_FILE, RUNS_FILE, log_run, read_runs, table_of
from hairpipe.store.parquet import to_parquet
from hairpipe.store.schema import FORMER_REASONS, RUNS

STARTED = datetime(2026, 1, 1, tzinfo=UTC)
RUN = {
    "run_id": "run-1",
    "source": "test",
    "started_at": STARTED,
    "method": "article",
    "fingerprint": "f1",
    "hairpipe_version": "1",
    "status_ok": 3,
}


def record(number: int, **fields: object) -> RunRecord:
    about = {"run_id": f"run-{number}", "source": "test", "started_at": STARTED.replace(day=1 + number)}
    return RunRecord.model_validate({**about, "statuses": {"ok": number}, "exit_code": 0, **fields})


def ids(folder: Folder) -> list[str]:
    return read_runs(folder)["run_id"].to_pylist()


def test_no_runs_are_an_empty_table(folder: Folder) -> None:
    assert read_runs(folder).equals(RUNS.empty_table())


def test_runs_are_kept_in_order(folder: Folder) -> None:
    for number in (1, 0, 2):
        assert not log_run(folder, record(number))
    assert ids(folder) == ["run-0", "run-1", "run-2"]
    assert pq.read_table(folder.path(RUNS_FILE)).schema.equals(RUNS)


def test_reasons_that_earlier_versions_called_otherwise_are_read_as_todays(folder: Folder) -> None:
    log_run(folder, record(1, counts={"new": 5, "renamed": 3}))
    rows = pq.read_table(folder.path(RUNS_FILE))
    former = {name: old for old, name in FORMER_REASONS.items()}
    old = rows.rename_columns([former.get(name, name) for name in rows.column_names])
    folder.write(RUNS_FILE, to_parquet(old))
    log_run(folder, record(2, counts={"metadata_changed": 4}))
    runs = read_runs(folder)
    assert runs["metadata_changed"].to_pylist() == [3, 4]
    assert read_record(folder, "run-1").counts == {"new": 5, "metadata_changed": 3}  # type: ignore[union-attr]
    assert runs.schema.equals(RUNS)


def test_a_run_has_one_row(folder: Folder) -> None:
    log_run(folder, record(1))
    log_run(folder, record(1, exit_code=75, outcome="the disk is full"))
    assert read_runs(folder).select(["run_id", "exit_code", "outcome", "status_ok", "new"]).to_pylist() == [
        {"run_id": "run-1", "exit_code": 75, "outcome": "the disk is full", "status_ok": 1, "new": None}
    ]


def test_an_unknown_column_is_refused(folder: Folder) -> None:
    with pytest.raises(ValueError, match="no column mood"):
        table_of({**RUN, "mood": "good"})


def test_a_file_of_an_older_hairpipe_is_read(folder: Folder) -> None:
    folder.write(RUNS_FILE, to_parquet(table_of(RUN).drop_columns(["status_ok", "workers", "outcome"])))
    log_run(folder, record(2))
    assert read_runs(folder)["status_ok"].to_pylist() == [None, 2]


def test_a_run_that_could_not_write_its_row_gets_it_from_its_record(folder: Folder) -> None:
    log_run(folder, record(0))
    save_record(folder, record(1, exit_code=None))
    log_run(folder, record(2))
    assert ids(folder) == ["run-0", "run-1", "run-2"]
    assert read_runs(folder)["exit_code"].to_pylist() == [0, None, 0]


def test_a_run_that_was_killed_gets_its_record_from_its_events(folder: Folder) -> None:
    config = {"source": {"name": "site"}, "method": "article"}
    events = [
        {"event": "RunStarted", "time": "2026-01-02T00:00:00+00:00", "config": config},
        {"event": "RunPlanned", "time": "2026-01-02T00:00:01+00:00", "counts": {"new": 9}, "portraits": 9},
        {"event": "BatchFinished", "time": "2026-01-02T00:00:02+00:00", "statuses": {"ok": 2, "no_face": 1}},
        {"event": "BatchFinished", "time": "2026-01-02T00:00:03+00:00", "statuses": {"ok": 3}},
    ]
    for run_id, lines in {"run-1": events, "run-2": events[1:], "run-3": [{"event": "RunStarted"}]}.items():
        text = "".join(json.dumps(line) + "\n" for line in lines)
        folder.write(events_path(run_id), (text + '{"event": "Un').encode())
    log_run(folder, record(4))
    killed = read_record(folder, "run-1")
    assert killed is not None
    assert (killed.outcome, killed.exit_code) == ("killed: it did not come to its end", None)
    assert (killed.source, killed.planned, killed.statuses) == ("site", 9, {"ok": 5, "no_face": 1})
    assert ids(folder) == ["run-1", "run-4"]
    assert read_runs(folder)["method"].to_pylist() == ["article", None]


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"not parquet",
        b"PAR1",
        to_parquet(pa.table({"run_id": ["run-0"], "started_at": ["yesterday"]})),
        to_parquet(pa.table({"mood": [1]})),
    ],
)
def test_a_damaged_file_is_made_anew_from_the_records(folder: Folder, damage: bytes) -> None:
    log_run(folder, record(0))
    log_run(folder, record(1))
    folder.write(RUNS_FILE, damage)
    with pytest.raises(StoreError, match=r"runs\.parquet is damaged; move it away"):
        read_runs(folder)
    assert log_run(folder, record(2))
    assert ids(folder) == ["run-0", "run-1", "run-2"]
    assert folder.read(DAMAGED_FILE) == damage
    assert not log_run(folder, record(3))


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"run_id": 7}',
        b'{"run_id": "x", "started_at": "yesterday"}',
        b'{"run_id": "x", "started_at": "2026-01-01T00:00:00Z", "planned": "many"}',
        b'{"run_id": "x", "started_at": "2026-01-01T00:00:00Z", "planned": 1e300}',
        b'{"run_id": "x", "started_at": "2026-01-01T00:00:00Z", "exit_code": 1000000}',
        b'{"run_id": "x", "started_at": "2026-01-01T00:00:00Z", "statuses": {"ok": 99999999999999999999}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_damaged_records_are_passed_over(folder: Folder, damage: bytes) -> None:
    log_run(folder, record(0))
    folder.write(record_path("run-1"), damage)
    folder.write(f"{record_path('run-2')}/x", b"")
    log_run(folder, record(3))
    assert ids(folder) == ["run-0", "run-3"]


def test_a_record_comes_back_as_it_was_saved(folder: Folder) -> None:
    saved = record(
        1, config={"source": {"path": "x"}}, threads={"w": {"blas": 1}}, planned=3, stage_seconds={"read": 6}
    )
    save_record(folder, saved)
    assert read_record(folder, "run-1") == saved
    assert saved.seconds_per_portrait == 2
    assert record(1).seconds_per_portrait is None


def test_lines_that_are_no_events_are_left_out(folder: Folder) -> None:
    lines = [
        b'{"event": "RunStarted"}',
        b"[]",
        b"7",
        b"{}",
        b'{"event": 7}',
        b"[" * 100_000,
        b"\xff",
        b'{"ev',
    ]
    folder.write("runs/r/events.jsonl", b"\n".join(lines))
    assert read_events(folder, "r") == [{"event": "RunStarted"}]
    assert read_events(folder, "gone") == []
