"""Checking an output folder from its files: that readers see what was published, and that it is sound."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.errors import StoreError
from hairpipe.status import Status
from hairpipe.storage.database import Database
from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import ROWS_PER_BUCKET
from hairpipe.store.check.checks import Finding, check_rows
from hairpipe.store.log.runs import RUNS_FILE, read_runs
from hairpipe.store.manifest import (
    APPLIED,
    OBJECTS,
    FileEntry,
    Manifest,
    applied_version,
    latest_manifest,
    manifest_path,
    read_manifest,
    versions,
)
from hairpipe.store.parquet import DamagedFileError, read_parquet_file
from hairpipe.store.schema import PUBLIC_TABLES, TableName, Tables, table_schemas
from hairpipe.store.sources import all_with_sources

_NAMED_IDS = 3


@dataclass(frozen=True)
class Problem:
    """Something that is not as it should be."""

    what: str
    """One sentence without its end."""
    where: str
    """A file, relative to the output folder."""
    remedy: str
    """What to do about it."""


@dataclass(frozen=True)
class VerifyReport:
    """What :func:`verify` found."""

    version: int
    """The version that was checked; 0 where nothing has been published yet."""
    files: int
    """How many files were read."""
    rows: int
    """Rows of the portraits table."""
    statuses: Counter[str]
    """Of these, by status."""
    problems: tuple[Problem, ...]
    """Empty where all is well."""


def verify(folder: Folder) -> VerifyReport:
    """Check the tables of an output folder; nothing is written.

    Every file is read: its bytes against the digest in the manifest, its schema and row count; the
    keys and buckets of all rows; hair colours, masks (each is decoded) and the inventory against the
    portraits; the counts by status against the manifest, and the rows of the last run against what
    it had planned and what its record says; that no other files lie among the tables, and that the
    kept versions can be restored.

    Raises
    ------
    StoreError
        If the current version's manifest can't be read.
    """
    manifest = latest_manifest(folder)
    if manifest is None:
        return VerifyReport(0, 0, 0, Counter(), tuple(_stray_files(folder, frozenset())))
    if applied_version(folder) != manifest.version:
        unfinished = Problem(
            f"version {manifest.version} is being published, or was when its run ended, and not all of its "
            "files are in place",
            APPLIED,
            "if no run is at work, run the job again: it finishes this first",
        )
        return VerifyReport(manifest.version, 0, manifest.rows, Counter(manifest.statuses), (unfinished,))
    with Database("check") as database:
        return _Check(folder, manifest, database).report()


class _Check:
    """One pass over the files of a version."""

    def __init__(self, folder: Folder, manifest: Manifest, database: Database) -> None:
        self._folder = folder
        self._database = database
        self._manifest = manifest
        self._schemas = table_schemas(manifest.carry)
        self._restorable = _restorable(folder, manifest)
        self._problems: list[Problem] = []
        self._statuses: Counter[str] = Counter()
        self._run_rows = 0
        self._complete = True

    def report(self) -> VerifyReport:
        """Check everything."""
        manifest = self._manifest
        held: dict[int, Tables] = {}
        for bucket in range(manifest.bucket_files):
            tables = self._tables(bucket)
            if tables is not None:
                held[bucket] = tables
            if sum(len(each[TableName.PORTRAITS]) for each in held.values()) >= ROWS_PER_BUCKET:
                self._check_rows(held)
                held = {}
        if held:
            self._check_rows(held)
        if self._complete:
            self._problems.extend(self._wrong_counts())
        self._problems.extend(self._wrong_records())
        expected = frozenset(entry.public_path for entry in manifest.files if entry.table in PUBLIC_TABLES)
        self._problems.extend(_stray_files(self._folder, expected))
        self._problems.extend(self._lost_versions())
        rows = sum(self._statuses.values())
        return VerifyReport(
            manifest.version, len(manifest.files), rows, self._statuses, tuple(self._problems)
        )

    def _tables(self, bucket: int) -> Tables | None:
        """Return a bucket's rows, None where a file of it can't be read."""
        files = [entry for entry in self._manifest.files if entry.bucket == bucket]
        found = {entry.table: rows for entry in files if (rows := self._read(entry)) is not None}
        if len(found) < len(TableName):
            self._complete = False
            return None
        portraits = found[TableName.PORTRAITS]
        self._statuses.update(portraits["status"].to_pylist())
        self._run_rows += pc.sum(pc.equal(portraits["run_id"], self._manifest.run_id)).as_py() or 0
        return all_with_sources(found)

    def _check_rows(self, buckets: Mapping[int, Tables]) -> None:
        for finding in check_rows(self._database, buckets, self._manifest.buckets):
            self._add(_sentence(finding), self._path(finding.table, finding.bucket), self._go_back())

    def _read(self, entry: FileEntry) -> pa.Table | None:
        path = self._path(entry.table, entry.bucket)
        try:
            data = self._folder.read(path)
        except FileNotFoundError:
            self._add("the file is gone", path, self._mend(entry))
            return None
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            self._add("the file is not the one that was published", path, self._mend(entry))
            return None
        try:
            rows = read_parquet_file(pa.BufferReader(data), self._schemas[entry.table])
        except DamagedFileError as error:
            self._add(f"the file {error}", path, self._go_back())
            return None
        if len(rows) != entry.rows:
            self._add(
                f"the file has {len(rows)} rows, and its manifest says {entry.rows}", path, self._go_back()
            )
        return rows

    def _wrong_counts(self) -> Iterator[Problem]:
        manifest = self._manifest
        path = manifest_path(manifest.version)
        if self._statuses != Counter(manifest.statuses):
            yield Problem(
                f"portraits has {dict(self._statuses)} by status, and {dict(manifest.statuses)} "
                "were published",
                path,
                self._go_back(),
            )
        if self._run_rows != manifest.planned:
            yield Problem(
                f"run {manifest.run_id} had {manifest.planned} rows to write, and portraits has "
                f"{self._run_rows} of it",
                path,
                self._go_back(),
            )

    def _wrong_records(self) -> Iterator[Problem]:
        try:
            runs = read_runs(self._folder).to_pylist()
        except StoreError:
            yield Problem(
                "the file can't be read", RUNS_FILE, "the next run that publishes makes it anew from runs/"
            )
            return
        for run in runs:
            counted = sum(run[f"status_{status}"] or 0 for status in Status)
            if run["version"] is None or run["planned"] is None:
                continue
            if counted != run["planned"]:
                yield Problem(
                    f"run {run['run_id']} planned {run['planned']} portraits, "
                    f"and its statuses add up to {counted}",
                    RUNS_FILE,
                    "run the job again: it does what is missing",
                )
            written = run["planned"] + (run["metadata_changed"] or 0)
            if run["run_id"] == self._manifest.run_id and written != self._manifest.planned:
                yield Problem(
                    f"run {run['run_id']} recorded {written} rows, and published {self._manifest.planned}",
                    RUNS_FILE,
                    "run the job again: it does what is missing",
                )

    def _lost_versions(self) -> Iterator[Problem]:
        for number, is_whole in self._restorable.items():
            if not is_whole:
                yield Problem(
                    f"version {number} can't be restored: it is damaged, or some of its files are gone",
                    manifest_path(number),
                    "the tables do not need it: delete this file",
                )

    def _path(self, table: TableName, bucket: int) -> str:
        entry = self._manifest.entries(table)[bucket]
        return entry.public_path if table in PUBLIC_TABLES else entry.object_path

    def _add(self, what: str, where: str, remedy: str) -> None:
        self._problems.append(Problem(what, where, remedy))

    def _mend(self, entry: FileEntry) -> str:
        """Say how a file comes back: from its kept copy if that is sound."""
        try:
            digest = hashlib.sha256(self._folder.read(entry.object_path)).hexdigest()
        except FileNotFoundError:
            digest = ""
        if digest != entry.sha256:
            return self._go_back()
        url, version = self._folder.url, self._manifest.version
        return f"`hairpipe rollback {url} {version}` puts the published files back in place"

    def _go_back(self) -> str:
        url = self._folder.url
        sound = [number for number, is_whole in self._restorable.items() if is_whole]
        if not sound:
            return "no earlier version can be restored: run the job into a new output folder"
        return (
            f"`hairpipe rollback {url} {sound[-1]}` goes back to an earlier version; then run the job again"
        )


def _sentence(finding: Finding) -> str:
    named = ", ".join(finding.portrait_ids[:_NAMED_IDS])
    more = len(finding.portrait_ids) - _NAMED_IDS
    others = f" (and {more} more)" if more > 0 else ""
    return f"portrait {named}{others} {finding.what}"


def _stray_files(folder: Folder, expected: frozenset[str]) -> Iterator[Problem]:
    for table in PUBLIC_TABLES:
        for path, _ in folder.list(table):
            if path not in expected:
                yield Problem(
                    "the file is not hairpipe's, and readers take it for a part of the table",
                    path,
                    "move it elsewhere",
                )


def _restorable(folder: Folder, manifest: Manifest) -> dict[int, bool]:
    """Return of each earlier version that is kept whether its files are there, by name and size."""
    sizes = {path: info.size for path, info in folder.list(OBJECTS)}
    earlier = [number for number in versions(folder) if number < manifest.version]
    return {number: _has_files(folder, number, sizes) for number in earlier}


def _has_files(folder: Folder, version: int, sizes: Mapping[str, int]) -> bool:
    try:
        files = read_manifest(folder, version).files
    except StoreError:
        return False
    return all(sizes.get(entry.object_path) == entry.bytes for entry in files)
