"""Whether readers still find the published files: people and disks take some away between runs."""

from __future__ import annotations

from collections.abc import Sequence

from hairpipe.errors import VerifyError
from hairpipe.store.lock import OutputLock
from hairpipe.store.manifest import OBJECTS, FileEntry, applied_version
from hairpipe.store.schema import PUBLIC_TABLES
from hairpipe.store.store import Store


def misplaced_files(store: Store) -> tuple[FileEntry, ...]:
    """Return the files of the current version that readers do not find, or find with another size.

    None while the version is being put in place, or where that was cut off.
    """
    if store.manifest is None or applied_version(store.folder) != store.version:
        return ()
    sizes = {path: info.size for table in PUBLIC_TABLES for path, info in store.folder.list(table)}
    return tuple(
        entry
        for entry in store.manifest.files
        if entry.table in PUBLIC_TABLES and sizes.get(entry.public_path) != entry.bytes
    )


def put_back(store: Store, lock: OutputLock, files: Sequence[FileEntry]) -> None:
    """Let readers see published files again, from the copies that the version keeps.

    The caller holds the lock, and the files are from :func:`misplaced_files`.

    Raises
    ------
    VerifyError
        If a copy is gone too.
    StoreError
        If the folder can't be written to.
    LockedError
        If another run has taken the lock.
    """
    if not files:
        return
    kept = {path: info.size for path, info in store.folder.list(OBJECTS)}
    lost = [entry for entry in files if kept.get(entry.object_path) != entry.bytes]
    if lost:
        raise VerifyError(
            f"{len(lost)} published files are gone from {store.folder.url}, such as {lost[0].public_path}, "
            f"and so are their copies; run `hairpipe verify {store.folder.url}`, which says how to go back "
            "to an earlier version"
        )
    lock.confirm()
    for entry in files:
        store.folder.copy(entry.object_path, entry.public_path)


def told(store: Store, files: Sequence[FileEntry], done: str) -> tuple[str, ...]:
    """Return a sentence about files that are not in their place, and what is done about it; or none."""
    if not files:
        return ()
    which = "file is" if len(files) == 1 else "files are"
    return (
        f"{len(files)} published {which} gone from {store.folder.url} or not as published, such as "
        f"{files[0].public_path}; {done}",
    )
