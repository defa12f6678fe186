"""What a person said of portraits: a table that only ever grows, in the output folder.

``<out>/labels/<session>.parquet`` holds every judgement of one session, in order. Each file has
one writer and is replaced atomically with each judgement, so what was saved stays saved, on a
disk and in an object store, and several reviewers can work at once. A later judgement of a
portrait by the same reviewer counts instead of the earlier one; one that says nothing takes it
back. Runs never touch this folder; they read it, and publish what it says of pictures that are
still the same (:mod:`hairpipe.store.publish.labelled`).
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hairpipe.errors import StoreError
from hairpipe.quality.judgement import Judgement
from hairpipe.storage.folder import Folder
from hairpipe.storage.parquet_file import open_parquet, read_rows
from hairpipe.store.masks import decode_mask
from hairpipe.store.parquet import conform, to_parquet
from hairpipe.store.schema import TableName
from hairpipe.store.sources import PortraitKey, with_renamed
from hairpipe.store.store import open_store

LABELS = pa.schema(
    [
        pa.field("portrait_id", pa.string(), nullable=False),
        # Null in what was saved before ids were counted within their source.
        pa.field("source", pa.string()),
        pa.field("label", pa.string()),
        pa.field("corrected_color", pa.string()),
        pa.field("image_digest", pa.string()),
        pa.field("mask_digest", pa.string()),
        pa.field("method", pa.string()),
        pa.field("picked", pa.string(), nullable=False),
        pa.field("time", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("reviewer", pa.string(), nullable=False),
        # Null in what was saved before the next three were asked for.
        pa.field("names", pa.list_(pa.string())),
        pa.field("reasons", pa.list_(pa.string())),
        # The hair as the person painted it: COCO compressed RLE at the picture's size.
        pa.field("hair", pa.struct([("height", pa.int32()), ("width", pa.int32()), ("counts", pa.string())])),
    ]
)
# A file that is written anew with each judgement must not grow without end.
_MOST_IN_A_FILE = 200


class Fault(StrEnum):
    """What a person may say is wrong with a mask."""

    MISSING = "missing"
    BACKGROUND = "background"
    CLOTHES = "clothes"
    SKIN = "skin"
    HEADWEAR = "headwear"
    OTHER = "other"


class PaintedMask(NamedTuple):
    """Hair as a person painted it: COCO compressed RLE."""

    height: int
    width: int
    counts: str

    @property
    def mask(self) -> NDArray[np.bool_]:
        """The mask, (height, width)."""
        return decode_mask(self.counts, self.height, self.width)


class SampleReason(StrEnum):
    """Why a portrait was shown: only a random pick may count towards an estimate."""

    UNCERTAIN = "uncertain"
    RANDOM = "random"
    BROWSED = "browsed"


@dataclass(frozen=True, slots=True)
class Label:
    """One judgement."""

    portrait_id: str
    source: str
    label: Judgement | None
    """Of the mask; None where only the colour was judged, or the judgement was taken back."""
    corrected_color: str | None
    """One of the 12 names, where the found one is wrong."""
    image_digest: str | None
    mask_digest: str | None
    method: str | None
    """With the digests, what was judged: the picture, its hair mask, and the method that made it."""
    picked: SampleReason
    time: datetime
    """In UTC."""
    reviewer: str
    names: tuple[str, ...] = ()
    """The names of the hair's colour that the reviewer accepts, the best first; empty where it was not
    judged."""
    reasons: tuple[str, ...] = ()
    """What is wrong with the mask, of :class:`Fault`."""
    hair: PaintedMask | None = None
    """The hair as the reviewer painted it."""

    @property
    def key(self) -> PortraitKey:
        """The portrait that was judged."""
        return PortraitKey(self.portrait_id, self.source)

    @property
    def says_nothing(self) -> bool:
        """Whether this takes an earlier judgement back."""
        return self.label is None and not self.accepted and self.hair is None

    @property
    def accepted(self) -> tuple[str, ...]:
        """The names that count as right; what was saved before there were several has one."""
        return self.names or (() if self.corrected_color is None else (self.corrected_color,))

    def corrects(self, name: str | None) -> str | None:
        """Return the name to use instead of a method's, None where the method's is right or not judged."""
        return None if not self.accepted or name in self.accepted else self.accepted[0]


def read_labels(folder: Folder) -> list[Label]:
    """Return every judgement ever saved, oldest first."""
    rows = [row for path in label_files(folder) for row in _saved(folder, path).to_pylist()]
    sources = _sources_of([row for row in rows if row["source"] is None], folder)
    labels = [_label({**row, "source": next(sources)} if row["source"] is None else row) for row in rows]
    return sorted(labels, key=lambda label: label.time)


def label_files(folder: Folder) -> list[str]:
    """Return the paths of the files that hold judgements."""
    return [path for path, _ in folder.list("labels") if path.endswith(".parquet")]


def rename_source(folder: Folder, old: str, new: str) -> None:
    """Let the judgements of one source's portraits be of a source of another name."""
    for path in label_files(folder):
        saved = _saved(folder, path)
        renamed = with_renamed(saved, old, new)
        if not renamed.equals(saved):
            folder.write(path, to_parquet(renamed))


