"""A version of the tables: the list of the files that make it up, which is the commit point of a publish.

``.hairpipe/versions/00000007.json`` names for every table and bucket one file by its SHA-256. The
bytes lie in ``.hairpipe/objects/<sha256>.parquet`` and never change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, field_validator

from hairpipe.errors import ConfigError, LockedError, StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import bucket_name
from hairpipe.store.schema import PORTRAIT_COLUMNS, TableName

STATE = ".hairpipe"
VERSIONS = f"{STATE}/versions"
OBJECTS = f"{STATE}/objects"
APPLIED = f"{STATE}/applied.json"
_VERSION_NAME = re.compile(rf"{re.escape(VERSIONS)}/(\d{{8}})\.json")


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)


class FileEntry(_Record):
    """One file of a version."""

    table: TableName
    bucket: int
    sha256: str
    """Of the file's bytes; names the object."""
    rows: int
    bytes: int

    @property
    def object_path(self) -> str:
        """Where the bytes are kept."""
        return f"{OBJECTS}/{self.sha256}.parquet"

    @property
    def public_path(self) -> str:
        """Where readers find the file."""
        return f"{self.table}/bucket={bucket_name(self.bucket)}/part.parquet"


class Manifest(_Record):
    """One version of the tables."""

    version: int
    """Counts up from 1."""
    previous: int | None
    """The version that this one followed."""
    published_at: datetime
    run_id: str
    """The run whose rows are the newest."""
    fingerprint: str
    """Of that run's settings."""
    planned: int
    """Rows that run had to write; as many rows carry its id."""
    carry: Mapping[str, str]
    """The attributes carried over, in column order, with their types."""
    buckets: int
    """A portrait's bucket is its hash modulo this. Files of higher buckets are empty: what is left where
    there once were more."""
    statuses: Mapping[str, int]
    """Rows of the portraits table by status."""
    batches: tuple[str, ...] = Field(default=(), validation_alias=AliasChoices("batches", "units"))
    """Staged batches whose rows are in this version and whose files are of no more use. In older
    versions they are called units."""
    labels: str = ""
    """Hash of the labels that the tables show, :class:`hairpipe.store.publish.labelled.BucketLabels`."""
    files: tuple[FileEntry, ...] = Field(repr=False)

    @field_validator("carry")
    @classmethod
    def _without_own_columns(cls, carry: Mapping[str, str]) -> Mapping[str, str]:
        """An earlier hairpipe may have carried an attribute under a name that is its own column by now."""
        return {name: kind for name, kind in carry.items() if name not in PORTRAIT_COLUMNS}

    @property
    def rows(self) -> int:
        """Rows of the portraits table."""
        return sum(entry.rows for entry in self.files if entry.table == TableName.PORTRAITS)

    @property
    def bucket_files(self) -> int:
        """How many buckets have files, emptied ones included."""
        return 1 + max((entry.bucket for entry in self.files), default=-1)

    def entries(self, table: TableName) -> dict[int, FileEntry]:
        """Return a table's files by bucket."""
        return {entry.bucket: entry for entry in self.files if entry.table == table}


class _Applied(_Record):
    version: int


def changed_buckets(old: Manifest | None, new: Manifest) -> tuple[int, ...]:
    """Return the buckets of which `new` has other files than `old`."""
    known = set() if old is None else set(old.files)
    return tuple(sorted({entry.bucket for entry in new.files if entry not in known}))


def versions(folder: Folder) -> list[int]:
    """Return the numbers of the versions an output folder keeps, oldest first."""
    matches = (_VERSION_NAME.fullmatch(path) for path, _ in folder.list(VERSIONS))
    return sorted(int(match[1]) for match in matches if match)


def manifest_path(version: int) -> str:
    """Return where a version's manifest lies."""
    return f"{VERSIONS}/{version:08d}.json"


def read_manifest(folder: Folder, version: int) -> Manifest:
    """Return a version's manifest.

    Raises
    ------
    ConfigError
        If it is not kept.
    StoreError
        If it is damaged.
    """
    path = manifest_path(version)
    try:
        return Manifest.model_validate_json(folder.read(path))
    except FileNotFoundError:
        kept = ", ".join(map(str, versions(folder))) or "none"
        raise ConfigError(f"{folder.url} keeps no version {version}; it has: {kept}") from None
    except ValidationError:
        raise StoreError(
            f"{folder.path(path)} is damaged; delete it, and the version before it is current again"
        ) from None


def latest_manifest(folder: Folder) -> Manifest | None:
    """Return the current version, whether or not its files are in place yet; None before the first."""
    numbers = versions(folder)
    return read_manifest(folder, numbers[-1]) if numbers else None


def write_manifest(folder: Folder, manifest: Manifest) -> None:
    """Write a manifest, whole or not at all: from then on it is the current version.

    Raises
    ------
    LockedError
        If another run has published a version of that number. Of two runs that both believe they hold
        the lock, one ends here.
    """
    data = manifest.model_dump_json(indent=1).encode()
    if not folder.create(manifest_path(manifest.version), data):
        raise LockedError(
            f"another run has published version {manifest.version} of {folder.url}; run the same "
            "command again"
        )


def applied_version(folder: Folder) -> int | None:
    """Return the version whose files were last put in place completely; None if that is not known."""
    try:
        return _Applied.model_validate_json(folder.read(APPLIED)).version
    except (FileNotFoundError, ValidationError):
        return None


def write_applied(folder: Folder, version: int) -> None:
    """Note that a version's files are all in place."""
    folder.write(APPLIED, _Applied(version=version).model_dump_json().encode())
