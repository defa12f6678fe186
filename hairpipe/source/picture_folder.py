"""Nothing but pictures: every file is a profile."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from hairpipe.errors import ConfigError
from hairpipe.source.listing import Listing, listing_of
from hairpipe.source.locate import Located, locate
from hairpipe.source.pictures import LARGEST_PICTURE, FilePictures
from hairpipe.source.profile import Pictures, Portrait, Reject, RejectReason
from hairpipe.source.rows.values import profile_id, storable
from hairpipe.source.settings import PictureFolderSettings
from hairpipe.storage.folder import Folder

PICTURE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
)


class PictureFolderSource:
    """The pictures of a folder at any depth; see :class:`hairpipe.source.profile.Source`.

    A profile's id is its picture's path without the suffix. Files with another suffix than
    `PICTURE_SUFFIXES` are not pictures. Links to folders are not
    followed.
    """

    def __init__(self, settings: PictureFolderSettings) -> None:
        self._settings = settings

    def portraits(self) -> Iterator[Portrait | Reject]:
        """Yield a portrait for every picture file, sorted by path.

        Raises
        ------
        hairpipe.errors.ConfigError
            If the folder holds no picture.
        """
        empty = True
        for found in picture_files(listing_of(self._folder), "", set()):
            empty = False
            yield found.portrait() if isinstance(found, PictureFile) else found
        if empty:
            raise ConfigError(
                f"source.path: no pictures in {self._settings.path!r}; give a folder that holds "
                f"{', '.join(sorted(PICTURE_SUFFIXES))} files"
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


class PictureFile(NamedTuple):
    """A picture that is a profile by itself."""

    profile_id: str
    stem: str
    """Path below the folder of pictures, without the suffix."""
    picture: Located

    def portrait(
        self, face: tuple[float, float, float, float] | None = None, notes: tuple[str, ...] = ()
    ) -> Portrait:
        """Return the portrait with what else is known of it."""
        return Portrait(
            portrait_id=self.profile_id,
            profile_id=self.profile_id,
            name=None,
            image=self.picture.image,
            problem=self.picture.problem,
            detail=self.picture.detail,
            face=face,
            attributes={},
            size=self.picture.size,
            version=self.picture.version,
            notes=notes,
        )


def picture_files(listing: Listing, under: str, seen: set[str]) -> Iterator[PictureFile | Reject]:
    """Yield every picture file below a folder, sorted by path.

    Parameters
    ----------
    listing : Listing
        Where the files are.
    under : str
        Folder of the listing that ids are relative to; empty for the listing's own.
    seen : set of str
        Ids that are taken; those of the pictures are added.
    """
    for name in listing.names(under):
        path, suffix = split_suffix(name)
        if suffix.lower() not in PICTURE_SUFFIXES:
            continue
        stem = path[len(under) :].lstrip("/")
        try:
            found_id = profile_id(stem)
        except ValueError as error:
            yield Reject(RejectReason.NO_ID, storable(name), str(error))
            continue
        if found_id in seen:
            yield Reject(RejectReason.DUPLICATE_ID, storable(name), f"another file gives the id {found_id!r}")
            continue
        seen.add(found_id)
        yield PictureFile(found_id, stem, locate(name, listing))


def split_suffix(name: str) -> tuple[str, str]:
    """Return a path without its suffix, and the suffix; hidden files have none."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or "/" in suffix or stem.endswith("/") or not stem:
        return name, ""
    return stem, dot + suffix
