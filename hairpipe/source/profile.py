"""What a source yields: portraits to look at, and lines it could not use."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import pyarrow as pa

from hairpipe.source.pictures import LARGEST_PICTURE
from hairpipe.status import Status

AttributeValue = str | int | float | bool | None
_TO_JSON = json.JSONEncoder(sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class Portrait:
    """One picture of one profile, as the scrape tells of it."""

    portrait_id: str
    """The profile's id; from the second picture of a profile on, ``id#2``, ``id#3``, ..."""
    profile_id: str
    name: str | None
    image: str | None
    """Where the picture lies, relative to the source's pictures."""
    problem: Status | None
    """Known without reading the picture: ``no_image``, ``missing`` or ``outside_root``."""
    detail: str | None
    """The problem in a few words."""
    face: tuple[float, float, float, float] | None
    """(x, y, w, h) in pixels as the scrape gives it, possible or not."""
    attributes: Mapping[str, AttributeValue]
    """What the configuration carries over, in the types it names."""
    size: int | None
    """Bytes of the picture file."""
    version: str | None
    """Changes when the picture may have changed (see :class:`hairpipe.storage.folder.FileInfo`)."""
    notes: tuple[str, ...] = ()
    """What the scrape says of the portrait that could not be used, in words that can be counted over all
    portraits: ``"birthday is not an int"``."""


def profile_digest(portrait: Portrait) -> str:
    """Return a short hash of what a row says of the profile itself: its name and attributes."""
    text = _TO_JSON([portrait.profile_id, portrait.name, dict(portrait.attributes)])
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def given_face_text(portrait: Portrait) -> str | None:
    """Return the scrape's own face box as text, so that a changed box is noticed."""
    return None if portrait.face is None else ",".join(f"{value:g}" for value in portrait.face)


class RejectReason(StrEnum):
    """Why a line of the scrape became no row."""

    BAD_LINE = "bad_line"
    NO_ID = "no_id"
    DUPLICATE_ID = "duplicate_id"
    # The line that names the columns, again: several tables were put into one file.
    REPEATED_HEADER = "repeated_header"
    # The last line has no end: nobody knows whether more would have come.
    CUT_OFF = "cut_off"
    # The file breaks off here: nobody knows what the rest of the scrape would have held.
    BROKEN_FILE = "broken_file"


# Nobody knows whose line it was: any profile that is not in the scrape may stand there.
UNCLEAR = frozenset(
    {RejectReason.BAD_LINE, RejectReason.NO_ID, RejectReason.CUT_OFF, RejectReason.BROKEN_FILE}
)


@dataclass(frozen=True, slots=True)
class Reject:
    """A line of the scrape that names no profile of its own, or a file of which more may be missing."""

    reason: RejectReason
    place: str
    """For people: ``"profiles.jsonl line 455"``."""
    detail: str
    rows: int = 1
    """Rows of the scrape that are not published for this; 0 where nobody can count them."""


class Pictures(Protocol):
    """The pictures of a source, as a worker reads them."""

    def read(self, image: str) -> bytes:
        """Return a picture's bytes.

        Raises
        ------
        OSError
            `FileNotFoundError`, `PictureTooLargeError`, or another where it can't be read.
        hairpipe.storage.folder.OutsideFolderError
            If the path leads out of the folder.
        """


class Source(Protocol):
    """A scraped database: its portraits, read in the driver, and its pictures, read on workers."""

    def portraits(self) -> Iterator[Portrait | Reject]:
        """Yield every portrait and every reject once, in the scrape's order."""

    def blocks(self) -> Iterator[Portrait | Reject | pa.Table]:
        """Yield the same, with tables as :data:`hairpipe.source.portrait_rows.LISTED` where that is quicker.

        An id may come twice where one of the two is in such a table.
        """

    def pictures(self, at_most: int = LARGEST_PICTURE) -> Pictures:
        """Return the reader of the pictures, of those with at most so many bytes; it can be pickled."""
