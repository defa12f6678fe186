from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hairpipe.errors import ConfigError, StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.manifest import (
    APPLIED,
    FileEntry,
    Manifest,
    applied_version,
    changed_buckets,
    latest_manifest,
    manifest_path,
    read_manifest,
    versions,
    write_applied,
    write_manifest,
)
from hairpipe.store.schema import TableName


def entry(table: TableName, bucket: int, sha256: str = "0", rows: int = 1) -> FileEntry:
    return FileEntry(table=table, bucket=bucket, sha256=sha256, rows=rows, bytes=10)


def manifest(version: int, *files: FileEntry) -> Manifest:
    return Manifest(
        version=version,
        previous=version - 1 or None,
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
        run_id="run-1",
        fingerprint="f1",
        planned=2,
        carry={"zeta": "int", "alpha": "string"},
        buckets=16,
        statuses={"ok": 2},
        files=files,
    )


PORTRAITS_0, PORTRAITS_7 = entry(TableName.PORTRAITS, 0), entry(TableName.PORTRAITS, 7, rows=4)
MASKS_0 = entry(TableName.MASKS, 0, rows=9)


def test_a_manifest_comes_back_as_it_was(folder: Folder) -> None:
    written = manifest(3, PORTRAITS_0, PORTRAITS_7, MASKS_0)
    write_manifest(folder, written)
    read = read_manifest(folder, 3)
    assert read == written
    assert list(read.carry) == ["zeta", "alpha"]
    assert (read.rows, read.bucket_files) == (5, 8)
    assert read.entries(TableName.PORTRAITS) == {0: PORTRAITS_0, 7: PORTRAITS_7}


def test_the_highest_version_is_the_current_one(folder: Folder) -> None:
    assert latest_manifest(folder) is None
    for version in (2, 11, 9):
        write_manifest(folder, manifest(version))
    folder.write(".hairpipe/versions/notes.txt", b"")
    assert versions(folder) == [2, 9, 11]
    assert latest_manifest(folder) == manifest(11)


def test_a_version_that_is_not_there_is_refused(folder: Folder) -> None:
    write_manifest(folder, manifest(2))
    with pytest.raises(ConfigError, match="keeps no version 5; it has: 2"):
        read_manifest(folder, 5)


@pytest.mark.parametrize("data", [b"", b"{", b"{}", b"\xff"])
def test_a_damaged_manifest_is_named(folder: Folder, data: bytes) -> None:
    folder.write(manifest_path(5), data)
    with pytest.raises(StoreError, match=r"00000005\.json is damaged; delete it"):
        latest_manifest(folder)


def test_what_is_in_place_is_known_or_not(folder: Folder) -> None:
    assert applied_version(folder) is None
    write_applied(folder, 4)
    assert applied_version(folder) == 4
    folder.write(APPLIED, b"?")
    assert applied_version(folder) is None


def test_changed_buckets_are_those_with_other_files() -> None:
    old = manifest(1, PORTRAITS_0, PORTRAITS_7, MASKS_0)
    new = manifest(2, PORTRAITS_0, PORTRAITS_7, entry(TableName.MASKS, 0, "1"))
    assert changed_buckets(old, new) == (0,)
    assert changed_buckets(old, old) == ()
    assert changed_buckets(None, new) == (0, 7)


def test_paths_are_those_of_the_layout() -> None:
    assert PORTRAITS_7.public_path == "portraits/bucket=b07/part.parquet"
    assert PORTRAITS_7.object_path == ".hairpipe/objects/0.parquet"