def _sources_of(rows: Sequence[Mapping[str, Any]], folder: Folder) -> Iterator[str]:
    """Yield the source of each judgement that was saved without one.

    Then an id was one portrait's in the whole output. Where two have it by now, the picture that was
    judged says which one it is; where that is gone, nothing does.
    """
    if not rows:
        return
    ids = list({row["portrait_id"] for row in rows})
    portraits = open_store(folder).rows_of(
        TableName.PORTRAITS, ids, ["portrait_id", "source", "image_digest"]
    )
    known: dict[str, dict[str, str | None]] = {}
    for portrait in portraits.to_pylist():
        known.setdefault(portrait["portrait_id"], {})[portrait["source"]] = portrait["image_digest"]
    for row in rows:
        digests = known.get(row["portrait_id"], {})
        same = [source for source, digest in digests.items() if digest == row["image_digest"]]
        yield next(iter(digests)) if len(digests) == 1 else next(iter(same), "")


def standing(labels: Iterable[Label]) -> dict[PortraitKey, Label]:
    """Return the judgement that counts for each portrait: the last of those not taken back.

    Labels come oldest first; where reviewers disagree, the later one counts.
    """
    by_reviewer: dict[tuple[PortraitKey, str], Label] = {}
    for label in labels:
        # Re-inserting keeps the order of time among the reviewers of a portrait.
        by_reviewer.pop((label.key, label.reviewer), None)
        if not label.says_nothing:
            by_reviewer[label.key, label.reviewer] = label
    return {label.key: label for label in by_reviewer.values()}


class LabelStore:
    """The labels of an output folder, with a session of a reviewer that adds to them."""

    def __init__(self, folder: Folder, reviewer: str) -> None:
        self.reviewer = reviewer
        self._folder = folder
        self._lock = threading.Lock()
        self._all = read_labels(folder)
        self._by_key: dict[PortraitKey, list[Label]] = {}
        for label in self._all:
            self._by_key.setdefault(label.key, []).append(label)
        self._path, self._in_file = _new_path(), 0
        self._standing = standing(self._all)

    def add(self, *labels: Label) -> None:
        """Save judgements; they are on the disk when this returns."""
        with self._lock:
            if self._in_file >= _MOST_IN_A_FILE:
                self._path, self._in_file = _new_path(), 0
            self._folder.write(self._path, _with_labels(self._folder, self._path, labels))
            self._in_file += len(labels)
            for label in labels:
                self._all.append(label)
                same = self._by_key.setdefault(label.key, [])
                same.append(label)
                # Other reviewers' earlier judgements come back when one is taken back.
                counted = standing(same).get(label.key)
                if counted is None:
                    self._standing.pop(label.key, None)
                else:
                    self._standing[label.key] = counted

    @property
    def count(self) -> int:
        """Judgements saved so far; grows with each, by whichever window."""
        return len(self._all)

    def since(self, count: int) -> list[Label]:
        """Return the judgements after the first `count`."""
        return self._all[max(0, count) :]

    def current(self) -> dict[PortraitKey, Label]:
        """Return the judgement that counts for each judged portrait."""
        with self._lock:
            return dict(self._standing)

    def get(self, key: PortraitKey) -> Label | None:
        """Return the judgement that counts for a portrait."""
        return self._standing.get(key)


def _new_path() -> str:
    return f"labels/{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}.parquet"


def _with_labels(folder: Folder, path: str, labels: Sequence[Label]) -> bytes:
    """Return a session's file with more judgements."""
    rows = [
        {**asdict(label), "hair": None if label.hair is None else label.hair._asdict()} for label in labels
    ]
    added = pa.Table.from_pylist(rows, schema=LABELS)
    return to_parquet(pa.concat_tables([_saved(folder, path), added]) if folder.exists(path) else added)


def _saved(folder: Folder, path: str) -> pa.Table:
    try:
        return conform(read_rows(open_parquet(BytesIO(folder.read(path)))), LABELS)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise StoreError(
            f"{folder.path(path)}, a file of labels, can't be read ({' '.join(str(error).split())[:200]}); "
            "bring it back from a copy, or move it away to go on without its labels"
        ) from error


def _label(row: Mapping[str, Any]) -> Label:
    judged, hair = row["label"], row["hair"]
    return Label(
        **{
            **row,
            "label": None if judged is None else Judgement(judged),
            "picked": SampleReason(row["picked"]),
            "names": tuple(row["names"] or ()),
            "reasons": tuple(row["reasons"] or ()),
            "hair": None if hair is None else PaintedMask(**hair),
        }
    )


def mask_digest(mask: NDArray[np.bool_]) -> str:
    """Return a short hash of a mask, (H, W), so that a label stays with the mask that was judged."""
    content = repr(mask.shape).encode() + np.packbits(mask).tobytes()
    return hashlib.blake2b(content, digest_size=8).hexdigest()
