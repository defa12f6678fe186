"""The files that make up a table, and their contents without compression."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import IO, Any, cast

import pyarrow as pa

from hairpipe.errors import ConfigError
from hairpipe.folder import Folder

_WILDCARDS = frozenset("*?[")


def _zstd(handle: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", io.BufferedReader(pa.CompressedInputStream(handle, "zstd")))


_DECOMPRESS: Mapping[str, Callable[[IO[bytes]], Any]] = MappingProxyType(
    {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open, ".zst": _zstd}
)


@dataclass(frozen=True)
class TableFile:
    """One file of a table.

    Attributes
    ----------
    folder : Folder
        Where the table lies.
    name : str
        The file's path in `folder`.
    """

    folder: Folder
    name: str

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


def split_url(url: str) -> tuple[str, str]:
    """Return a path or URL as (folder, last part): ``("s3://a/b", "c.csv")``."""
    folder, slash, last = url.rpartition("/")
    if not slash:
        return ".", last
    return folder or "/", last


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
    parent, last = split_url(path.rstrip("/"))
    folder = Folder(parent)
    if _WILDCARDS & set(last):
        files = [TableFile(folder, name) for name, _ in folder.list() if "/" not in name]
        files = [file for file in files if PurePosixPath(file.name).match(last)]
        if not files:
            raise ConfigError(f"source.path: no file matches {path!r}; correct the pattern")
    elif folder.info(last) is not None:
        files = [TableFile(folder, last)]
    else:
        whole = Folder(path)
        files = [TableFile(whole, name) for name, _ in whole.list()]
        files = [file for file in files if file.suffix in suffixes]
        if not files and not folder.exists(last):
            raise ConfigError(
                f"source.path: no file at {path!r}; give the table's path, relative to the working folder"
            )
    unknown = sorted({file.name for file in files if file.suffix not in suffixes})
    if unknown or not files:
        raise ConfigError(
            f"source.path: {unknown[0] if unknown else path!r} is no table; "
            f"its name must end in one of {', '.join(sorted(suffixes))}, or that and .gz, .bz2, .xz or .zst"
        )
    return files
