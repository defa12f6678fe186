"""The gallery's pictures: sheets of thumbnails beside the report, made once for the rows a run wrote.

A portrait's row names the run that wrote it, so its thumbnail lies with that run, in
``runs/<run_id>/gallery/``, and stays right as long as the row does: a report after a small run makes few.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from threading import Semaphore
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.extract.result import Image
from hairpipe.report.masks import Masks, masks_in_order
from hairpipe.report.results import Results, regions_of
from hairpipe.report.thumbnails import (
    CELL_HEIGHT,
    CELL_WIDTH,
    face_of,
    overlay,
    thumbnail,
)
from hairpipe.report.views import jpeg, webp
from hairpipe.storage.folder import Folder
from hairpipe.store.parquet import DamagedFileError, read_parquet, to_parquet
from hairpipe.store.sources import whole_keys

COLUMNS, ROWS = 4, 4
"""Portraits of a sheet, across and down; each has the outlined picture and the hair beside it."""
OVERLAY_CELL = 384
_PER_SHEET = COLUMNS * ROWS
_MOST_THREADS = 8
# Twenty megabytes each.
_ENCODING = Semaphore(2)
_JPEG_QUALITY = 74
# Sheets for each thread.
_AT_ONCE = 4
THUMBNAIL_COLUMNS = (
    *("portrait_id", "source", "image", "run_id", "face_x", "face_y", "face_w", "face_h"),
    *("status", "hair_color", "quality"),
)
"""Of the portraits table, what thumbnails are made and sorted by."""
_INDEX = pa.schema(
    [
        pa.field("key", pa.string()),
        # Where it lies among the run's thumbnails; null where the picture can't be read.
        pa.field("place", pa.int32()),
        pa.field("width", pa.int16()),
        pa.field("height", pa.int16()),
    ]
)


_Sheet = list[tuple[dict[str, Any], Masks]]
"""What a sheet is drawn of: rows of the portraits table, each with those of the masks table."""
Progress = Callable[[int, int], None]
"""Hears how many are done, and of how many."""


@dataclass(frozen=True, eq=False)
class Places:
    """Where each portrait's thumbnail lies, (N,) each."""

    runs: list[str]
    run: NDArray[np.int64]
    """Index into `runs`."""
    place: NDArray[np.int64]
    """Among the run's thumbnails; -1 where there is none."""
    width: NDArray[np.int64]
    height: NDArray[np.int64]
    """Width and height are of each of its two pictures."""


def thumbnail_places(results: Results, portraits: pa.Table, tell: Progress) -> Places:
    """Return where the portraits' thumbnails lie, after making those of runs that have none yet.

    The portraits have `THUMBNAIL_COLUMNS`; `tell` hears how many of all that are missing are made.
    """
    encoded = pc.dictionary_encode(portraits["run_id"]).combine_chunks()
    runs: list[str] = encoded.dictionary.to_pylist()
    run = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    found = {name: np.full(len(run), -1, np.int64) for name in ("place", "width", "height")}
    indexes = {run_id: index for run_id in runs if (index := _read_index(results.folder, run_id)) is not None}
    lacking = portraits.filter(pc.invert(pc.is_in(portraits["run_id"], pa.array([*indexes], pa.string()))))
    if lacking.num_rows:
        indexes |= _make_sheets(results, lacking, tell)
    keys = whole_keys(portraits)
    for number, run_id in enumerate(runs):
        rows, index = np.flatnonzero(run == number), indexes[run_id]
        here = pc.index_in(keys.take(pa.array(rows)), value_set=index["key"].combine_chunks())
        for name, values in found.items():
            values[rows] = pc.fill_null(index[name].take(here), -1).to_numpy()
    return Places(runs, run, **found)


