"""Publishing: new files, then the manifest that names them, then every file in its place.

One mechanism serves a run's rows, a new bucket count, a rollback and what a crash left undone:

1. every file that is new is written to ``.hairpipe/objects`` under the hash of its bytes and checked;
2. the manifest of the new version is written: from here on the new version is the current one;
3. bucket by bucket, portraits before hair colours before masks, the files that changed replace those
   that readers see;
4. the staged batches are deleted, and ``.hairpipe/applied.json`` says that all of this is done.

A crash before 2 leaves the old version and some objects that nothing needs. After 2, :func:`recover`
does 3 and 4 again; every command that writes begins with it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from hairpipe.errors import ConfigError, StoreError, VerifyError
from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import buckets_for, is_bucket_count
from hairpipe.store.lock import OutputLock
from hairpipe.store.manifest import (
    Manifest,
    applied_version,
    changed_buckets,
    read_manifest,
    versions,
    write_applied,
    write_manifest,
)
from hairpipe.store.publish.build import Execute, build_files, in_process
from hairpipe.store.publish.labelled import read_bucket_labels
from hairpipe.store.publish.merge import Changes, merged_carry
from hairpipe.store.schema import PUBLIC_TABLES
from hairpipe.store.staging.batches import discard_staged
from hairpipe.store.store import Store, open_store

# As many as suit the rows.
_MOST_TIMES = 16


def recover(folder: Folder, lock: OutputLock) -> Store:
    """Return an output folder at its current version, for writing.

    Where a publish was cut off after its commit, the rest of it is done first.

    Raises
    ------
    StoreError
        If the current version is damaged, or the folder can't be written to.
    LockedError
        If another run has taken the lock.
    """
    store = open_store(folder)
    applied = applied_version(folder)
    if store.manifest is not None and applied != store.version:
        lock.confirm()
        put_in_place(folder, _applied_manifest(folder, applied), store.manifest)
    return store


def _applied_manifest(folder: Folder, applied: int | None) -> Manifest | None:
    """Return the version that readers see, None where that can't be told."""
    if applied is None or applied not in versions(folder):
        return None
    try:
        return read_manifest(folder, applied)
    except StoreError:
        return None


def publish(
    store: Store,
    lock: OutputLock,
    changes: Changes,
    execute: Execute = in_process,
    *,
    staged: int | None = None,
) -> Store:
    """Bring the tables up to date with a run's results and return the new version.

    Only the buckets that the changes concern are rewritten; all of them where the carried attributes
    changed or the rows have outgrown their buckets (:func:`hairpipe.store.buckets.buckets_for`).
    Where nothing changes nothing is written, and the version stays.

    Parameters
    ----------
    store : Store
        The current version, from :func:`recover`.
    lock : OutputLock
        Held by the caller.
    changes : Changes
        The run's results.
    execute : callable, optional
        Does the work on each bucket; by default this process does.
    staged : int, optional
        Portraits that must be found in the staged batches.

    Raises
    ------
    ConfigError
        If a carried attribute changed its type.
    VerifyError
        If the staged batches hold more or less than `staged`.
    StoreError
        If something can't be written, or a file is gone or damaged. Before the commit the tables are
        untouched; after it, the next command carries on.
    LockedError
        If another run has taken the lock.
    """
    return _publish(store, lock, changes, store.buckets_with(changes.added), execute, staged)


