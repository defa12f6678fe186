"""Freed memory stays with the process."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

# As Dask's nanny starts workers.
ENVIRONMENT = {**os.environ, "MALLOC_TRIM_THRESHOLD_": "65536"}
PROGRAM = """
import resource, sys
import numpy as np
from hairpipe.run.memory import keep_freed_memory
if sys.argv[1] == "kept":
    assert keep_freed_memory()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(200):
    np.zeros(100_000).sum()
    np.ones(100_000).sum()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


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
