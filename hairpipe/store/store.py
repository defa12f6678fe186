"""One version of the tables, as the job reads it."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.errors import ConfigError, StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import bucket_numbers, buckets_for
from hairpipe.store.manifest import FileEntry, Manifest, latest_manifest, read_manifest
from hairpipe.store.parquet import DamagedFileError, read_columns, read_parquet
from hairpipe.store.schema import INVENTORY, TableName, table_schemas
from hairpipe.store.sources import with_sources


@dataclass(frozen=True)
class Store:
    """An output folder at one version.

    What is read comes from the version's own files, so it is whole and of one moment, whatever is
    being published meanwhile. Whatever reads raises :class:`~hairpipe.errors.StoreError` where a file is gone
    or damaged.
    """

    folder: Folder
    manifest: Manifest | None = None
    """None where nothing has been published yet."""

    @property
    def version(self) -> int:
        """The version's number; 0 where nothing has been published yet."""
        return 0 if self.manifest is None else self.manifest.version

    @property
    def last_run_id(self) -> str | None:
        """The run whose rows are the newest."""
        return None if self.manifest is None else self.manifest.run_id

    @property
    def carry(self) -> Mapping[str, str]:
        """The attributes carried over, with their types."""
        return {} if self.manifest is None else self.manifest.carry

    @property
    def buckets(self) -> int:
        """How many buckets the rows are spread over."""
        return buckets_for(0) if self.manifest is None else self.manifest.buckets

    def buckets_with(self, added: int) -> int:
        """Return how many buckets the next version has if it gets so many rows more: never fewer."""
        rows = added + (0 if self.manifest is None else self.manifest.rows)
        return max(self.buckets, buckets_for(rows))

    def read(
        self,
        table: TableName,
        columns: Sequence[str] | None = None,
        buckets: Iterable[int] | None = None,
    ) -> pa.Table:
        """Return a table's rows, bucket by bucket.

        Parameters
        ----------
        columns : sequence of str, optional
            Only these, in the order of the schema.
        buckets : iterable of int, optional
            Only these.
        """
        parts = list(self.parts(table, columns, buckets))
        return pa.concat_tables(parts) if parts else self._wanted(table, columns).empty_table()

    def parts(
        self,
        table: TableName,
        columns: Sequence[str] | None = None,
        buckets: Iterable[int] | None = None,
    ) -> Iterator[pa.Table]:
        """Yield a table's rows, a bucket at a time; see :meth:`read`."""
        schema = table_schemas(self.carry)[table]
        entries = {} if self.manifest is None else self.manifest.entries(table)
        chosen = sorted(entries) if buckets is None else [number for number in buckets if number in entries]
        wanted = self._wanted(table, columns)
        for number in chosen:
            yield self._read(entries[number], schema, wanted.names)

    def counts(self, table: TableName, columns: Sequence[str]) -> Counter[tuple[Any, ...]]:
        """Count a table's rows by their values in some columns, a bucket at a time."""
        return sum((count_rows(rows, columns) for rows in self.parts(table, columns)), Counter())

    def _wanted(self, table: TableName, columns: Sequence[str] | None) -> pa.Schema:
        schema = table_schemas(self.carry)[table]
        return schema if columns is None else pa.schema([f for f in schema if f.name in set(columns)])

    def _read(self, entry: FileEntry, schema: pa.Schema, columns: list[str]) -> pa.Table:
        """Return columns of one file; where it has no sources yet, with those of the inventory."""
        rows = read_entry(self.folder, entry, schema, columns)
        if self.manifest is None or "source" not in columns or not rows["source"].null_count:
            return rows
        rows = read_entry(self.folder, entry, schema, list(dict.fromkeys(["portrait_id", *columns])))
        inventory = self.manifest.entries(TableName.INVENTORY)[entry.bucket]
        known = read_entry(self.folder, inventory, INVENTORY, ["portrait_id", "source"])
        return with_sources(rows, known).select(columns)

    def kept_results(self) -> dict[str, int]:
        """Count the rows that show an earlier result by how the last look failed."""
        counts = self.counts(TableName.PORTRAITS, ["last_failure"])
        return {failure: count for (failure,), count in counts.items() if failure is not None}

    def lacks_columns(self) -> bool:
        """Return whether the version was written before its tables had all of today's columns."""
        if self.manifest is None:
            return False
        for table, schema in table_schemas(self.carry).items():
            # All files of a table have the same columns, so one of them tells.
            for entry in list(self.manifest.entries(table).values())[:1]:
                with _explained(self.folder, entry):
                    if not read_columns(self.folder, entry.object_path).equals(schema):
                        return True
        return False

    def rows_of(
        self, table: TableName, portrait_ids: Sequence[str], columns: Sequence[str] | None = None
    ) -> pa.Table:
        """Return a table's rows of the portraits asked for, of all sources; ids it does not have give none.

        Only the buckets they lie in are read. `columns` must hold ``portrait_id``.
        """
        numbers = sorted(set(bucket_numbers(portrait_ids, self.buckets).tolist()))
        wanted = pa.array(portrait_ids, pa.string())
        parts = [self.read(table, columns, [])]
        for number in numbers:
            rows = self.read(table, columns, [number])
            parts.append(rows.filter(pc.is_in(rows["portrait_id"], wanted)))
        return pa.concat_tables(parts)


def count_rows(rows: pa.Table, columns: Sequence[str]) -> Counter[tuple[Any, ...]]:
    """Count rows by their values in some columns."""
    groups = rows.group_by(list(columns), use_threads=False).aggregate([([], "count_all")]).to_pylist()
    return Counter({tuple(group[name] for name in columns): group["count_all"] for group in groups})


def open_store(folder: Folder) -> Store:
    """Return an output folder at its current version, for reading.

    Raises
    ------
    StoreError
        If the current version's manifest is damaged, or tables lie in the folder without one.
    """
    manifest = latest_manifest(folder)
    if manifest is None and folder.exists(TableName.PORTRAITS):
        raise StoreError(
            f"{folder.url} holds a table named portraits but no version of hairpipe's; "
            "name another output folder, or bring its .hairpipe folder back"
        )
    return Store(folder, manifest)


def open_tables(output: str, version: int | None = None) -> Store:
    """Return what runs have published in an output folder, at its current version or another that is kept.

    Raises
    ------
    ConfigError
        If nothing has been published there, or that version is not kept.
    StoreError
        If the folder's state is damaged.
    """
    folder = Folder(output)
    folder.refuse_file()
    store = open_store(folder) if version is None else Store(folder, read_manifest(folder, version))
    if store.manifest is None:
        raise ConfigError(f"{output} holds no tables; give the folder that a run wrote to")
    return store


def read_entry(
    folder: Folder, entry: FileEntry, schema: pa.Schema, columns: Sequence[str] | None = None
) -> pa.Table:
    """Return the rows of one file of a version.

    Raises
    ------
    StoreError
        If it is gone or damaged.
    """
    with _explained(folder, entry):
        return read_parquet(folder, entry.object_path, schema, columns)


@contextlib.contextmanager
def _explained(folder: Folder, entry: FileEntry) -> Iterator[None]:
    """Say of a file that can't be read what it is and what to do."""
    try:
        yield
    except (FileNotFoundError, DamagedFileError) as error:
        what = "is gone" if isinstance(error, FileNotFoundError) else error
        raise StoreError(
            f"{folder.path(entry.object_path)}, the file of {entry.public_path}, {what}; "
            f"run `hairpipe verify {folder.url}`, which says what to do"
        ) from error
