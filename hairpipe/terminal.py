"""Standard output and error: what fails there ends the printing, never the work.

A reader that goes away (``| head``), a full disk behind ``>``, a terminal that was closed: the command
carries on, what it prints is dropped from then on, and at the end its exit code shows it.
"""

from __future__ import annotations

import errno
import io
import logging
import os
import re
import select
import sys
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

from hairpipe.errors import EXIT_OK, EXIT_TRY_LATER

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_STDIN, _STDOUT, _STDERR = 0, 1, 2

# What moves the cursor, colours or hides text, or turns its direction.
_UNPRINTABLE = re.compile("[\0-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: object, keep: str = "") -> str:
    """Return a text that says the same and can do nothing to a terminal or to the lines of a table.

    Parameters
    ----------
    text : object
        Such as a name from a scrape.
    keep : str
        Characters that may stay, such as a newline.
    """

    def escaped(found: re.Match[str]) -> str:
        return found[0] if found[0] in keep else found[0].encode("unicode_escape").decode("ascii")

    return _UNPRINTABLE.sub(escaped, str(text))


def table_line(values: Iterable[object]) -> str:
    """Return a line of a table, its cells separated by tabs; nothing in a cell ends it."""
    return "\t".join(printable("" if value is None else value) for value in values)


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    Parameters
    ----------
    count : int
    one : str
        The noun for one of them.
    many : str, optional
        For any other number; default: with an s.
    """
    return f"{count} {one if count == 1 else many or one + 's'}"


class _LastingFile(io.RawIOBase):
    """An open file; after the first write that fails, writing does nothing.

    Attributes
    ----------
    failure : OSError or None
        Of the first write that failed.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self.failure: OSError | None = None

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the file's number."""
        return self._number

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return os.isatty(self._number)

    def write(self, data: ReadableBuffer, /) -> int:
        """Write some of the data, after a failure none; return how much is dealt with."""
        while self.failure is None:
            try:
                return os.write(self._number, data)
            except BlockingIOError:
                # Whoever started the command has left the pipe in a mode that doesn't wait.
                select.select([], [self._number], [])
            except OSError as error:
                self.failure = error
        return memoryview(data).nbytes


class StandardStreams:
    """Takes standard output and error over for the rest of the process.

    A program that runs the command line inside of itself, with streams of its own, keeps these.
    """

    def __init__(self) -> None:
        _open_closed_ones()
        self._stdout = _LastingFile(_STDOUT)
        if sys.stdout is sys.__stdout__:
            sys.stdout = _text(self._stdout, sys.stdout, line_buffering=self._stdout.isatty())
        if sys.stderr is sys.__stderr__:
            sys.stderr = _text(_LastingFile(_STDERR), sys.stderr, line_buffering=True)
            _quiet_libraries()

    def finish(self, code: int) -> int:
        """Write what is left, and return the exit code, which shows if standard output got lost.

        Parameters
        ----------
        code : int
            Of the command itself.
        """
        sys.stdout.flush()
        failure = self._stdout.failure
        if failure is None or failure.errno == errno.EPIPE:
            return code
        sys.stderr.write(
            f"hairpipe: standard output can't be written ({failure.strerror}) and is not complete; "
            "see to that, then run the same command again\n"
        )
        return EXIT_TRY_LATER if code == EXIT_OK else code


def _quiet_libraries() -> None:
    """Keep what libraries tell their developers from the terminal, unless Python was told to show it."""
    if sys.warnoptions:
        return
    warnings.simplefilter("ignore")
    # Worker processes, and those that Python starts for them.
    os.environ["PYTHONWARNINGS"] = "ignore"
    # Without any handler Python would print warnings and errors of loggers nobody set up.
    logging.getLogger().addHandler(logging.NullHandler())


def _open_closed_ones() -> None:
    """Open what was closed (``>&-``), or the next file opened would get its number and what is printed."""
    for number in (_STDIN, _STDOUT, _STDERR):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _text(file: _LastingFile, before: object, line_buffering: bool) -> io.TextIOWrapper:
    # A character that the terminal's encoding lacks is written as its number.
    return io.TextIOWrapper(
        io.BufferedWriter(file),
        encoding=getattr(before, "encoding", None) or "utf-8",
        errors="backslashreplace",
        line_buffering=line_buffering,
    )
