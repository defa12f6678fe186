"""The memory of a process: how much it took at most, and that it keeps what pictures have used."""

from __future__ import annotations

import ctypes
import platform
import re
import resource
from pathlib import Path

# From glibc's malloc.h.
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_TRIM_BYTES = 64 * 2**20
# The largest that glibc takes on 64-bit machines.
_MMAP_BYTES = 32 * 2**20


def peak_bytes() -> int:
    """Return the most memory that this process has had.

    On Linux `getrusage` tells more: a new process starts with the peak of the one that started it.
    """
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    except OSError:
        found = None
    kilobytes = int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes * 1024


def keep_freed_memory() -> bool:
    """Let malloc keep up to 64 MiB for the next picture; return whether it could be told so.

    Dask's nanny has workers give freed memory back from 64 KiB on. A portrait frees and takes some
    megabytes many times over, and fetching them anew from the system each time costs as much again
    as the work itself.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(_M_TRIM_THRESHOLD, _TRIM_BYTES) and mallopt(_M_MMAP_THRESHOLD, _MMAP_BYTES))
