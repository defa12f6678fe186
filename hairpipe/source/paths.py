"""Paths of a scrape's files: which are plain names, which lead elsewhere, and which are hairpipe's own."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.storage.folder import Folder, OutsideFolderError

# Parts that are empty or dots, backslashes, NULs, drives and other places.
_NOT_PLAIN = r"(^|/)\.{0,2}(/|$)|[\\\x00]|:/"

# What marks an output folder, and what else is written into one.
STATE = ".hairpipe"
_IN_STATE = re.compile(r"(|.*?/)\.hairpipe/")
_OWN = re.compile(
    r"(portraits|hair_colors|masks)/bucket=|(runs|labels)/\d{8}T\d{6}Z-|(runs\.parquet|quality\.json|report\.html)$"
)


def is_written_by_hairpipe(relative: str, output: str | None) -> bool:
    """Return whether a file or folder is one that a run writes.

    Parameters
    ----------
    relative : str
        Its path in a listing.
    output : str or None
        Path, with a slash at its end, of the output folder that it lies in, None for none.
    """
    return output is not None and relative.startswith(output) and bool(_OWN.match(relative, len(output)))


def outputs_among(names: pa.Array) -> set[str]:
    """Return the output folders that some of the files lie in, with a slash at their ends."""
    in_state = names.filter(pc.match_substring(names, f"{STATE}/")).to_pylist()
    return {found[1] for name in in_state if (found := _IN_STATE.match(name))}


def plain_path(relative: str, folder: Folder) -> str:
    """Return a path with forward slashes and without ``.`` and empty parts.

    Raises
    ------
    OutsideFolderError
        If the path is absolute, contains ``..`` or a NUL, or names another place (``x://``).
    """
    path = relative.replace("\\", "/")
    if path.startswith("/") or "\0" in path or "://" in path or path[1:3] == ":/":
        raise OutsideFolderError(f"{relative!r} leads out of {folder.url}")
    parts = path.split("/")
    if ".." in parts:
        raise OutsideFolderError(f"{relative!r} leads out of {folder.url}")
    if "" in parts or "." in parts:
        return "/".join(part for part in parts if part not in ("", "."))
    return path


def only_plain(paths: pa.Array) -> pa.Array:
    """Return the paths, null for those that are more than names of folders and a file."""
    return pc.if_else(pc.match_substring_regex(paths, _NOT_PLAIN), pa.scalar(None, pa.string()), paths)
