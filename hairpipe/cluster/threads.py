"""How many threads the libraries of a process use, and how to hold them to one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import cv2
from threadpoolctl import threadpool_info, threadpool_limits

# Dask's nanny pins BLAS and OpenMP of the workers it starts, but not OpenCV.
THREAD_VARIABLES = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
}


def threads_here() -> dict[str, int]:
    """Return the threads that OpenCV and each thread pool of this process would use."""
    pools = {f"{pool['user_api']}:{pool['prefix']}": int(pool["num_threads"]) for pool in threadpool_info()}
    return {"opencv": int(cv2.getNumThreads()), **pools}


@contextlib.contextmanager
def single_threaded() -> Iterator[None]:
    """Pin OpenCV, BLAS and OpenMP to one thread: results must not depend on the machine's cores."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        cv2.setNumThreads(before)
