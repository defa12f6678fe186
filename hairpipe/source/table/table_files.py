"""The files that make up a table, and their contents without compression."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import IO, Any, cast

import pyarrow as pa

from hairpipe.errors import ConfigError
from hairpipe.source.listing import listing_of
from hairpipe.source.paths import STATE, is_written_by_hairpipe
from hairpipe.storage.folder import Folder, OutsideFolderError

_WILDCARDS = frozenset("*?[")


def _zstd(handle: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", io.BufferedReader(pa.CompressedInputStream(handle, "zstd")))


_DECOMPRESS: Mapping[str, Callable[[IO[bytes]], Any]] = MappingProxyType(
    {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open, ".zst": _zstd}
)


@dataclass(frozen=True)
class TableFile:
    """One file of a table."""

    folder: Folder
    """Where the table lies."""
    name: str
    """The file's path in `folder`."""

    @cached_property
    def stem(self) -> str:
        """The file's name without folders and suffixes."""
        return PurePosixPath(self.name).name.partition(".")[0]

    @cached_property
    def suffix(self) -> str:
        """The format's suffix in lower case, that of a compression left off."""
        path = PurePosixPath(self.name.lower())
        return path.with_suffix("").suffix if path.suffix in _DECOMPRESS else path.suffix

    def open(self) -> IO[bytes]:
        """Open the file for reading, decompressed."""
        handle = self.folder.open(self.name)
        decompress = _DECOMPRESS.get(PurePosixPath(self.name.lower()).suffix)
        return cast("IO[bytes]", decompress(handle)) if decompress else handle


def table_files(path: str, suffixes: frozenset[str]) -> list[TableFile]:
    """Return the files of a table, sorted by name.

    Parameters
    ----------
    path : str
        A file, a folder (all its files with one of `suffixes`, at any depth), or a pattern in
        the last part of a path.
    suffixes : frozenset of str
        What a table's name ends in, before any compression's suffix.

    Raises
    ------
    ConfigError
        If there is no such file, or none that can be a table.
    """
    try:
        files = _found_files(path, suffixes)
    except OutsideFolderError as error:
        raise ConfigError(f"source.path: {error}; give the path that the link leads to") from error
    if not files:
        raise ConfigError(
            f"source.path: no file at {path!r}; give a table, a folder of tables, or a pattern that fits some"
        )
    for file in files:
        if file.suffix not in suffixes:
            raise ConfigError(
                f"source.path: {file.name!r} is no table; its name must end in one of "
                f"{', '.join(sorted(suffixes))}, or that and one of {', '.join(_DECOMPRESS)}"
            )
    return files


def _found_files(path: str, suffixes: frozenset[str]) -> list[TableFile]:
    parent, last = _split(path.rstrip("/"))
    folder = Folder(parent)
    if last and folder.info(last) is not None:
        return [TableFile(folder, last)]
    if _WILDCARDS & set(last):
        children = folder.children()
        output = "" if STATE in children else None
        names = [
            name for name in children if fnmatchcase(name, last) and not is_written_by_hairpipe(name, output)
        ]
    else:
        folder = Folder(path)
        names = [name for name in listing_of(folder).names() if TableFile(folder, name).suffix in suffixes]
    return [TableFile(folder, name) for name in sorted(names) if folder.info(name) is not None]


def _split(url: str) -> tuple[str, str]:
    """Return a path or URL as (folder, last part); a bucket by itself has no last part."""
    scheme, separator, path = url.rpartition("://")
    folder, slash, last = path.rpartition("/")
    if separator and not slash:
        return url, ""
    return f"{scheme}{separator}{folder}{'' if folder else slash or '.'}", last
