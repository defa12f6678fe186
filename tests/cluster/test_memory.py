"""What a process says of its memory, and that freed memory stays with it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import numpy as np
import pytest

from hairpipe.cluster.memory import peak_bytes

# As Dask's nanny starts workers.
ENVIRONMENT = {**os.environ, "MALLOC_TRIM_THRESHOLD_": "65536"}
PROGRAM = """
import resource, sys
import numpy as np
from hairpipe.cluster.memory import keep_freed_memory
if sys.argv[1] == "kept":
    assert keep_freed_memory()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(200):
    np.zeros(100_000).sum()
    np.ones(100_000).sum()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.system() != "Linux", reason="elsewhere a process may start with another's peak")
def test_the_peak_is_the_processs_own_not_that_of_the_one_that_started_it() -> None:
    program = "from hairpipe.cluster.memory import peak_bytes; print(peak_bytes())"
    starter = f"""
import subprocess, sys
held = b"x" * 10**9
print(subprocess.check_output([sys.executable, "-c", {program!r}], text=True))
"""
    peaks = [
        int(subprocess.run([sys.executable, "-c", text], capture_output=True, check=True).stdout)
        for text in (program, starter)
    ]
    assert peaks[1] < 1.5 * peaks[0]


def test_the_peak_counts_what_was_held_for_a_moment() -> None:
    before = peak_bytes()
    held = np.ones(before, np.uint8)
    del held
    assert peak_bytes() >= 1.5 * before


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's malloc can be told")
def test_memory_is_not_fetched_anew_for_every_picture() -> None:
    faults = {
        how: int(
            subprocess.run(
                [sys.executable, "-c", PROGRAM, how], env=ENVIRONMENT, capture_output=True, check=True
            ).stdout
        )
        for how in ("given back", "kept")
    }
    assert faults["kept"] * 5 < faults["given back"]
