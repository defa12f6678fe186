"""What a person said of portraits: a table that only ever grows, in the output folder.

``<out>/labels/<session>.parquet`` holds every judgement of one session, in order. Each file has
one writer and is replaced atomically with each judgement, so what was saved stays saved, on a
disk and in an object store, and several reviewers can work at once. A later judgement of a
portrait by the same reviewer counts instead of the earlier one; one that says nothing takes it
back. Runs never touch this folder.
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
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hairpipe.extract.result import Mask
from hairpipe.quality.judgement import Judgement
from hairpipe.storage.folder import Folder
from hairpipe.storage.parquet_file import open_parquet, read_rows
from hairpipe.store.parquet import conform
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
    ]
)


class SampleReason(StrEnum):
    """Why a portrait was shown: only a random pick may count towards an estimate."""

    UNCERTAIN = "uncertain"
    RANDOM = "random"
    BROWSED = "browsed"


@dataclass(frozen=True, slots=True)
class Label:
    """One judgement.

    Attributes
    ----------
    portrait_id, source : str
    label : Judgement or None
        None where only the colour was judged, or the judgement was taken back.
    corrected_color : str or None
        One of the 12 names, where the found one is wrong.
    image_digest, mask_digest, method : str or None
        What was judged: the picture, its hair mask, and the method that made it.
    picked : SampleReason
    time : datetime
        In UTC.
    reviewer : str
    """

    portrait_id: str
    source: str
    label: Judgement | None
    corrected_color: str | None
    image_digest: str | None
    mask_digest: str | None
    method: str | None
    picked: SampleReason
    time: datetime
    reviewer: str

    @property
    def key(self) -> PortraitKey:
        """The portrait that was judged."""
        return PortraitKey(self.portrait_id, self.source)

    @property
    def says_nothing(self) -> bool:
        """Whether this takes an earlier judgement back."""
        return self.label is None and self.corrected_color is None


def read_labels(folder: Folder) -> list[Label]:
    """Return every judgement ever saved, oldest first.

    Parameters
    ----------
    folder : Folder
        The output folder.
    """
    rows: list[dict[str, Any]] = []
    for path in label_files(folder):
        rows += _saved(folder, path).to_pylist()
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
            folder.write(path, _parquet(renamed))


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

    Parameters
    ----------
    labels : iterable of Label
        Oldest first. Where reviewers disagree, the later one counts.
    """
    by_reviewer: dict[tuple[PortraitKey, str], Label] = {}
    for label in labels:
        # Re-inserting keeps the order of time among the reviewers of a portrait.
        by_reviewer.pop((label.key, label.reviewer), None)
        if not label.says_nothing:
            by_reviewer[label.key, label.reviewer] = label
    return {label.key: label for label in by_reviewer.values()}


class LabelStore:
    """The labels of an output folder, with a session that adds to them.

    Parameters
    ----------
    folder : Folder
        The output folder.
    reviewer : str
        Name the session's labels are saved under.
    """

    def __init__(self, folder: Folder, reviewer: str) -> None:
        self.reviewer = reviewer
        self._folder = folder
        self._lock = threading.Lock()
        self._all = read_labels(folder)
        self._path = f"labels/{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}.parquet"
        self._standing = standing(self._all)

    def add(self, label: Label) -> None:
        """Save a judgement; it is on the disk when this returns."""
        with self._lock:
            self._folder.write(self._path, _with_label(self._folder, self._path, label))
            self._all.append(label)
            # Other reviewers' earlier judgements come back when one is taken back.
            same = [other for other in self._all if other.key == label.key]
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


def _with_label(folder: Folder, path: str, label: Label) -> bytes:
    """Return a session's file with one more judgement."""
    added = pa.Table.from_pylist([asdict(label)], schema=LABELS)
    if folder.exists(path):
        added = pa.concat_tables([_saved(folder, path), added])
    return _parquet(added)


def _parquet(labels: pa.Table) -> bytes:
    buffer = BytesIO()
    pq.write_table(labels, buffer)
    return buffer.getvalue()


def _saved(folder: Folder, path: str) -> pa.Table:
    return conform(read_rows(open_parquet(BytesIO(folder.read(path)))), LABELS)


def _label(row: dict[str, object]) -> Label:
    judged = row["label"]
    return Label(
        **{
            **row,
            "label": None if judged is None else Judgement(str(judged)),
            "picked": SampleReason(str(row["picked"])),
        }  # type: ignore[arg-type]
    )


def mask_digest(mask: Mask) -> str:
    """Return a short hash of a mask, so that a label stays with the mask that was judged.

    Parameters
    ----------
    mask : ndarray of bool, (H, W)
    """
    content = repr(mask.shape).encode() + np.packbits(mask).tobytes()
    return hashlib.blake2b(content, digest_size=8).hexdigest()
