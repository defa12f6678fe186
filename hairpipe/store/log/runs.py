"""``runs.parquet``: one row for every run of an output folder, made from the runs' records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder
from hairpipe.storage.parquet_file import open_parquet, read_rows
from hairpipe.store.log.records import (
    RunRecord,
    read_record,
    record_of_killed,
    recorded_runs,
    save_record,
    unrecorded_runs,
)
from hairpipe.store.parquet import conform, to_parquet
from hairpipe.store.schema import FORMER_REASONS, RUNS

RUNS_FILE = "runs.parquet"
DAMAGED_FILE = f"{RUNS_FILE}.damaged"


def read_runs(folder: Folder) -> pa.Table:
    """Return the rows of all runs, oldest first.

    Columns that an older hairpipe did not write are null; those that it called otherwise have today's names.

    Raises
    ------
    StoreError
        If the file is damaged.
    """
    try:
        with folder.open(RUNS_FILE) as handle:
            known = read_rows(open_parquet(handle))
        return _conformed(known)
    except FileNotFoundError:
        return RUNS.empty_table()
    except (pa.ArrowException, OSError) as error:
        raise StoreError(
            f"{folder.path(RUNS_FILE)} is damaged; move it away, and the next run makes it anew from the "
            "records in runs/"
        ) from error


def log_run(folder: Folder, record: RunRecord) -> bool:
    """Keep a run's record, and its row in ``runs.parquet``.

    What the file lacks of earlier runs, because they were killed before they could write it or it was
    damaged, is added from their records, or else from their events; what is damaged is passed over.

    The caller holds the folder's lock. Returns whether the file was damaged: it lies beside as `DAMAGED_FILE`
    then.

    Raises
    ------
    StoreError
        If something can't be written.
    """
    save_record(folder, record)
    is_damaged = False
    try:
        known = read_runs(folder)
    except StoreError:
        is_damaged = True
        known = RUNS.empty_table()
        folder.copy(RUNS_FILE, DAMAGED_FILE)
    others = known.filter(pc.not_equal(known["run_id"], record.run_id))
    for run_id in unrecorded_runs(folder):
        if run_id != record.run_id and (killed := record_of_killed(folder, run_id)) is not None:
            save_record(folder, killed)
    lacking = sorted({*recorded_runs(folder)} - {*known["run_id"].to_pylist(), record.run_id})
    records = (read_record(folder, run_id) for run_id in lacking)
    parts = [others, *_rows(found for found in records if found is not None), table_of(record.table_row())]
    folder.write(RUNS_FILE, to_parquet(pa.concat_tables(parts).sort_by("started_at")))
    return is_damaged


def table_of(row: Mapping[str, Any]) -> pa.Table:
    """Return a run's row as a table; columns left out are null.

    Raises
    ------
    ValueError
        If `row` has a column that the table has not, or a value that does not fit.
    """
    unknown = sorted(set(row) - set(RUNS.names))
    if unknown:
        raise ValueError(f"{RUNS_FILE} has no column {', '.join(unknown)}")
    try:
        return pa.Table.from_pylist([dict(row)], RUNS)
    except OverflowError as error:
        raise ValueError(f"a number does not fit into {RUNS_FILE}: {error}") from error


def _rows(records: Iterable[RunRecord]) -> Iterable[pa.Table]:
    for record in records:
        row = {name: value for name, value in record.table_row().items() if name in RUNS.names}
        try:
            yield table_of(row)
        except (ValueError, pa.ArrowException):
            # A record that somebody has written by hand.
            continue


def _conformed(known: pa.Table) -> pa.Table:
    runs = conform(
        known.rename_columns([FORMER_REASONS.get(name, name) for name in known.column_names]), RUNS
    )
    if any(runs[field.name].null_count for field in RUNS if not field.nullable):
        raise pa.ArrowInvalid("a run without an id or a beginning")
    return runs
