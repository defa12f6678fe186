"""What earlier runs know of the portraits, looked up by id."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.status import Status

# In the order of the attributes of `Known`.
_KNOWN_COLUMNS = (
    "image",
    "image_size",
    "image_version",
    "image_digest",
    "given_face",
    "profile_digest",
    "status",
    "fingerprint",
    "attempts",
    "removed",
    "keeps_result",
)
_TEXTS_AT_ONCE = 10_000
INVENTORY_COLUMNS = ("portrait_id", "source", *_KNOWN_COLUMNS)


@dataclass(frozen=True, slots=True)
class Known:
    """What the inventory knows of one portrait."""

    image: str | None
    size: int | None
    version: str | None
    digest: str | None
    given_face: str | None
    profile: str
    status: str
    fingerprint: str
    attempts: int
    removed: bool
    keeps_result: bool | None = None


class Inventory:
    """The inventory table, compact enough for millions of rows.

    Parameters
    ----------
    table : pyarrow.Table
        With `INVENTORY_COLUMNS` at least.
    source : str
        The source whose portraits are looked up by id; the same id of another source is another portrait.

    Attributes
    ----------
    are_own : ndarray of bool
        For each row whether it is of that source.
    """

    def __init__(self, table: pa.Table, source: str) -> None:
        self._columns = {name: _one_array(table[name]) for name in INVENTORY_COLUMNS}
        self.are_own: NDArray[np.bool_] = _mask(pc.equal(self._columns["source"], source))
        own = np.flatnonzero(self.are_own)
        ids = table["portrait_id"].filter(pa.array(self.are_own))
        # Sorted hashes take a tenth of a dictionary's memory.
        hashes = np.fromiter((hash(portrait_id) for portrait_id in _texts(ids)), np.int64)
        order = np.argsort(hashes, kind="stable")
        self._rows = array("q", own[order].tobytes())
        self._hashes = array("q", hashes[order].tobytes())

    def __len__(self) -> int:
        return len(self.are_own)

    def row_of(self, portrait_id: str) -> int | None:
        """Return where a portrait of the source stands, None if it is not known."""
        wanted = hash(portrait_id)
        for at in range(bisect_left(self._hashes, wanted), len(self._hashes)):
            if self._hashes[at] != wanted:
                return None
            if self._columns["portrait_id"][self._rows[at]].as_py() == portrait_id:
                return self._rows[at]
        return None

    def known(self, row: int) -> Known:
        """Return what is known of the portrait in a row."""
        return Known(*(self._columns[name][row].as_py() for name in _KNOWN_COLUMNS))

    def ids(self, rows: NDArray[np.bool_]) -> tuple[str, ...]:
        """Return the ids of the portraits in some rows."""
        return tuple(self._columns["portrait_id"].filter(pa.array(rows)).to_pylist())

    @property
    def are_removed(self) -> NDArray[np.bool_]:
        """For each row whether an earlier run marked it removed."""
        return _mask(self._columns["removed"])

    @property
    def are_placeholders(self) -> NDArray[np.bool_]:
        """For each row whether its picture was taken for the site's placeholder."""
        return _mask(pc.equal(self._columns["status"], str(Status.PLACEHOLDER)))

    @property
    def attempts(self) -> NDArray[np.int64]:
        """For each row how many runs have looked at its picture."""
        attempts: NDArray[np.int64] = self._columns["attempts"].to_numpy().astype(np.int64)
        return attempts

    def have_status(self, statuses: frozenset[Status]) -> NDArray[np.bool_]:
        """Return for each row whether it has one of some statuses."""
        return _mask(pc.is_in(self._columns["status"], pa.array(sorted(map(str, statuses)), pa.string())))

    @property
    def picture_keys(self) -> pa.Array:
        """What rows of the same picture have in common: its digest, or a placeholder's path; else null.

        Files without a byte have no picture in common.
        """
        paths = pc.if_else(pa.array(self.are_placeholders), self._columns["image"], None)
        has_bytes = pc.not_equal(pc.fill_null(self._columns["image_size"], 1), 0)
        return pc.if_else(has_bytes, pc.coalesce(self._columns["image_digest"], paths), None)

    def show(self, pictures: pa.Array) -> NDArray[np.bool_]:
        """Return for each row whether its picture's key is among some."""
        return _mask(pc.is_in(self.picture_keys, pictures))

    @property
    def sizes(self) -> pa.Array:
        """The sizes of all known pictures, in bytes."""
        return pc.unique(self._columns["image_size"]).drop_null()


def _texts(column: pa.ChunkedArray) -> Iterator[str]:
    for chunk in column.chunks:
        for start in range(0, len(chunk), _TEXTS_AT_ONCE):
            yield from chunk.slice(start, _TEXTS_AT_ONCE).to_pylist()


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _mask(values: pa.Array) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = values.to_numpy(zero_copy_only=False).astype(bool)
    return mask
