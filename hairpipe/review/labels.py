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
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hairpipe.extract.result import Mask
from hairpipe.folder import Folder
from hairpipe.parquet_file import open_parquet, read_rows
from hairpipe.quality.judgement import Judgement
from hairpipe.store.parquet import conform

LABELS = pa.schema(
    [
        pa.field("portrait_id", pa.string(), nullable=False),
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


class Picked(StrEnum):
    """Why a portrait was shown: only a random pick may count towards an estimate."""

    UNCERTAIN = "uncertain"
    RANDOM = "random"
    BROWSED = "browsed"


@dataclass(frozen=True, slots=True)
class Label:
    """One judgement.

    Attributes
    ----------
    portrait_id : str
    label : Judgement or None
        None where only the colour was judged, or the judgement was taken back.
    corrected_color : str or None
        One of the 12 names, where the found one is wrong.
    image_digest, mask_digest, method : str or None
        What was judged: the picture, its hair mask, and the method that made it.
    picked : Picked
    time : datetime
        In UTC.
    reviewer : str
    """

    portrait_id: str
    label: Judgement | None
    corrected_color: str | None
    image_digest: str | None
    mask_digest: str | None
    method: str | None
    picked: Picked
    time: datetime
    reviewer: str

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
    labels: list[Label] = []
    for path, _ in folder.list("labels"):
        if path.endswith(".parquet"):
            table = conform(read_rows(open_parquet(BytesIO(folder.read(path)))), LABELS)
            labels.extend(_label(row) for row in table.to_pylist())
    return sorted(labels, key=lambda label: label.time)


def standing(labels: Iterable[Label]) -> dict[str, Label]:
    """Return the judgement that counts for each portrait: the last of those not taken back.

    Parameters
    ----------
    labels : iterable of Label
        Oldest first. Where reviewers disagree, the later one counts.
    """
    by_reviewer: dict[tuple[str, str], Label] = {}
    for label in labels:
        # Re-inserting keeps the order of time among the reviewers of a portrait.
        by_reviewer.pop((label.portrait_id, label.reviewer), None)
        if not label.says_nothing:
            by_reviewer[label.portrait_id, label.reviewer] = label
    return {label.portrait_id: label for label in by_reviewer.values()}


class LabelBook:
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
        self._session: list[Label] = []
        self._path = f"labels/{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}.parquet"
        self._standing = standing(self._all)

    def add(self, label: Label) -> None:
        """Save a judgement; it is on the disk when this returns."""
        with self._lock:
            session = [*self._session, label]
            self._folder.write(self._path, _parquet(session))
            self._session = session
            self._all.append(label)
            # Other reviewers' earlier judgements come back when one is taken back.
            same = [other for other in self._all if other.portrait_id == label.portrait_id]
            counted = standing(same).get(label.portrait_id)
            if counted is None:
                self._standing.pop(label.portrait_id, None)
            else:
                self._standing[label.portrait_id] = counted

    @property
    def count(self) -> int:
        """Judgements saved so far; grows with each, by whichever window."""
        return len(self._all)

    def since(self, count: int) -> list[Label]:
        """Return the judgements after the first `count`."""
        return self._all[max(0, count) :]

    def current(self) -> dict[str, Label]:
        """Return the judgement that counts for each judged portrait."""
        with self._lock:
            return dict(self._standing)

    def get(self, portrait_id: str) -> Label | None:
        """Return the judgement that counts for a portrait."""
        return self._standing.get(portrait_id)


def _parquet(labels: list[Label]) -> bytes:
    buffer = BytesIO()
    rows = [asdict(label) for label in labels]
    pq.write_table(pa.Table.from_pylist(rows, schema=LABELS), buffer)
    return buffer.getvalue()


def _label(row: dict[str, object]) -> Label:
    judged = row["label"]
    return Label(
        **{
            **row,
            "label": None if judged is None else Judgement(str(judged)),
            "picked": Picked(str(row["picked"])),
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
