"""Reads a picture from a disk without trusting the name it lies under."""

from __future__ import annotations

import errno
import os
import stat

_SMALLEST_BLOCK = 2**16


class PictureTooLargeError(OSError):
    """A picture has more bytes than may be read."""

    def __init__(self, at_most: int, size: int | None = None) -> None:
        told = f"more than {at_most} bytes" if size is None else f"{size} bytes, over {at_most}"
        super().__init__(errno.EFBIG, told)


def read_picture_file(path: str | os.PathLike[str], at_most: int) -> bytes:
    """Return a picture's bytes; only regular files are read, and no more than `at_most` bytes of them.

    A named pipe would keep its reader waiting for ever, and a device gives bytes without end.

    Raises
    ------
    PictureTooLargeError
        If the file has more.
    OSError
        If there is no such file, it is none, or it can't be read.
    """
    # Looked at before it is opened, for opening alone does something to some devices; and again once it is
    # open, for it may have been replaced.
    _check(os.stat(path), at_most)  # noqa: PTH116  called for each picture
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(handle)
        _check(found, at_most)
        # A file may grow while it is read, and those that the system makes up have no size.
        block_size = max(found.st_size + 1, _SMALLEST_BLOCK)
        blocks, left = [], at_most + 1
        while left and (block := os.read(handle, min(left, block_size))):
            blocks.append(block)
            left -= len(block)
    finally:
        os.close(handle)
    if not left:
        raise PictureTooLargeError(at_most)
    return b"".join(blocks)


def _check(found: os.stat_result, at_most: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    if found.st_size > at_most:
        raise PictureTooLargeError(at_most, found.st_size)
