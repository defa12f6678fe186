"""Drawn scrapes that are quickly made, and a look at their pictures that costs nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cv2

from hairpipe.extract.extract import extract_hair
from hairpipe.extract.result import Box, Extraction
from hairpipe.extract.settings import Settings
from hairpipe.lab.synthetic import draw_portrait
from hairpipe.lab.synthetic.scrape import TABLE
from hairpipe.plan.context import Rate
from hairpipe.plan.tasks import ImageTask
from hairpipe.run.worker.image import ImageResult
from hairpipe.source.profile import Pictures
from hairpipe.status import Status

# So many lengths; with more, a million small pictures would fill a disk.
_TAILS = 10_000
_PICTURES_PER_FOLDER = 1000


def write_quick_scrape(folder: Path, profiles: int, drawings: int, height: int, width: int) -> None:
    """Write a scrape in the table layout with face boxes and nothing broken.

    A picture is one of so many drawings with some bytes of its own behind it, which decoders pass over.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = list(_drawings(min(drawings, profiles), height, width))
    with (folder / TABLE).open("w") as table:
        for number in range(profiles):
            data, box = drawn[number % len(drawn)]
            image = f"images/{number // _PICTURES_PER_FOLDER:04d}/{number}.jpg"
            if number % _PICTURES_PER_FOLDER == 0:
                (folder / image).parent.mkdir(parents=True, exist_ok=True)
            # Lengths differ too, as they do among real pictures.
            tail = b"\0" * (number // len(drawn) % _TAILS) + str(number).encode()
            (folder / image).write_bytes(data + tail)
            face = {f"face_{side}": value for side, value in box._asdict().items()}
            table.write(json.dumps({"id": str(number), "name": f"Figure {number}", "image": image, **face}))
            table.write("\n")


def quick_source(folder: Path) -> dict[str, object]:
    """Return the `source` block of a configuration for such a scrape."""
    face = {side: f"face_{side}" for side in Box._fields}
    return {"kind": "table", "path": str(folder / TABLE), "columns": {"face": face}}


def _drawings(count: int, height: int, width: int) -> Iterator[tuple[bytes, Box]]:
    for seed in range(count):
        portrait = draw_portrait(seed, height, width)
        _, data = cv2.imencode(".jpg", portrait.image[..., ::-1])
        yield data.tobytes(), portrait.face_box


def constant_result(
    task: ImageTask, pictures: Pictures, settings: Settings, rate: Rate | None = None
) -> ImageResult:
    """Return the same hair for every picture, unread."""
    found = _found()
    height, width = found.hair_mask.shape
    return ImageResult(
        Status.OK,
        digest=hashlib.sha256(task.portraits[0].portrait_id.encode()).hexdigest(),
        width=width,
        height=height,
        extraction=found,
        quality=found.quality,
        stage_seconds={"extract": 0.0},
    )


@cache
def _found() -> Extraction:
    drawn = draw_portrait(0)
    return extract_hair(drawn.image, drawn.face_box, Settings(method="article"))
