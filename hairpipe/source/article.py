"""The article's layout: pictures in ``pngs/``, their face boxes in ``jsons/``."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from hairpipe.errors import ConfigError
from hairpipe.folder import Folder
from hairpipe.source.listing import Listing, listing_of
from hairpipe.source.picture_folder import file_portraits, without_suffix
from hairpipe.source.pictures import FilePictures
from hairpipe.source.profile import Pictures, Portrait, Reject, RejectReason
from hairpipe.source.settings import ArticleFolderSettings
from hairpipe.source.values import face_box, profile_id
from hairpipe.status import Status

# Face boxes are fetched together: an object store answers many requests at a time.
_BATCH = 512
_LARGEST_BOX_FILE = 65_536


class ArticleSource:
    """``pngs/NAME.png`` with ``jsons/NAME.json``; see :class:`hairpipe.source.profile.Source`.

    A portrait without a box file, or whose box file is no box, has no face given and a note of
    it. A box file without a picture is a portrait that is missing.
    """

    def __init__(self, settings: ArticleFolderSettings) -> None:
        self._settings = settings

    def portraits(self) -> Iterator[Portrait | Reject]:
        """Yield a portrait for every picture, sorted by path, then for every box without one.

        Raises
        ------
        hairpipe.errors.ConfigError
            If there is no picture and no box.
        """
        listing = listing_of(self._folder)
        boxes = {without_suffix(name)[6:]: name for name in listing.names("jsons") if name.endswith(".json")}
        empty = not boxes
        found = file_portraits(listing, "pngs")
        while batch := list(islice(found, _BATCH)):
            empty = False
            yield from _with_faces(batch, boxes, listing)
        for stem in boxes:
            yield _pictureless(stem)
        if empty:
            raise ConfigError(
                f"source.path: no pictures in {self._settings.path + '/pngs'!r}; "
                "give the folder that holds pngs/ and jsons/"
            )

    def pictures(self) -> Pictures:
        """Return the reader of the pictures."""
        return FilePictures(self._folder)

    @cached_property
    def _folder(self) -> Folder:
        return Folder(self._settings.path)


def _with_faces(
    batch: list[Portrait | Reject], boxes: dict[str, str], listing: Listing
) -> Iterator[Portrait | Reject]:
    """Yield a batch with its faces and take their boxes out of `boxes`."""
    stems = [
        without_suffix(item.image)[5:] if isinstance(item, Portrait) and item.image else "" for item in batch
    ]
    contents = listing.contents([boxes[stem] for stem in stems if stem in boxes], _LARGEST_BOX_FILE)
    for item, stem in zip(batch, stems, strict=True):
        if isinstance(item, Reject):
            yield item
            continue
        box_file = boxes.pop(stem, None)
        face, note = _face(contents.get(box_file)) if box_file else (None, "no face box file")
        yield dataclasses.replace(item, face=face, notes=(note,) if note else ())


def _face(content: bytes | None) -> tuple[tuple[float, float, float, float] | None, str | None]:
    """Return the box in a file, and what is wrong with the file."""
    if content is None:
        return None, "face box file can't be read"
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None, "face box file is not JSON"
    try:
        face = face_box(value)
    except ValueError:
        face = None
    return face, None if face else "face box file holds no box"


def _pictureless(stem: str) -> Portrait | Reject:
    try:
        found_id = profile_id(stem)
    except ValueError as error:
        return Reject(RejectReason.NO_ID, f"jsons/{stem}.json", str(error))
    return Portrait(
        portrait_id=found_id,
        profile_id=found_id,
        name=None,
        image=None,
        problem=Status.MISSING,
        detail="there is a face box file but no picture",
        face=None,
        attributes={},
        size=None,
        version=None,
    )
