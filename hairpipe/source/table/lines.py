"""Lines of text from a file that may hold anything."""

from __future__ import annotations

import codecs
import io
import re
import zlib
from collections import deque
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


def text_blocks(file: TableFile) -> Iterator[TextBlock | Reject]:
    r"""Yield a file's lines in blocks; line ends may be ``\n``, ``\r\n`` or ``\r``.

    Only the last line may have no end. UTF-16 and UTF-32 are told by their byte order mark, which is
    dropped; all else is UTF-8, and bytes that are not become `REPLACEMENT` characters. Where the file
    breaks off, because it is damaged, or has no byte in it, a reject is the last thing to come.

    The first block is small, as rows read one by one tell which columns there are; each is at least twice
    as long as the one before, up to a megabyte.
    """
    number, size, length, problem = 1, _FIRST_BLOCK, 0, None
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


class RecordLines:
    """The lines of a file, which can be given back.

    Attributes
    ----------
    taken : list of (int, str)
        Lines of the record that is being read, with their numbers.
    are_doubtful : bool
        Whether the record begins with a line that an earlier one had swallowed.
    broken : list of Reject
        Where the file breaks off.
    """

    def __init__(self, file: TableFile) -> None:
        self._name = file.name
        self._blocks = text_blocks(file)
        self._left: deque[tuple[int, str]] = deque()
        self._given_back: deque[tuple[int, str]] = deque()
        self.taken: list[tuple[int, str]] = []
        self.are_doubtful = False
        self.broken: list[Reject] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._given_back:
            self.are_doubtful = True
            number, line = self._given_back.popleft()
        else:
            if not self._left:
                self._take_next()
            number, line = self._left.popleft()
        self.taken.append((number, line))
        return line

    def next_block(self) -> TextBlock | None:
        """Return the lines that come next where they are a whole block, which then is the caller's."""
        block = None if self._left or self._given_back else next(self._blocks, None)
        if isinstance(block, Reject):
            self.broken.append(block)
        return block if isinstance(block, TextBlock) else None

    def take(self, block: TextBlock) -> None:
        """Read the lines of a block one by one."""
        self._left.extend(enumerate(block.lines, block.number))

    def _take_next(self) -> None:
        block = self.next_block()
        if block is None:
            raise StopIteration
        self.take(block)

    def begin(self) -> None:
        """Begin a record."""
        self.taken = []
        self.are_doubtful = False

    def keep_first(self) -> None:
        """Give all lines of the record back but the first."""
        self._given_back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def have(self, character: str) -> bool:
        """Return whether the record's lines have a character."""
        return character in self.taken[0][1] or any(character in line for line in self.swallowed)

    @property
    def first_number(self) -> int:
        """Number of the record's first line."""
        return self.taken[0][0]

    @property
    def last_number(self) -> int:
        """Number of the record's last line."""
        return self.taken[-1][0]

    @property
    def are_whole(self) -> bool:
        """Whether the record's last line has an end."""
        return has_end(self.taken[-1][1])

    @property
    def swallowed(self) -> list[str]:
        """The record's lines after the first."""
        return [line for _, line in self.taken[1:]] if len(self.taken) > 1 else []

    @property
    def place(self) -> str:
        """Where the record stands."""
        if self.first_number == self.last_number:
            return f"{self._name} line {self.first_number}"
        return f"{self._name} lines {self.first_number} to {self.last_number}"


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
