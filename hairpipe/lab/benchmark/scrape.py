"""Drawn scrapes that are quickly made: many profiles from a few drawings, each picture its own file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import cv2

from hairpipe.extract.result import Box
from hairpipe.lab.synthetic import draw_portrait
from hairpipe.lab.synthetic.scrape import TABLE

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
