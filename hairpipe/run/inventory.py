"""What earlier runs know of the portraits, looked up by id."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.status import Status

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
)


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


class Inventory:
    """The inventory table, compact enough for millions of rows.

    Parameters
    ----------
    table : pyarrow.Table
        With the columns of :data:`hairpipe.store.schema.INVENTORY`.
    """

    def __init__(self, table: pa.Table) -> None:
        self._row_of = {
            portrait_id: row
            for row, portrait_id in enumerate(
                portrait_id.as_py() for chunk in table["portrait_id"].chunks for portrait_id in chunk
            )
        }
        self._columns = {name: _one_array(table[name]) for name in ("portrait_id", "source", *_KNOWN_COLUMNS)}

    def __len__(self) -> int:
        return len(self._row_of)

    def row_of(self, portrait_id: str) -> int | None:
        """Return where a portrait stands, None if it is not known."""
        return self._row_of.get(portrait_id)

    def known(self, row: int) -> Known:
        """Return what is known of the portrait in a row."""
        return Known(*(self._columns[name][row].as_py() for name in _KNOWN_COLUMNS))

    def ids(self, rows: NDArray[np.bool_]) -> tuple[str, ...]:
        """Return the ids of the portraits in some rows."""
        return tuple(self._columns["portrait_id"].filter(pa.array(rows)).to_pylist())

    def are_of(self, source: str) -> NDArray[np.bool_]:
        """Return for each row whether it is of a source."""
        return _mask(pc.equal(self._columns["source"], source))

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

    @property
    def sizes(self) -> pa.Array:
        """The sizes of all known pictures, in bytes."""
        return pc.unique(self._columns["image_size"]).drop_null()


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _mask(values: pa.Array) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = values.to_numpy(zero_copy_only=False).astype(bool)
    return mask
