"""New versions of the tables that a person asks for: the same portraits, told otherwise."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime

import pyarrow.compute as pc

from hairpipe.errors import ConfigError
from hairpipe.store.lock import OutputLock
from hairpipe.store.manifest import FileEntry
from hairpipe.store.parquet import conform, with_column
from hairpipe.store.publish.bucket_merge import current_rows, write_object
from hairpipe.store.publish.build import Execute, in_process
from hairpipe.store.publish.publish import commit
from hairpipe.store.schema import KEYS, TableName, Tables, table_schemas
from hairpipe.store.sources import of_source, whole_keys, with_renamed
from hairpipe.store.store import Store


def drop_columns(
    store: Store, lock: OutputLock, names: Collection[str], execute: Execute = in_process
) -> Store:
    """Publish the tables without some carried attributes and return the new version.

    A run that still carries one of them brings it back.

    Parameters
    ----------
    store : Store
        The current version, from :func:`hairpipe.store.publish.publish.recover`.
    lock : OutputLock
        Held by the caller.
    execute : callable, optional
        Does the work on each bucket; by default this process does.

    Raises
    ------
    ConfigError
        If the tables carry no such attribute.
    StoreError, LockedError
        As for :func:`hairpipe.store.publish.publish`.
    """
    unknown = sorted({*names} - {*store.carry})
    if unknown:
        raise ConfigError(
            f"{store.folder.url} carries no column {', '.join(unknown)}; "
            f"those that can be dropped: {', '.join(store.carry) or 'none'}"
        )
    carry = {name: kind for name, kind in store.carry.items() if name not in names}
    return _rewrite(store, lock, carry, lambda tables: _forget_profiles(tables, names), execute)


def _forget_profiles(tables: Tables, names: Collection[str]) -> Tables:
    """Let the next run find the profiles that had a value in one of the columns changed, and rewrite them."""
    portraits, inventory = tables[TableName.PORTRAITS], tables[TableName.INVENTORY]
    has_value = functools.reduce(pc.or_, (pc.is_valid(portraits[name]) for name in names))
    concerned = pc.is_in(whole_keys(inventory), whole_keys(portraits.filter(has_value)))
    digests = pc.if_else(concerned, "", inventory["profile_digest"])
    return {**tables, TableName.INVENTORY: with_column(inventory, "profile_digest", digests)}


def check_rename(store: Store, old: str, new: str) -> None:
    """Raise ConfigError unless all portraits of one source can be given to another name."""
    inventory = store.read(TableName.INVENTORY, ["portrait_id", "source"])
    names = sorted(pc.unique(inventory["source"]).to_pylist())
    where = store.folder.url
    if old not in names:
        there = ", ".join(names) or "none"
        raise ConfigError(f"{where} has no portraits of source {old!r}; its sources: {there}")
    if new == old:
        raise ConfigError(f"source {old!r} has that name already; give another one")
    taken = of_source(inventory, new)["portrait_id"].combine_chunks()
    both = of_source(inventory, old)["portrait_id"]
    both = both.filter(pc.is_in(both, taken)).to_pylist()
    if both:
        others = f" and {len(both) - 1} more" if len(both) > 1 else ""
        raise ConfigError(
            f"{where} has portrait {both[0]!r}{others} of source {old!r} and of source {new!r}, which can't "
            "become one; take another name, or go back to before the second came with `hairpipe rollback`"
        )


def rename_source(store: Store, lock: OutputLock, old: str, new: str, execute: Execute = in_process) -> Store:
    """Publish the portraits of one source under another name and return the new version.

    Parameters
    ----------
    store : Store
        The current version, from :func:`hairpipe.store.publish.publish.recover`.
    lock : OutputLock
        Held by the caller.
    execute : callable, optional
        As for :func:`drop_columns`.

    Raises
    ------
    ConfigError
        If there are none, or the new name has portraits with the same ids.
    StoreError, LockedError
        As for :func:`hairpipe.store.publish.publish`.
    """
    check_rename(store, old, new)
    return _rewrite(
        store,
        lock,
        store.carry,
        lambda tables: {table: with_renamed(rows, old, new) for table, rows in tables.items()},
        execute,
    )


def _rewrite(
    store: Store,
    lock: OutputLock,
    carry: Mapping[str, str],
    change: Callable[[Tables], Tables],
    execute: Execute,
) -> Store:
    """Publish every bucket's rows as `change` returns them."""
    if store.manifest is None:
        raise ConfigError(f"{store.folder.url} has no tables yet; run the job first")

    def written(bucket: int) -> list[FileEntry]:
        """Write one bucket's files."""
        changed = change(current_rows(store, bucket, store.buckets))
        files = []
        for table, schema in table_schemas(carry).items():
            rows = conform(changed[table], schema).sort_by([(key, "ascending") for key in KEYS[table]])
            files.append(write_object(store.folder, table, bucket, rows.combine_chunks()))
        return files

    files = execute(written, range(store.manifest.bucket_files))
    manifest = store.manifest.model_copy(
        update={
            "version": store.version + 1,
            "previous": store.version,
            "published_at": datetime.now(UTC),
            "carry": dict(carry),
            "batches": (),
            "files": tuple(itertools.chain.from_iterable(files)),
        }
    )
    return commit(store, lock, manifest)
