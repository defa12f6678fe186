"""The files of a folder in an object store, in as little memory as a million of them can take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.source.paths import is_written_by_hairpipe, only_plain, outputs_among, plain_path
from hairpipe.storage.folder import FileInfo, Folder

_FILES = pa.schema([("name", pa.string()), ("size", pa.int64()), ("version", pa.string())])
_AT_ONCE = 10_000


class RemoteListing:
    """A folder in an object store: listed once, when first asked."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def find(self, relative: str) -> FileInfo | None:
        """Return a file's size and version, or None where there is no such file."""
        return self._files.find(plain_path(relative, self._folder))

    def find_plain(self, paths: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Return the sizes and versions of the files that have these very names."""
        return self._files.find_all(only_plain(paths))

    def names(self, under: str = "") -> Iterator[str]:
        """Yield every file below `under`, sorted."""
        prefix = f"{under}/" if under else ""
        outputs = outputs_among(self._files.names)
        for name in (found.as_py() for found in self._files.names):
            if not name.startswith(prefix) or "/." in f"/{name[len(prefix) :]}":
                continue
            if not any(is_written_by_hairpipe(name, output) for output in outputs):
                yield name

    def contents(self, names: Sequence[str], at_most: int) -> dict[str, bytes]:
        """Return the bytes of small files; those larger than `at_most` and those gone are left out."""
        infos = {name: self.find(name) for name in names}
        return self._folder.read_many([name for name, info in infos.items() if info and info.size <= at_most])

    @cached_property
    def _files(self) -> _Files:
        return _Files(self._folder)


class _Files:
    """Files by the column, found by the hashes of their names: a dict takes three times as much.

    Attributes
    ----------
    names : Array of string
        Sorted.
    """

    def __init__(self, folder: Folder) -> None:
        listed, parts, hashes = folder.list(), [_FILES.empty_table()], [np.empty(0, np.int64)]
        while some := list(islice(listed, _AT_ONCE)):
            rows = [(name, info.size, info.version) for name, info in some]
            parts.append(pa.table(list(map(pa.array, zip(*rows, strict=True))), _FILES))
            hashes.append(_hashes([name for name, _ in some]))
        files, all_hashes = pa.concat_tables(parts), np.concatenate(hashes)
        self.names, self._sizes, self._versions = (column.combine_chunks() for column in files.columns)
        self._places = np.argsort(all_hashes)
        self._hashes = all_hashes[self._places]

    def find(self, name: str) -> FileInfo | None:
        """Return what is known of a file, None where there is none."""
        (value,) = _hashes([name])
        first, stop = np.searchsorted(self._hashes, value), np.searchsorted(self._hashes, value, "right")
        for place in self._places[first:stop]:
            if self.names[place].as_py() == name:
                return FileInfo(self._sizes[place].as_py(), self._versions[place].as_py())
        return None

    def find_all(self, names: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Return sizes and versions, null where there is no file; also of the second with a hash."""
        if not len(self.names):
            return pa.nulls(len(names), pa.int64()), pa.nulls(len(names), pa.string())
        at = np.searchsorted(self._hashes, _hashes(names.to_pylist()))
        at = np.minimum(at, len(self._hashes) - 1)
        places = pa.array(self._places[at])
        is_there = pc.equal(self.names.take(places), names)
        places = pc.if_else(is_there, places, pa.scalar(None, pa.int64()))
        return self._sizes.take(places), self._versions.take(places)


def _hashes(names: Sequence[str | None]) -> npt.NDArray[np.int64]:
    return np.fromiter(map(hash, names), np.int64, len(names))
