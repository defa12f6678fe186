"""Lines of text from a file that may hold anything."""

from __future__ import annotations

import codecs
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from lzma import LZMAError
from typing import IO

from pyarrow import ArrowException

from hairpipe.source.profile import Reject, RejectReason
from hairpipe.source.table.table_files import TableFile

# What decompressors and disks raise for a file that was cut off or damaged.
_BROKEN_FILE = (OSError, EOFError, zlib.error, LZMAError, ArrowException)
# In characters.
_FIRST_BLOCK, _LARGEST_BLOCK = 2**14, 2**20
# A carriage return at the end may be the first half of one.
_LINE_END = re.compile(r"\n|\r\n|\r(?!\Z)")
# Spreadsheets write the first two. The longer marks begin as the shorter ones do.
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Whole lines of a file, one after the other."""

    number: int
    """Of the first line, counted from 1."""
    text: str
    """With the lines' own ends."""

    @property
    def lines(self) -> list[str]:
        """The lines with their ends; the marks that files put behind one another bring along are dropped."""
        return [line.removeprefix("\ufeff") for line in io.StringIO(self.text, newline="")]

    @property
    def next_number(self) -> int:
        """Number of the line behind these."""
        text = self.text
        ends = text.count("\n") + text.count("\r") - text.count("\r\n")
        return self.number + ends + (not has_end(text))


def text_lines(file: TableFile) -> Iterator[str | Reject]:
    """Yield a file's lines with their ends; see :func:`text_blocks`."""
    for block in text_blocks(file):
        yield from block.lines if isinstance(block, TextBlock) else (block,)


def text_blocks(file: TableFile, size: int = _FIRST_BLOCK) -> Iterator[TextBlock | Reject]:
    r"""Yield a file's lines in blocks; line ends may be ``\n``, ``\r\n`` or ``\r``.

    Only the last line may have no end. UTF-16 and UTF-32 are told by their byte order mark, which is
    dropped; all else is UTF-8, and bytes that are not become `REPLACEMENT` characters. Where the file
    breaks off, because it is damaged, or has no byte in it, a reject is the last thing to come.

    Parameters
    ----------
    size : int, optional
        Characters of the first block, at least; each is twice as long as the one before, up to a megabyte.
    """
    number, length, problem = 1, 0, None
    pieces: list[str] = []
    try:
        with file.open() as handle:
            for piece in _decoded(handle):
                pieces.append(piece)
                length += len(piece)
                if length < size or ("\n" not in piece and "\r" not in piece):
                    continue
                text = "".join(pieces)
                while end := _LINE_END.search(text, size - 1):
                    block = TextBlock(number, text[: end.end()])
                    yield block
                    number, size = block.next_number, min(2 * size, _LARGEST_BLOCK)
                    text = text[end.end() :]
                pieces, length = [text], len(text)
    except _BROKEN_FILE as error:
        problem = f"the file can't be read from here on: {str(error)[:200]}"
    text = "".join(pieces)
    if problem is not None:
        # What stands behind the last line end is part of a line.
        text = text[: max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1]
    if text:
        block = TextBlock(number, text)
        yield block
        number = block.next_number
    if problem is not None:
        yield Reject(RejectReason.BROKEN_FILE, f"{file.name} line {number}", problem, rows=0)
    elif number == 1:
        yield Reject(RejectReason.BROKEN_FILE, file.name, "the file is empty", rows=0)


def _decoded(handle: IO[bytes]) -> Iterator[str]:
    """Yield a file's text in pieces so small that little is lost where it breaks off."""
    decoder = codecs.getincrementaldecoder(_encoding(handle))("replace")
    read = getattr(handle, "read1", handle.read)
    while data := read(io.DEFAULT_BUFFER_SIZE):
        yield decoder.decode(data)
    yield decoder.decode(b"", True)


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
