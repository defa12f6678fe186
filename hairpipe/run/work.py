"""What the driver hands to workers, and what they hand back."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hairpipe.extract.result import Extraction, Face
from hairpipe.extract.settings import Settings
from hairpipe.source.profile import Pictures, Portrait

Rate = Callable[[Extraction], float | None]
"""Gives an extraction a quality from 0 to 1."""


@dataclass(frozen=True, slots=True)
class ImageTask:
    """One picture to look at, for every portrait that shows it.

    Attributes
    ----------
    portraits : tuple of Portrait
        The same picture with the same given face box; the first one's file is read.
    attempts : int
        Runs that have tried this picture before and did not get through it.
    known_face : Face or None
        Found by an earlier run with the same detector settings in the same picture.
    known_digest : str or None
        Digest of the picture `known_face` was found in.
    placeholder : bool
        The site's "no picture" picture: not looked at.
    """

    portraits: tuple[Portrait, ...]
    attempts: int = 0
    known_face: Face | None = None
    known_digest: str | None = None
    placeholder: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """The batch of work that one Dask task handles.

    Attributes
    ----------
    works : sequence of ImageTask
    fingerprint : str
        Of the run's settings.
    is_backup : bool
        Whether this is the second copy of a slow batch. It has notes and a staged file of its own: both
        copies may be at work at once, and each may have died on other pictures.
    """

    works: Sequence[ImageTask]
    fingerprint: str = ""
    is_backup: bool = False

    @property
    def batch_id(self) -> str:
        """Hash of the portraits in it and of the settings: the same work has the same id in any run."""
        digest = hashlib.blake2b(self.fingerprint.encode(), digest_size=10)
        for work in self.works:
            for portrait in work.portraits:
                digest.update(f"{portrait.portrait_id}\0{portrait.version}\0".encode())
        return digest.hexdigest() + ("-backup" if self.is_backup else "")

    @property
    def portrait_count(self) -> int:
        """Rows this batch will give."""
        return sum(len(work.portraits) for work in self.works)


@dataclass(frozen=True)
class JobContext:
    """What every task of a run needs to know; pickled with each task, so it stays small.

    Attributes
    ----------
    rate : callable or None
        The user's own quality model; None where the method's own quality counts.
    """

    run_id: str
    output: str
    source_name: str
    carry: Mapping[str, str]
    pictures: Pictures
    settings: Settings
    fingerprint: str
    face_fingerprint: str
    portrait_timeout: float
    portrait_memory: int
    rate: Rate | None = None


@dataclass(frozen=True)
class BatchReport:
    """What a task returns to the driver: counts, no rows.

    Attributes
    ----------
    batch_id : str
    worker : str
        Address of the worker that did it.
    statuses : Counter of str
        Rows written, by status.
    suspects : tuple of int
        Positions in the batch of the works that killed an earlier attempt and were left out.
    seconds : float
        Wall time of the task.
    stage_seconds : mapping of str to float
        Where the time went: read, decode, extract, write.
    peak_bytes : int
        The worker process's peak resident memory.
    """

    batch_id: str
    worker: str
    statuses: Counter[str]
    suspects: tuple[int, ...]
    seconds: float
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    peak_bytes: int = 0