def rebucket(store: Store, lock: OutputLock, count: int, execute: Execute = in_process) -> Store:
    """Spread the same rows over another number of buckets and return the new version.

    Parameters
    ----------
    store : Store
        The current version, from :func:`recover`.
    lock : OutputLock
        Held by the caller.
    count : int
        A power of two, enough for the rows by :func:`hairpipe.store.buckets.buckets_for`, and not many
        times as many.
    execute : callable, optional
        As for :func:`publish`.

    Raises
    ------
    ConfigError
        If `count` is not such a number.
    StoreError, LockedError
        As for :func:`publish`.
    """
    manifest = store.manifest
    if manifest is None:
        raise ConfigError(f"{store.folder.url} has no tables yet; run the job first")
    fewest = buckets_for(manifest.rows)
    if not is_bucket_count(count):
        raise ConfigError(f"{count} buckets: the number must be a power of two; take {fewest} or its double")
    if count < fewest:
        raise ConfigError(f"{count} buckets are too few for {manifest.rows} rows; take {fewest} or more")
    if count > (most := _MOST_TIMES * fewest):
        raise ConfigError(
            f"{count} buckets are too many for {manifest.rows} rows: most files would hold a few or none; "
            f"take {most} or fewer"
        )
    changes = Changes(manifest.run_id, "", manifest.fingerprint, manifest.carry, manifest.planned)
    return _publish(store, lock, changes, count, execute)


def publish_labels(store: Store, lock: OutputLock, execute: Execute = in_process) -> Store:
    """Bring the tables up to date with what people said and return the new version.

    Where they said nothing new nothing is written, and the version stays.

    Parameters
    ----------
    store : Store
        The current version, from :func:`recover`.
    lock : OutputLock
        Held by the caller.
    execute : callable, optional
        As for :func:`publish`.

    Raises
    ------
    StoreError, LockedError
        As for :func:`publish`.
    """
    manifest = store.manifest
    if manifest is None or read_bucket_labels(store.folder, store.buckets).digest == manifest.labels:
        return store
    changes = Changes(manifest.run_id, "", manifest.fingerprint, manifest.carry, manifest.planned)
    return _publish(store, lock, changes, store.buckets, execute)


def commit(store: Store, lock: OutputLock, manifest: Manifest) -> Store:
    """Make a version whose objects are all there the current one, and show it to readers."""
    lock.confirm()
    write_manifest(store.folder, manifest)
    put_in_place(store.folder, store.manifest, manifest)
    return Store(store.folder, manifest)


def put_in_place(folder: Folder, base: Manifest | None, manifest: Manifest) -> None:
    """Let readers see a version's files; doing so again changes nothing.

    While buckets double, the files that give rows away are replaced before those that take them, and
    the other way round when they become fewer: a reader never sees a portrait twice.

    Parameters
    ----------
    base : Manifest or None
        The version that readers see all or part of now; None: not known, so every file is replaced.
    manifest : Manifest
        The current version; its objects are all there.
    """
    known = set() if base is None else set(base.files)
    entries = {(entry.table, entry.bucket): entry for entry in manifest.files if entry not in known}
    fewer = base is not None and manifest.buckets < base.buckets
    for bucket in sorted(changed_buckets(base, manifest), reverse=fewer):
        for table in PUBLIC_TABLES:
            if entry := entries.get((table, bucket)):
                folder.copy(entry.object_path, entry.public_path)
    discard_staged(folder, manifest.batches)
    write_applied(folder, manifest.version)


def _publish(
    store: Store,
    lock: OutputLock,
    changes: Changes,
    count: int,
    execute: Execute = in_process,
    staged: int | None = None,
) -> Store:
    carry = merged_carry(store.carry, changes.carry)
    labels = read_bucket_labels(store.folder, count)
    built = build_files(store, changes, carry, count, execute, labels)
    found = built.staged.total()
    if staged not in (None, found):
        words = ", ".join(f"{portraits} {status}" for status, portraits in built.staged.most_common())
        raise VerifyError(
            f"{staged} portraits were planned and reported as done, but the staged files hold {found} "
            f"({words}); nothing was published: run the same command again"
        )
    before = store.manifest
    if before is not None and (built.files, count) == (before.files, before.buckets):
        discard_staged(store.folder, changes.batches)
        return store
    manifest = Manifest(
        version=store.version + 1,
        previous=store.version or None,
        published_at=datetime.now(UTC),
        run_id=changes.run_id,
        fingerprint=changes.fingerprint,
        planned=changes.planned,
        carry=dict(carry),
        buckets=count,
        statuses=dict(sorted(built.statuses.items())),
        batches=tuple(changes.batches),
        labels=labels.digest,
        files=built.files,
    )
    return commit(store, lock, manifest)
