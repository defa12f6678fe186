"""A failed read or write in one sentence: what, where, what to do."""

from __future__ import annotations

import errno

from hairpipe.errors import ConfigError, HairpipeError, StoreError, UnreadableError
from hairpipe.storage.failures import FailureKind, kind_of, patience_seconds, words_of

_AGAIN = "then run the same command again"
_NO_PERMISSION = "no permission to write there; change the folder's permissions or name another one"
_WRITE_REMEDIES = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
    errno.EROFS: "the file system is read-only; make it writable or name another folder",
}


def failed_read(full: str, error: Exception, is_local: bool) -> Exception:
    """Return what to raise where a disk or a store can't read a file.

    `FileNotFoundError`, or a :class:`~hairpipe.errors.HairpipeError` with the whole sentence.
    """
    kind, words = kind_of(error), words_of(error)
    if kind is FailureKind.ABSENT:
        return FileNotFoundError(errno.ENOENT, "no such file", full)
    if kind is FailureKind.DENIED:
        change = "its permissions" if is_local else "its permissions, or use other credentials"
        return UnreadableError(
            f"can't read {full}: no permission to read it; change {change}, {_AGAIN}", words
        )
    if kind is FailureKind.OTHER:
        return UnreadableError(f"can't read {full}: {words}; see to that, {_AGAIN}", words)
    if is_local:
        return StoreError(f"can't read {full}: {words}; see to that, {_AGAIN}")
    return _store_failed(f"can't read {full}", kind, words)


def failed_write(full: str, error: Exception, is_local: bool) -> HairpipeError:
    """Return what to raise where a disk or a store can't write, copy or delete a file."""
    kind, words = kind_of(error), words_of(error)
    number = error.errno if is_local and isinstance(error, OSError) else None
    if number in _WRITE_REMEDIES:
        return _not_written(full, _WRITE_REMEDIES[number])
    if is_local or kind is FailureKind.OTHER:
        return _not_written(full, f"{words}; see to that")
    if kind is FailureKind.DENIED:
        return _not_written(full, _NO_PERMISSION)
    if kind is FailureKind.ABSENT:
        return ConfigError(f"can't write {full}: there is no such bucket; create it, or name another one")
    return _store_failed(f"can't write {full}", kind, words)


def failed_open(url: str, error: Exception) -> HairpipeError:
    """Return what to raise where a URL can't be made a folder of, by what fsspec or a library raised."""
    kind, words = kind_of(error), words_of(error)
    if isinstance(error, ImportError):
        remedy = "pip install 'hairpipe[s3]'" if url.startswith(("s3://", "s3a://")) else words
        return ConfigError(f"{url} needs a package that is not installed: {remedy}")
    if kind in (FailureKind.PASSING, FailureKind.EXPIRED, FailureKind.CREDENTIALS):
        return _store_failed(f"can't open {url}", kind, words)
    return ConfigError(
        f"{url} can't be opened as a folder ({words}); name a local path, or a URL such as s3://bucket/folder"
    )


def _not_written(full: str, reason: str) -> StoreError:
    return StoreError(f"can't write {full}: {reason}, {_AGAIN}", reason)


def _store_failed(what: str, kind: FailureKind, words: str) -> HairpipeError:
    if kind is FailureKind.CREDENTIALS:
        return ConfigError(
            f"{what}: the store's credentials are missing or wrong ({words}); set them where the store's own "
            "tools look for them"
        )
    if kind is FailureKind.EXPIRED:
        return StoreError(f"{what}: the store's credentials have expired ({words}); renew them, {_AGAIN}")
    if kind is FailureKind.MISTAKE:
        return ConfigError(f"{what}: the store can't do that or knows no such place ({words}); check the URL")
    return StoreError(
        f"{what}: the store does not answer as it should ({words}), tried for {patience_seconds():g} s; see "
        f"that it can be reached, {_AGAIN}"
    )
