"""Pictures that lie in the Parquet table itself: damaged pages, copied files, shared pictures."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import pyarrow as pa
import pyarrow.parquet as pq

from hairpipe.source.table.parquet_pages import Pages
from hairpipe.storage.parquet_file import open_parquet
from tests.commands.scrapes import hairpipe, table
from tests.extract.drawing import FACE_BOX, head

ROWS = 40
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def pictures() -> list[bytes]:
    """Return pictures that differ in a pixel each."""
    drawn = []
    for number in range(ROWS):
        picture = head()
        picture[0, 0] = number
        drawn.append(cv2.imencode(".png", picture)[1].tobytes())
    return drawn


class Dataset:
    """A table with pictures in it, and its configuration."""

    def __init__(self, folder: Path, scheduler: str) -> None:
        self.file = folder / "train.parquet"
        self.output = folder / "out"
        self._config = folder / "config.yaml"
        columns = {"id": "id", "face": "face"}
        source = {"kind": "table", "preset": "huggingface", "path": str(self.file), "columns": columns}
        cluster = {"kind": "scheduler", "address": scheduler}
        content = {"source": source, "output": str(self.output), "method": "article", "cluster": cluster}
        self._config.write_text(json.dumps(content))

    def write(self, drawn: list[bytes]) -> None:
        images = pa.array([{"bytes": each, "path": None} for each in drawn], IMAGE)
        pq.write_table(
            pa.table({"id": list(map(str, range(ROWS))), "face": [list(FACE_BOX)] * ROWS, "image": images}),
            self.file,
            row_group_size=ROWS,
            data_page_size=2 * len(drawn[0]),
            write_batch_size=1,
            use_dictionary=False,
            write_page_checksum=True,
        )

    def run(self, *settings: str) -> dict[str, int]:
        """Run the job and return how many rows have which status."""
        told = hairpipe("run", self._config, *[part for each in settings for part in ("--set", each)])
        assert told.code == 0, told
        return dict(Counter(table(self.output)["status"]))

    def plan(self) -> dict[str, int]:
        told = json.loads(hairpipe("plan", self._config, "--json").output)
        return {name: count for name, count in told["counts"].items() if count}


def test_a_damaged_page_costs_its_own_pictures(tmp_path: Path, scheduler: str) -> None:
    dataset = Dataset(tmp_path, scheduler)
    dataset.write(pictures())
    with dataset.file.open("r+b") as handle:
        parts: Any = Pages(handle, open_parquet(handle), "image.bytes", 0)._pages
        part = parts[len(parts) // 2]
        handle.seek(part.end - 50)
        handle.write(b"\xff" * 16)
    found = dataset.run("run.max_failed_share=1")
    assert found == {"ok": ROWS - part.rows, "unreadable": part.rows}
    rows = table(dataset.output).set_index("portrait_id")
    assert rows.loc[str(part.first), "status"] == "unreadable"
    dataset.write(pictures())
    assert dataset.run("run.max_failed_share=1") == {"ok": ROWS}


def test_a_file_that_was_copied_is_read_once_and_no_row_changes(tmp_path: Path, scheduler: str) -> None:
    dataset = Dataset(tmp_path, scheduler)
    drawn = pictures()
    dataset.write(drawn)
    assert dataset.run() == {"ok": ROWS}
    before = table(dataset.output)
    os.utime(dataset.file, ns=(1, 1))
    assert dataset.plan() == {"mtime_only": ROWS}
    dataset.run()
    assert table(dataset.output).equals(before)
    assert dataset.plan() == {"unchanged": ROWS}
    # Of another file of the same length, only the pictures that differ are looked at.
    drawn[3] = drawn[3][::-1]
    dataset.write(drawn)
    assert dataset.plan() == {"changed": 1, "mtime_only": ROWS - 1}


def test_a_picture_that_many_rows_hold_is_known_for_the_sites_placeholder_at_once(
    tmp_path: Path, scheduler: str
) -> None:
    dataset = Dataset(tmp_path, scheduler)
    drawn = pictures()
    dataset.write([*drawn[:-10], *[drawn[-1]] * 10])
    assert dataset.run("run.max_failed_share=1") == {"ok": ROWS - 10, "placeholder": 10}
    assert dataset.plan() == {"unchanged": ROWS}
