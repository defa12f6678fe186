"""``runs.parquet``: one row for every run of an output folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.errors import StoreError
from hairpipe.folder import Folder
from hairpipe.parquet_file import open_parquet, read_rows
from hairpipe.store.parquet import to_parquet
from hairpipe.store.schema import RUNS

RUNS_FILE = "runs.parquet"


def read_runs(folder: Folder) -> pa.Table:
    """Return the rows of all runs, oldest first; columns that an older hairpipe did not write are null.

    Raises
    ------
    StoreError
        If the file is damaged.
    """
    try:
        with folder.open(RUNS_FILE) as handle:
            known = read_rows(open_parquet(handle))
    except FileNotFoundError:
        return RUNS.empty_table()
    except pa.ArrowInvalid as error:
        raise StoreError(
            f"{folder.path(RUNS_FILE)} is damaged; move it away, and the next run starts a new one"
        ) from error
    columns = [
        known[field.name].cast(field.type)
        if field.name in known.column_names
        else pa.nulls(len(known), field.type)
        for field in RUNS
    ]
    return pa.table(columns, schema=RUNS)


def append_run(folder: Folder, row: Mapping[str, Any]) -> None:
    """Add a run's row, or replace the row of the same ``run_id``.

    Parameters
    ----------
    folder : Folder
        The output folder.
    row : mapping of str to value
        Columns of :data:`hairpipe.store.schema.RUNS`; those left out are null.

    Raises
    ------
    ValueError
        If `row` has a column that the table has not.
    StoreError
        If the file is damaged or can't be written.
    """
    unknown = sorted(set(row) - set(RUNS.names))
    if unknown:
        raise ValueError(f"runs.parquet has no column {', '.join(unknown)}")
    before = read_runs(folder)
    others = before.filter(pc.not_equal(before["run_id"], row["run_id"]))
    folder.write(RUNS_FILE, to_parquet(pa.concat_tables([others, pa.Table.from_pylist([dict(row)], RUNS)])))
