"""What earlier runs left, as tables that a plan reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.extract.face.box import NETWORK
from hairpipe.store.buckets import bucket_numbers
from hairpipe.store.schema import INVENTORY, TableName
from hairpipe.store.sources import of_source
from hairpipe.store.store import Store

# In the order of the table ``known`` of a plan's database.
KNOWN = pa.schema(
    [
        INVENTORY.field(name)
        for name in (
            "portrait_id",
            "source",
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
    ]
)
_FACE = ("face_x", "face_y", "face_w", "face_h", "face_source", "face_score", "face_count")
# A face that an earlier run found, and the digest of the picture that it was found in.
FACES = pa.schema(
    [
        ("portrait_id", pa.string()),
        *[(name, pa.float64()) for name in ("face_x", "face_y", "face_w", "face_h")],
        ("face_source", pa.string()),
        ("face_score", pa.float64()),
        ("face_count", pa.int64()),
        ("face_digest", pa.string()),
    ]
)


class Inventory(Protocol):
    """What is known of the portraits of all sources."""

    def known(self) -> Iterable[pa.Table]:
        """Yield all rows, with the columns of `KNOWN`, in parts."""

    def faces(self, portrait_ids: Iterable[str]) -> Iterable[pa.Table]:
        """Yield the faces known of portraits of this source, as `FACES`; of others, too, perhaps."""


class StoredInventory:
    """The inventory in an output folder, read bucket by bucket.

    Parameters
    ----------
    source : str
        The name of the source that is planned.
    face_fingerprint : str
        Of this run's settings; faces found with others don't count.
    """

    def __init__(self, store: Store, source: str, face_fingerprint: str) -> None:
        self._store = store
        self._source = source
        self._face_fingerprint = face_fingerprint

    def known(self) -> Iterator[pa.Table]:
        """Yield all rows, a bucket at a time."""
        for bucket in self._buckets(TableName.INVENTORY):
            yield self._store.read(TableName.INVENTORY, KNOWN.names, [bucket]).select(KNOWN.names)

    def faces(self, portrait_ids: Iterable[str]) -> Iterator[pa.Table]:
        """Yield the faces of all portraits in the buckets of those asked for."""
        buckets = set(bucket_numbers(portrait_ids, self._store.buckets).tolist())
        for bucket in sorted(buckets & set(self._buckets(TableName.INVENTORY))):
            yield self._faces_in(bucket)

    def _faces_in(self, bucket: int) -> pa.Table:
        own = ["portrait_id", "source", "face_fingerprint"]
        same = of_source(self._store.read(TableName.INVENTORY, own, [bucket]), self._source)
        same = same.filter(pc.equal(same["face_fingerprint"], self._face_fingerprint))
        columns = ["portrait_id", "source", "image_digest", *_FACE]
        rows = of_source(self._store.read(TableName.PORTRAITS, columns, [bucket]), self._source)
        rows = rows.filter(pc.is_in(rows["portrait_id"], same["portrait_id"].combine_chunks()))
        # What the network sees is no detector's word, and soon seen again.
        found = pc.and_(pc.is_valid(rows["face_x"]), pc.not_equal(rows["face_source"], NETWORK))
        rows = rows.filter(pc.and_(found, pc.is_valid(rows["image_digest"])))
        return rows.select(["portrait_id", *_FACE, "image_digest"]).rename_columns(FACES.names).cast(FACES)

    def _buckets(self, table: TableName) -> list[int]:
        manifest = self._store.manifest
        return [] if manifest is None else sorted(manifest.entries(table))
