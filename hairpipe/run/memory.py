"""How the C library of a worker keeps the memory that pictures have used."""

from __future__ import annotations

import ctypes
import platform

# From glibc's malloc.h.
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_TRIM_BYTES = 64 * 2**20
# The largest that glibc takes on 64-bit machines.
_MMAP_BYTES = 32 * 2**20


def keep_freed_memory() -> bool:
    """Let malloc keep up to 256 MiB for the next picture; return whether it could be told so.

    Dask's nanny has workers give freed memory back from 64 KiB on. A portrait frees and takes some
    megabytes many times over, and fetching them anew from the system each time costs as much again
    as the work itself.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(_M_TRIM_THRESHOLD, _TRIM_BYTES) and mallopt(_M_MMAP_THRESHOLD, _MMAP_BYTES))
