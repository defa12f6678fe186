"""Lines of text from a file that may hold anything."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from typing import IO

from pyarrow import ArrowException

from hairpipe.source.profile import Reject, RejectReason
from hairpipe.source.table.table_files import TableFile

# What decompressors and disks raise for a file that was cut off or damaged.
_BROKEN_FILE = (OSError, EOFError, zlib.error, LZMAError, ArrowException)
# Spreadsheets write the first two. The longer marks begin as the shorter ones do.
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def text_lines(file: TableFile) -> Iterator[str | Reject]:
    r"""Yield a file's lines with their line ends, which may be ``\n``, ``\r\n`` or ``\r``.

    Only the last line may have no end. UTF-16 and UTF-32 are told by their byte order mark, which is
    dropped; all else is UTF-8, and bytes that are not become `REPLACEMENT` characters. Where the file
    breaks off, because it is damaged, or has no byte in it, a reject is the last thing to come.
    """
    number = 0
    try:
        with file.open() as handle:
            text = io.TextIOWrapper(handle, encoding=_encoding(handle), errors="replace", newline="")
            for line in text:
                number += 1
                # Files that were put behind one another bring their marks along.
                yield line.removeprefix("\ufeff")
    except _BROKEN_FILE as error:
        place, detail = (
            f"{file.name} line {number + 1}",
            f"the file can't be read from here on: {str(error)[:200]}",
        )
    else:
        if number:
            return
        place, detail = file.name, "the file is empty"
    yield Reject(RejectReason.BROKEN_FILE, place, detail, rows=0)


def has_end(line: str) -> bool:
    """Return whether a line is whole; one that is not is the file's last."""
    return line.endswith(("\n", "\r"))


def cut_off(place: str) -> Reject:
    """Return what there is to say of a last line that could be read and has no end."""
    return Reject(
        RejectReason.CUT_OFF,
        place,
        "the last line has no line end: the file may have been cut off; if it is whole, end that line",
        rows=0,
    )


def _encoding(handle: IO[bytes]) -> str:
    """Return what a file's first bytes tell of its encoding; the handle stays at its beginning."""
    if isinstance(handle, io.BufferedReader):
        head = handle.peek(4)[:4]
    else:
        head = handle.read(4)
        handle.seek(0)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked is not None:
        return marked
    # Latin letters and punctuation, every other byte of which is zero.
    if len(head) == 4 and head[1] == head[3] == 0 and head[0] and head[2]:
        return "utf-16-le"
    if len(head) == 4 and head[0] == head[2] == 0 and head[1] and head[3]:
        return "utf-16-be"
    return "utf-8-sig"
