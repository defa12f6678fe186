"""Whether a worker can do the job: the same software, the same folders, one thread."""

from __future__ import annotations

import contextlib
import logging
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cv2
from distributed import WorkerPlugin
from threadpoolctl import threadpool_limits

from hairpipe.cluster.memory import keep_freed_memory
from hairpipe.cluster.threads import single_threaded, threads_here
from hairpipe.errors import HairpipeError
from hairpipe.extract.face.detectors import check_detector
from hairpipe.extract.settings import FaceSettings
from hairpipe.source.profile import Pictures
from hairpipe.storage.folder import Folder
from hairpipe.store.log.run_id import installed_versions

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WorkerRequirements:
    """What a worker is held against."""

    output: str
    probe: str
    """A file of the output folder, written by the driver."""
    pictures: Pictures
    picture: str | None
    """A picture that the driver could read; None where there was none."""
    face: FaceSettings
    """Of the detector that must work."""
    token: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    """What is in the probe."""
    versions: Mapping[str, str] = field(default_factory=installed_versions)
    """The driver's Python and packages; a table must not mix results of different ones."""


def check_worker(required: WorkerRequirements) -> str | None:
    """Return why this process can't do the job, in a few words, or None if it can."""
    others = different_versions(required.versions, installed_versions())
    if others:
        return f"it runs other versions than the driver ({others}); install the same everywhere"
    folder = Folder(required.output)
    try:
        seen = folder.read(required.probe)
    except OSError:
        seen = b""
    except HairpipeError as error:
        return str(error)
    if seen != required.token:
        return (
            f"it does not see the driver's files in {required.output}; the output must lie where all share it"
        )
    try:
        own = f"{required.probe}-{uuid.uuid4().hex}"
        folder.write(own, b"")
        folder.delete(own)
        if required.picture is not None:
            required.pictures.read(required.picture)
        check_detector(required.face)
    except OSError as error:
        return (
            f"it can't read the picture {required.picture} ({error}); the source must lie where all share it"
        )
    except HairpipeError as error:
        return str(error)
    with single_threaded():
        threads = {name: count for name, count in threads_here().items() if count != 1}
    if threads:
        return f"its libraries use several threads in spite of being told not to ({threads})"
    return None


def different_versions(expected: Mapping[str, str], found: Mapping[str, str]) -> str:
    """Return the packages whose versions differ, as ``numpy 2.4.6, not 2.4.0``; empty where none does.

    Of Python itself only the first two numbers count.
    """
    return ", ".join(
        f"{name} {found.get(name, 'missing')}, not {version}"
        for name, version in expected.items()
        if _counted(name, found.get(name)) != _counted(name, version)
    )


def _counted(name: str, version: str | None) -> str | None:
    return ".".join(version.split(".")[:2]) if name == "python" and version else version


class ReadyWorker(WorkerPlugin):
    """Pins a worker's threads; one that joins late is checked too, and leaves again if it is unfit."""

    name = "hairpipe-ready-worker"

    def __init__(self, required: WorkerRequirements) -> None:
        self._required = required
        self._opencv_threads = 1
        self._limits: Any = None

    async def setup(self, worker: Any) -> None:
        """Pin threads, keep freed memory, and check."""
        self._opencv_threads = cv2.getNumThreads()
        cv2.setNumThreads(1)
        self._limits = threadpool_limits(1)
        keep_freed_memory()
        fault = await worker.loop.run_in_executor(None, check_worker, self._required)
        if fault is not None:
            logger.error("worker %s leaves: %s", worker.address, fault)
            # From inside of its own start a worker can't be closed.
            worker.loop.add_callback(worker.close, reason="unfit for hairpipe")

    def teardown(self, worker: Any) -> None:
        """Leave a worker that others use as it was."""
        cv2.setNumThreads(self._opencv_threads)
        with contextlib.suppress(AttributeError):
            self._limits.restore_original_limits()
