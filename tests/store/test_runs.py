from __future__ import annotations

from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from hairpipe.errors import StoreError
from hairpipe.folder import Folder
from hairpipe.store.parquet import to_parquet
from hairpipe.store.runs import RUNS_FILE, append_run, read_runs
from hairpipe.store.schema import RUNS

RUN = {
    "run_id": "run-1",
    "source": "test",
    "started_at": datetime(2026, 1, 1, tzinfo=UTC),
    "method": "article",
    "fingerprint": "f1",
    "hairpipe_version": "1",
    "status_ok": 3,
}


def test_no_runs_are_an_empty_table(folder: Folder) -> None:
    assert read_runs(folder).equals(RUNS.empty_table())


def test_runs_are_kept_in_order(folder: Folder) -> None:
    for number in range(3):
        append_run(folder, {**RUN, "run_id": f"run-{number}"})
    assert read_runs(folder)["run_id"].to_pylist() == ["run-0", "run-1", "run-2"]
    assert pq.read_table(folder.path(RUNS_FILE)).schema.equals(RUNS)


def test_a_run_has_one_row(folder: Folder) -> None:
    append_run(folder, RUN)
    append_run(folder, {**RUN, "exit_code": 0})
    assert read_runs(folder).select(["run_id", "exit_code", "status_ok", "new"]).to_pylist() == [
        {"run_id": "run-1", "exit_code": 0, "status_ok": 3, "new": None}
    ]


def test_an_unknown_column_is_refused(folder: Folder) -> None:
    with pytest.raises(ValueError, match="no column mood"):
        append_run(folder, {**RUN, "mood": "good"})


def test_a_file_of_an_older_hairpipe_is_read(folder: Folder) -> None:
    append_run(folder, RUN)
    folder.write(RUNS_FILE, to_parquet(read_runs(folder).drop_columns(["status_ok", "workers"])))
    append_run(folder, {**RUN, "run_id": "run-2"})
    assert read_runs(folder)["status_ok"].to_pylist() == [None, 3]


def test_a_damaged_file_is_named(folder: Folder) -> None:
    folder.write(RUNS_FILE, b"not parquet")
    with pytest.raises(StoreError, match=r"runs\.parquet is damaged"):
        append_run(folder, RUN)
