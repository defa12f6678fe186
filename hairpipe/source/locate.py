"""From what a scrape calls a picture to the file that holds it."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.source.listing import Listing
from hairpipe.source.rows.values import storable
from hairpipe.status import Status
from hairpipe.storage.folder import OutsideFolderError

_LONGEST_PATH = 4096


class Located(NamedTuple):
    """A picture's place, or why it has none."""

    image: str | None
    """Path relative to the pictures, or what the scrape calls the picture where there is no file."""
    problem: Status | None = None
    detail: str | None = None
    """The problem in a few words."""
    size: int | None = None
    """Bytes."""
    version: str | None = None
    """See :class:`hairpipe.storage.folder.FileInfo`."""


def locate(reference: str | None, listing: Listing) -> Located:
    """Return where a picture lies.

    Parameters
    ----------
    reference : str or None
        A path relative to the pictures' folder or the web address the picture came from.
        Nothing is fetched: an address stands for the file of the same name.
    listing : Listing
        The pictures' folder.
    """
    if reference is None:
        return Located(None, Status.NO_IMAGE, "the profile names no picture")
    if len(reference) > _LONGEST_PATH:
        return Located(
            None, Status.MISSING, f"the picture's name has {len(reference)} characters: {reference[:60]}..."
        )
    if storable(reference) != reference:
        return Located(storable(reference), Status.MISSING, "the picture's name is not UTF-8")
    is_address = reference.startswith(("http://", "https://"))
    candidates = _local_names(reference) if is_address else [reference]
    try:
        for path in candidates:
            info = listing.find(path)
            if info is not None:
                return Located(path, size=info.size, version=info.version)
    except OutsideFolderError:
        return Located(reference, Status.OUTSIDE_ROOT, "the picture's path leaves the pictures' folder")
    detail = f"never fetched, no file {candidates[0]}" if is_address and candidates else "no such file"
    return Located(reference, Status.MISSING, detail)


def locate_all(references: pa.Array, listing: Listing) -> dict[str, pa.Array]:
    """Return where many pictures lie, what :func:`locate` tells of each: a column for each field."""
    sizes, versions = listing.find_plain(references)
    columns = {
        "image": references,
        "problem": pa.nulls(len(references), pa.string()),
        "detail": pa.nulls(len(references), pa.string()),
        "size": sizes,
        "version": versions,
    }
    is_left = sizes.is_null()
    left = [locate(reference, listing) for reference in references.filter(is_left).to_pylist()]
    if left:
        for name, values in zip(Located._fields, zip(*left, strict=True), strict=True):
            column = columns[name]
            columns[name] = pc.replace_with_mask(column, is_left, pa.array(values, column.type))
    return columns


def _local_names(address: str) -> list[str]:
    """Return where a fetched picture may lie: under its file name, its path, or its host and path."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return []
    path = unquote(parts.path).strip("/")
    name = path.rpartition("/")[2]
    return list(dict.fromkeys([name, path, f"{parts.netloc}/{path}"])) if name else []
