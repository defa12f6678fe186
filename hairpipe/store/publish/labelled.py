"""What people said, in the tables: the label's columns of the portraits, and the masks that they painted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.quality.judgement import Judgement
from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import bucket_of
from hairpipe.store.labels import Label, read_labels, standing
from hairpipe.store.parquet import with_column
from hairpipe.store.schema import BY_METHOD, BY_PERSON, KEYS, MASKS, PAINTED_HAIR, TableName, Tables
from hairpipe.store.sources import PortraitKey, key_of

Labels = Mapping[PortraitKey, Label]


@dataclass(frozen=True)
class BucketLabels:
    """The labels that count, by bucket."""

    by_bucket: Mapping[int, Labels] = field(default_factory=dict)
    """Buckets of portraits whose labels were all taken back are there too, without labels."""
    digest: str = ""
    """Hash of them all; empty where there are none."""

    def of(self, bucket: int) -> Labels:
        """Return a bucket's labels."""
        return self.by_bucket.get(bucket, {})

    def only(self, buckets: Iterable[int]) -> BucketLabels:
        """Return the labels of some buckets alone."""
        return BucketLabels({bucket: self.of(bucket) for bucket in buckets}, self.digest)


def read_bucket_labels(folder: Folder, count: int) -> BucketLabels:
    """Return the labels that count of an output folder, by bucket of `count`."""
    saved = read_labels(folder)
    counted = standing(saved)
    grouped: dict[int, dict[PortraitKey, Label]] = {}
    for key in {label.key for label in saved}:
        of_bucket = grouped.setdefault(bucket_of(key.portrait_id, count), {})
        if key in counted:
            of_bucket[key] = counted[key]
    return BucketLabels(grouped, _digest(counted.values()))


def with_labels(tables: Tables, labels: Labels) -> dict[TableName, pa.Table]:
    """Return a bucket's tables with what people said of pictures that are still the same.

    Parameters
    ----------
    tables : Tables
        Whatever they say of labels is replaced.
    labels : mapping of PortraitKey to Label
        Those that count. The label of a picture that has changed is left out, and counts again when the
        picture comes back.
    """
    portraits, masks = tables[TableName.PORTRAITS], tables[TableName.MASKS]
    known = _known_pictures(portraits, labels)
    labelled: list[str | None] = [None] * len(portraits)
    correction: list[str | None] = [None] * len(portraits)
    final = portraits["hair_color"].to_pylist() if known else portraits["hair_color"]
    for row, label in known.items():
        labelled[row] = label.label
        correction[row] = label.corrects(final[row])
        final[row] = None if label.label is Judgement.NO_HAIR else correction[row] or final[row]
    columns = {"label": labelled, "corrected_color": correction, "final_color": final}
    for name, values in columns.items():
        column = values if isinstance(values, pa.ChunkedArray) else pa.array(values, pa.string())
        portraits = with_column(portraits, name, column)
    return {**tables, TableName.PORTRAITS: portraits, TableName.MASKS: _with_painted(masks, known.values())}


def _known_pictures(portraits: pa.Table, labels: Labels) -> dict[int, Label]:
    """Return the labels of pictures that are still the same, by row."""
    if not labels:
        return {}
    ids = pa.array([key.portrait_id for key in labels], pa.string())
    rows = pc.indices_nonzero(pc.is_in(portraits["portrait_id"], ids))
    found = portraits.select(["portrait_id", "source", "image_digest"]).take(rows).to_pylist()
    return {
        row: label
        for row, portrait in zip(rows.to_pylist(), found, strict=True)
        if (label := labels.get(key_of(portrait))) is not None
        and label.image_digest is not None
        and label.image_digest == portrait["image_digest"]
    }


def _with_painted(masks: pa.Table, labels: Iterable[Label]) -> pa.Table:
    """Return the methods' masks and those that people painted, sorted by key."""
    by = pc.fill_null(masks["made_by"], BY_METHOD)
    masks = with_column(masks, "made_by", by).filter(pc.not_equal(by, BY_PERSON))
    painted = [
        {**label.key._asdict(), "region": PAINTED_HAIR, "made_by": BY_PERSON, **label.hair._asdict()}
        for label in labels
        if label.hair is not None and label.label is not Judgement.NO_HAIR
    ]
    if painted:
        masks = pa.concat_tables([masks, pa.Table.from_pylist(painted, MASKS)])
        masks = masks.sort_by([(key, "ascending") for key in KEYS[TableName.MASKS]])
    return masks.combine_chunks()


def _digest(labels: Iterable[Label]) -> str:
    lines = sorted(
        repr((label.key, label.image_digest, label.label, label.accepted, label.hair)) for label in labels
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] if lines else ""
