"""Nothing but pictures: every file is a profile."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath

from hairpipe.errors import ConfigError
from hairpipe.folder import Folder
from hairpipe.source.listing import Listing, listing_of
from hairpipe.source.locate import locate
from hairpipe.source.pictures import FilePictures
from hairpipe.source.profile import Pictures, Portrait, Reject, RejectReason
from hairpipe.source.settings import PictureFolderSettings
from hairpipe.source.values import profile_id

PICTURE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
)


class PictureFolderSource:
    """The pictures of a folder at any depth; see :class:`hairpipe.source.profile.Source`.

    A profile's id is its picture's path without the suffix. Files with another suffix than
    `PICTURE_SUFFIXES` and hidden files are none of its pictures. Links to folders are not
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
        for found in file_portraits(listing_of(self._folder), ""):
            empty = False
            yield found
        if empty:
            raise ConfigError(
                f"source.path: no pictures in {self._settings.path!r}; give a folder that holds "
                f"{', '.join(sorted(PICTURE_SUFFIXES))} files"
            )

    def pictures(self) -> Pictures:
        """Return the reader of the pictures."""
        return FilePictures(self._folder)

    @cached_property
    def _folder(self) -> Folder:
        return Folder(self._settings.path)


def file_portraits(listing: Listing, under: str) -> Iterator[Portrait | Reject]:
    """Yield a portrait, without a face, for every picture file below a folder, sorted by path.

    Parameters
    ----------
    listing : Listing
        Where the files are.
    under : str
        Folder of the listing that ids are relative to; empty for the listing's own.
    """
    seen: set[str] = set()
    for name in listing.names(under):
        if not is_picture(name):
            continue
        picture = locate(name, listing)
        try:
            found_id = profile_id(without_suffix(name[len(under) :].lstrip("/")))
        except ValueError as error:
            yield Reject(RejectReason.NO_ID, name, str(error))
            continue
        if found_id in seen:
            yield Reject(RejectReason.DUPLICATE_ID, name, f"another file gives the id {found_id!r}")
            continue
        seen.add(found_id)
        yield Portrait(
            portrait_id=found_id,
            profile_id=found_id,
            name=None,
            image=picture.image,
            problem=picture.problem,
            detail=picture.detail,
            face=None,
            attributes={},
            size=picture.size,
            version=picture.version,
        )


def is_picture(name: str) -> bool:
    """Return whether a file's name is that of a picture."""
    path = PurePosixPath(name)
    return path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith(".")


def without_suffix(name: str) -> str:
    """Return a path without the suffix of its last part."""
    return name[: len(name) - len(PurePosixPath(name).suffix)]
