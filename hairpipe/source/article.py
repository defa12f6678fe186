"""The article's layout: pictures in ``pngs/``, their face boxes in ``jsons/``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from hairpipe.errors import ConfigError
from hairpipe.source.listing import Listing, listing_of
from hairpipe.source.locate import Located
from hairpipe.source.picture_folder import PictureFile, picture_files, split_suffix
from hairpipe.source.pictures import LARGEST_PICTURE, FilePictures
from hairpipe.source.profile import Pictures, Portrait, Reject, RejectReason
from hairpipe.source.rows.values import face_box, profile_id, storable
from hairpipe.source.settings import ArticleFolderSettings
from hairpipe.status import Status
from hairpipe.storage.folder import Folder

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
        split = (split_suffix(name) for name in listing.names("jsons"))
        boxes = {stem[len("jsons/") :]: f"{stem}{suffix}" for stem, suffix in split if suffix == ".json"}
        empty = not boxes
        seen: set[str] = set()
        found = picture_files(listing, "pngs", seen)
        while batch := list(islice(found, _BATCH)):
            empty = False
            yield from _with_faces(batch, boxes, listing)
        for stem in boxes:
            yield _pictureless(stem, seen)
        if empty:
            raise ConfigError(
                f"source.path: no pictures in {self._settings.path + '/pngs'!r}; "
                "give the folder that holds pngs/ and jsons/"
            )

    def blocks(self) -> Iterator[Portrait | Reject]:
        """Yield what :meth:`portraits` does."""
        return self.portraits()

    def pictures(self, at_most: int = LARGEST_PICTURE) -> Pictures:
        """Return the reader of the pictures."""
        return FilePictures(self._folder, at_most)

    @cached_property
    def _folder(self) -> Folder:
        return Folder(self._settings.path)


def _with_faces(
    batch: list[PictureFile | Reject], boxes: dict[str, str], listing: Listing
) -> Iterator[Portrait | Reject]:
    """Yield a batch with its faces and take their boxes out of `boxes`."""
    found = {file.stem: boxes.pop(file.stem, None) for file in batch if isinstance(file, PictureFile)}
    contents = listing.contents([name for name in found.values() if name], _LARGEST_BOX_FILE)
    for file in batch:
        if isinstance(file, Reject):
            yield file
            continue
        name = found[file.stem]
        face, note = _face(contents.get(name)) if name else (None, "no face box file")
        yield file.portrait(face, (note,) if note else ())


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


def _pictureless(stem: str, seen: set[str]) -> Portrait | Reject:
    place = storable(f"jsons/{stem}.json")
    try:
        found_id = profile_id(stem)
    except ValueError as error:
        return Reject(RejectReason.NO_ID, place, str(error))
    if found_id in seen:
        return Reject(RejectReason.DUPLICATE_ID, place, f"another file gives the id {found_id!r}")
    seen.add(found_id)
    gone = Located(None, Status.MISSING, "there is a face box file but no picture")
    return PictureFile(found_id, stem, gone).portrait()