def _make_sheets(results: Results, portraits: pa.Table, tell: Progress) -> dict[str, pa.Table]:
    """Write the sheets of some runs, and after each run's the index that says that they are all there."""
    # Portraits that are looked at together lie together: few sheets are loaded for a page of them.
    order = [(name, "ascending") for name in ("run_id", "status", "hair_color")] + [("quality", "descending")]
    portraits = portraits.sort_by(order)
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    indexes, done = {}, 0
    tell(0, len(portraits))
    with closing(masks_in_order(results, portraits)) as masks, ThreadPoolExecutor(threads) as pool:
        for run_id in pc.unique(portraits["run_id"]).to_pylist():
            rows = portraits.filter(pc.equal(portraits["run_id"], run_id))
            sizes: list[tuple[int, int] | None] = []
            sheets = enumerate(_sheets(rows, masks))
            while some := list(islice(sheets, _AT_ONCE * threads)):
                for sheet in pool.map(partial(_write_sheet, results, run_id), some):
                    sizes += sheet
                tell(done + len(sizes), len(portraits))
            done += len(sizes)
            indexes[run_id] = _write_index(results.folder, run_id, rows, sizes)
    return indexes


def _sheets(portraits: pa.Table, masks: Iterator[Masks]) -> Iterator[_Sheet]:
    for first in range(0, len(portraits), _PER_SHEET):
        rows = portraits[first : first + _PER_SHEET].to_pylist()
        yield list(zip(rows, islice(masks, len(rows)), strict=True))


def _write_index(
    folder: Folder, run_id: str, rows: pa.Table, sizes: Sequence[tuple[int, int] | None]
) -> pa.Table:
    index = pa.table(
        [
            whole_keys(rows),
            pa.array([place if size else None for place, size in enumerate(sizes)], pa.int32()),
            pa.array([size[0] if size else None for size in sizes], pa.int16()),
            pa.array([size[1] if size else None for size in sizes], pa.int16()),
        ],
        schema=_INDEX,
    )
    # Where no picture could be read, a disk may not be mounted: the next report tries again.
    if any(sizes):
        folder.write(_index_path(run_id), to_parquet(index))
    return index


def _write_sheet(results: Results, run_id: str, numbered: tuple[int, _Sheet]) -> list[tuple[int, int] | None]:
    """Write one sheet and its overlay; return the size of each portrait's thumbnail."""
    number, portraits = numbered
    sheet = np.full((ROWS * CELL_HEIGHT, COLUMNS * 2 * CELL_WIDTH, 3), 128, np.uint8)
    lines = np.zeros((ROWS * OVERLAY_CELL, COLUMNS * OVERLAY_CELL, 4), np.uint8)
    sizes: list[tuple[int, int] | None] = []
    for cell, (row, masks) in enumerate(portraits):
        image = results.pictures.read(row)
        if image is None:
            sizes.append(None)
            continue
        regions, face = regions_of(masks), face_of(row)
        small = thumbnail(image, regions, face)
        across, down = cell % COLUMNS, cell // COLUMNS
        _put(sheet, small.outlined, 2 * across * CELL_WIDTH, down * CELL_HEIGHT)
        if small.hair is not None:
            _put(sheet, small.hair, (2 * across + 1) * CELL_WIDTH, down * CELL_HEIGHT)
        drawn = overlay(image.shape[:2], regions, face, OVERLAY_CELL)
        # As the encoder wants it: a whole sheet is too much to be turned at once.
        _put(lines, drawn[..., [2, 1, 0, 3]], across * OVERLAY_CELL, down * OVERLAY_CELL)
        sizes.append((small.outlined.shape[1], small.outlined.shape[0]))
    if any(sizes):
        results.folder.write(sheet_path(run_id, number), jpeg(sheet, _JPEG_QUALITY))
        with _ENCODING:
            overlaid = webp(lines)
        results.folder.write(overlay_path(run_id, number), overlaid)
    return sizes


def _put(sheet: Image, picture: Image, left: int, top: int) -> None:
    height, width = picture.shape[:2]
    sheet[top : top + height, left : left + width] = picture


def sheet_path(run_id: str, number: int) -> str:
    """Return where a sheet of thumbnails lies in the output folder."""
    return f"runs/{run_id}/gallery/{number:04d}.jpg"


def overlay_path(run_id: str, number: int) -> str:
    """Return where the lines to lay over the pictures of a sheet lie."""
    return f"runs/{run_id}/gallery/{number:04d}.webp"


def _index_path(run_id: str) -> str:
    return f"runs/{run_id}/gallery/index.parquet"


def _read_index(folder: Folder, run_id: str) -> pa.Table | None:
    try:
        return read_parquet(folder, _index_path(run_id), _INDEX)
    except (FileNotFoundError, DamagedFileError):
        return None
