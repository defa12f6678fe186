"""The database in which a plan is made: DuckDB in this process, with little memory and its own folder."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa

from hairpipe.errors import StoreError

_MEMORY = "128MB"
_THREADS = 2


class PlanDatabase:
    """Tables of one plan; they are gone when it is closed or forgotten."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="hairpipe-plan-", ignore_cleanup_errors=True)
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _MEMORY,
            "threads": _THREADS,
            "temp_directory": f"{self._folder.name}/spill",
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        with self._explained():
            self._connection = duckdb.connect(f"{self._folder.name}/plan.duckdb", config=settings)

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()
        self._folder.cleanup()

    def run(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows, of which there are few."""
        with self._explained():
            return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, **values: Any) -> tuple[Any, ...]:
        """Return the only row of a query."""
        (row,) = self.run(sql, **values)
        return row

    def insert(self, table: str, rows: pa.Table) -> None:
        """Add rows; columns are told by their names."""
        with self._explained():
            self._connection.register("inserted", rows)
            self._connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM inserted")
            self._connection.unregister("inserted")

    def batches(self, sql: str, at_once: int, **values: Any) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a query, so many at a time at most; meanwhile others may be run."""
        with self._explained(), contextlib.closing(self._connection.cursor()) as cursor:
            yield from cursor.sql(sql, params=values).to_arrow_reader(at_once)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise StoreError(
                f"the plan can't be made in {self._folder.name} ({' '.join(str(error).split())[:200]}); make "
                "room there, or set TMPDIR to a folder that has it"
            ) from error
