"""What a run's tasks need to know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hairpipe.extract.result import Extraction
from hairpipe.extract.settings import Settings
from hairpipe.source.profile import Pictures

Rate = Callable[[Extraction], float | None]
"""Gives an extraction a quality from 0 to 1."""


@dataclass(frozen=True)
class JobContext:
    """What every task of a run needs to know; pickled with each task, so it stays small."""

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
    """The user's own quality model; None where the method's own quality counts."""
