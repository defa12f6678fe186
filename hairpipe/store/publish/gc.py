"""Removing what no kept version needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.lock import OutputLock
from hairpipe.store.manifest import OBJECTS, manifest_path, read_manifest, versions
from hairpipe.store.store import Store

# A half-written file that nobody has touched for this long belongs to a process that is dead.
DEAD_TEMPORARY_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Garbage:
    """What was removed."""

    versions: tuple[int, ...]
    objects: int
    """Files that only they needed, or that a crash left behind."""
    bytes: int
    """Size of these files."""
    temporaries: int
    """Half-written files."""
    damaged: tuple[int, ...] = ()
    """Kept versions whose manifests can't be read: as long as they are there, no objects are removed."""


def collect_garbage(store: Store, lock: OutputLock, keep: int) -> Garbage:
    """Forget old versions and delete every file that no kept version needs.

    Staged batches stay: they are finished work that the next run takes up or throws away.

    Parameters
    ----------
    store : Store
        The current version, from :func:`hairpipe.store.publish.publish.recover` or later.
    lock : OutputLock
        Held by the caller.
    keep : int
        How many versions before the current one can still be rolled back to.

    Raises
    ------
    StoreError
        If something can't be deleted.
    LockedError
        If another run has taken the lock.
    """
    lock.confirm()
    folder = store.folder
    numbers = versions(folder)
    kept = [number for number in numbers if number >= store.version - keep]
    needed, damaged = _needed_objects(folder, kept)
    # Manifests go first: one that is still there can count on its objects.
    forgotten = tuple(number for number in numbers if number not in kept)
    for number in forgotten:
        folder.delete(manifest_path(number))
    # Whoever mends a damaged manifest by hand needs its objects.
    objects = [] if damaged else list(folder.list(OBJECTS))
    orphans = [(path, info.size) for path, info in objects if path not in needed]
    for path, _ in orphans:
        folder.delete(path)
    return Garbage(
        versions=forgotten,
        objects=len(orphans),
        bytes=sum(size for _, size in orphans),
        temporaries=folder.delete_temporaries(DEAD_TEMPORARY_SECONDS),
        damaged=damaged,
    )


def _needed_objects(folder: Folder, kept: Iterable[int]) -> tuple[set[str], tuple[int, ...]]:
    """Return the objects that versions need, and the versions of which that can't be told."""
    needed: set[str] = set()
    damaged = []
    for number in kept:
        try:
            needed.update(entry.object_path for entry in read_manifest(folder, number).files)
        except StoreError:
            damaged.append(number)
    return needed, tuple(damaged)


def kept_for_damage(garbage: Garbage) -> list[str]:
    """Return a sentence for each version that keeps other files from being removed."""
    return [
        f"version {number} can't be read, so no files were removed; delete {manifest_path(number)}"
        for number in garbage.damaged
    ]
