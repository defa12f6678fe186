"""Going back to an earlier version of the tables."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from hairpipe.errors import StoreError
from hairpipe.store.lock import OutputLock
from hairpipe.store.manifest import FileEntry, Manifest, read_manifest
from hairpipe.store.publish.bucket_merge import empty_files
from hairpipe.store.publish.publish import commit, put_in_place
from hairpipe.store.store import Store


def rollback(store: Store, lock: OutputLock, version: int) -> Store:
    """Publish an earlier version's files again, as a new version, and return it.

    Given the current version, every file that readers see is put in its place again; that mends files
    that something else has changed or deleted.

    Parameters
    ----------
    store : Store
        The current version, from :func:`hairpipe.store.publish.publish.recover`.
    lock : OutputLock
        Held by the caller.

    Raises
    ------
    ConfigError
        If that version is not kept.
    StoreError
        If one of its files is gone or damaged. Nothing is changed then.
    LockedError
        If another run has taken the lock.
    """
    earlier = read_manifest(store.folder, version)
    for entry in sorted(set(earlier.files), key=lambda entry: entry.public_path):
        _check_object(store, entry, version)
    if version == store.version:
        lock.confirm()
        put_in_place(store.folder, None, earlier)
        return store
    return commit(store, lock, _again(earlier, store))


def _again(earlier: Manifest, store: Store) -> Manifest:
    """Return a manifest with an earlier version's rows; buckets that it did not have yet become empty."""
    current = 0 if store.manifest is None else store.manifest.bucket_files
    surplus = range(earlier.bucket_files, current)
    return earlier.model_copy(
        update={
            "version": store.version + 1,
            "previous": store.version,
            "published_at": datetime.now(UTC),
            "batches": (),
            "files": (*earlier.files, *empty_files(store.folder, surplus, earlier.carry)),
        }
    )


def _check_object(store: Store, entry: FileEntry, version: int) -> None:
    path = store.folder.path(entry.object_path)
    try:
        digest = hashlib.sha256(store.folder.read(entry.object_path)).hexdigest()
    except FileNotFoundError:
        raise StoreError(
            f"version {version} can't be restored: {path} is gone; take another version"
        ) from None
    if digest != entry.sha256:
        raise StoreError(f"version {version} can't be restored: {path} is damaged; take another version")
