"""Tables to ask and then forget: DuckDB in this process, with little memory and a folder of its own."""

from __future__ import annotations

import contextlib
import glob
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self, TypeVar

import duckdb
import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from hairpipe.errors import StoreError
from hairpipe.storage.meanwhile import each_meanwhile
from hairpipe.storage.own_folder import OwnFolder

T = TypeVar("T")

# Enough for a million portraits. What needs more gets twice as much, and again, up to half of the machine's.
_MEGABYTES, _SHARE_OF_MACHINE = 96, 0.5
_THREADS = 2


class Database:
    """Tables in memory and a temporary folder; they are gone when it is closed or forgotten.

    `purpose`, such as ``plan``, is what can't be made where there is no room; `megabytes` are to begin with.
    """

    def __init__(self, purpose: str, megabytes: int | None = None) -> None:
        self._purpose = purpose
        self._megabytes = megabytes or _MEGABYTES
        self._folder = OwnFolder(f"hairpipe-{purpose}-")
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{self._megabytes}MB",
            "threads": _THREADS,
            "temp_directory": f"{self._folder.path}/spill",
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        with self._explained():
            self._connection = _quiet(duckdb.connect(config=settings))

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()
        self._folder.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def run(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows, of which there are few.

        It may be run again with more memory: running it twice has to give the same.
        """
        with self._explained():
            return self._with_enough_memory(lambda: self._connection.execute(sql, values).fetchall())

    def table(self, sql: str, **values: Any) -> pa.Table:
        """Return the rows of a query, of which there are few; see :meth:`run`."""
        with self._explained():
            return self._with_enough_memory(lambda: self._connection.sql(sql, params=values).to_arrow_table())

    def one(self, sql: str, **values: Any) -> tuple[Any, ...]:
        """Return the only row of a query."""
        (row,) = self.run(sql, **values)
        return row

    def create(self, table: str, schema: pa.Schema) -> None:
        """Make a table with the columns of a schema, without rows."""
        self._connection.register("empty", schema.empty_table())
        self._connection.execute(f"CREATE TABLE {table} AS SELECT * FROM empty")
        self._connection.unregister("empty")

    def show(self, table: str, rows: pa.Table) -> None:
        """Let queries see rows under a name, in place of those that they saw under it before."""
        self._connection.register(table, rows)

    def insert(self, table: str, rows: pa.Table) -> None:
        """Add rows; columns are told by their names."""
        with self._explained():
            self._connection.register("inserted", rows)
            sql = f"INSERT INTO {table} BY NAME SELECT * FROM inserted"
            self._with_enough_memory(lambda: self._connection.execute(sql))
            self._connection.unregister("inserted")

    def keep(self, table: str, schema: pa.Schema, blocks: Iterable[pa.Table], number: str) -> None:
        """Make a table of many rows that stay as they are: it lies in a file, so that it takes no memory.

        Each block is written while the next one is made. `number` is the column with the number of each row.
        """
        path = self._folder.path / f"{table}.parquet"
        count = 0
        with self._explained():
            file = pq.ParquetWriter(path, schema.append(pa.field(number, pa.int64())), use_dictionary=False)

        def write(rows: pa.Table) -> None:
            nonlocal count
            numbers = pa.array(np.arange(count, count + len(rows)))
            with self._explained():
                file.write_table(rows.cast(schema).append_column(number, numbers))
            count += len(rows)

        each_meanwhile(blocks, write)
        with self._explained():
            file.close()
            self._connection.read_parquet(glob.escape(str(path))).create_view(table)

    def batches(self, sql: str, at_once: int, **values: Any) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a query, so many at a time at most; meanwhile others may be run."""
        with self._explained(), contextlib.closing(_quiet(self._connection.cursor())) as cursor:

            def first_and_others() -> tuple[list[pa.RecordBatch], Iterator[pa.RecordBatch]]:
                reader = cursor.sql(sql, params=values).to_arrow_reader(at_once)
                return list(itertools.islice(reader, 1)), reader

            # Sorting and joining, which take the memory, are done when the first rows come.
            yield from itertools.chain(*self._with_enough_memory(first_and_others))

    def _with_enough_memory(self, act: Callable[[], T]) -> T:
        while True:
            try:
                return act()
            except (duckdb.OutOfMemoryException, OSError) as error:
                # Of rows that are read as Arrow's, Arrow tells it, in DuckDB's words.
                if "Out of Memory" not in str(error) or not self._take_more_memory():
                    raise

    def _take_more_memory(self) -> bool:
        """Double the limit; return whether the machine has that much."""
        self._megabytes *= 2
        if self._megabytes > _SHARE_OF_MACHINE * psutil.virtual_memory().total / 2**20:
            return False
        self._connection.execute(f"SET memory_limit = '{self._megabytes}MB'")
        return True

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (duckdb.IOException, duckdb.OutOfMemoryException, OSError) as error:
            raise StoreError(
                f"the {self._purpose} can't be made in {self._folder.path} "
                f"({' '.join(str(error).split())[:200]}); make room there, or set TMPDIR to one with room"
            ) from error


def _quiet(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return a connection without the progress bar that notebooks and `python -c` would get."""
    return connection.execute("SET enable_progress_bar = false")
