"""Lines of text from a file that may hold anything."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from lzma import LZMAError

from pyarrow import ArrowException

from hairpipe.source.profile import Reject, RejectReason
from hairpipe.source.table_files import TableFile

REPLACEMENT = "\ufffd"

# What decompressors and disks raise for a file that was cut off or damaged.
_BROKEN_FILE = (OSError, EOFError, zlib.error, LZMAError, ArrowException)


def text_lines(file: TableFile) -> Iterator[str | Reject]:
    """Yield a file's lines with their line ends.

    Bytes that are not UTF-8 become `REPLACEMENT` characters and a byte order mark is dropped.
    Where the file breaks off, because it is damaged, a reject is the last thing to come.
    """
    number = 0
    try:
        with file.open() as handle:
            for number, line in enumerate(handle, 1):
                yield line.decode("utf-8-sig" if number == 1 else "utf-8", errors="replace")
    except _BROKEN_FILE as error:
        yield Reject(
            RejectReason.BROKEN_FILE,
            f"{file.name} line {number + 1}",
            f"the file can't be read from here on: {str(error)[:200]}",
        )
