"""Batches over a few drawn pictures, for tests of what happens to batches."""

from __future__ import annotations

from pathlib import Path

import cv2

from hairpipe.extract.settings import FaceSettings, Settings
from hairpipe.plan.context import JobContext
from hairpipe.plan.tasks import ImageTask
from hairpipe.run.worker.batch import Batch
from hairpipe.source.pictures import FilePictures
from hairpipe.source.profile import Portrait
from hairpipe.storage.folder import Folder
from tests.chaos.detectors import MARK_RED, Mark
from tests.extract.drawing import head


def draw_tasks(folder: Path, count: int, marks: dict[int, Mark] | None = None) -> tuple[ImageTask, ...]:
    """Draw pictures without face boxes, some of them marked, and return the work of looking at them."""
    tasks = []
    for position in range(count):
        picture = head()
        picture[0, 1] = position
        if marks and position in marks:
            picture[0, 0] = (MARK_RED, marks[position].value, position)
        name = f"{position}.png"
        cv2.imwrite(str(folder / name), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        tasks.append(ImageTask((portrait(f"p{position}", name),)))
    return tuple(tasks)


def portrait(portrait_id: str, image: str | None) -> Portrait:
    """Return a portrait of which only its picture is known."""
    return Portrait(
        portrait_id=portrait_id,
        profile_id=portrait_id,
        name=None,
        image=image,
        problem=None,
        detail=None,
        face=None,
        attributes={},
        size=None,
        version=None,
    )


def job_context(folder: Path, portrait_timeout: float = 60, portrait_memory: int = 2**30) -> JobContext:
    """Return the context of a run with the detector that obeys marks."""
    settings = Settings(method="article", face=FaceSettings(detector="tests.chaos.detectors:Deadly"))
    return JobContext(
        run_id="run",
        output=str(folder / "out"),
        source_name="table",
        carry={},
        pictures=FilePictures(Folder(folder)),
        settings=settings,
        fingerprint="f",
        face_fingerprint="f",
        portrait_timeout=portrait_timeout,
        portrait_memory=portrait_memory,
    )


def batches_of(tasks: tuple[ImageTask, ...], size: int) -> list[Batch]:
    """Return the tasks in batches of a size."""
    return [Batch(tasks[start : start + size], "f") for start in range(0, len(tasks), size)]
