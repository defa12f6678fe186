"""Tasks on disk: what is planned, in files that workers read, so that none of it travels with a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hairpipe.errors import StoreError
from hairpipe.extract.result import Box, Face
from hairpipe.source.portrait_rows import portraits_of
from hairpipe.source.profile import Portrait
from hairpipe.storage.folder import Folder
from hairpipe.storage.meanwhile import each_meanwhile
from hairpipe.storage.parquet_file import open_parquet, read_rows
from hairpipe.store.manifest import STATE

TASK_FILES = f"{STATE}/plan"
# A batch reads whole files: few enough tasks that it is soon done.
TASKS_PER_FILE = 2000


@dataclass(frozen=True, slots=True)
class ImageTask:
    """One picture to look at, for every portrait that shows it."""

    portraits: tuple[Portrait, ...]
    """The same picture with the same given face box; the first one's file is read."""
    attempts: int = 0
    """Runs that have tried this picture before and did not get through it."""
    known_face: Face | None = None
    """Found by an earlier run with the same detector settings in the same picture."""
    known_digest: str | None = None
    """Digest of the picture `known_face` was found in."""
    placeholder: bool = False
    """The site's "no picture" picture: not looked at."""


@dataclass(frozen=True)
class TaskRange(Sequence[ImageTask]):
    """Some of a plan's tasks, one after the other; they are read when they are asked for."""

    output: str
    """The output folder."""
    run_id: str
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    @overload
    def __getitem__(self, index: int) -> ImageTask: ...

    @overload
    def __getitem__(self, index: slice) -> TaskRange: ...

    def __getitem__(self, index: int | slice) -> ImageTask | TaskRange:
        chosen = range(self.start, self.stop)[index]
        if isinstance(chosen, range):
            return replace(self, start=chosen.start, stop=max(chosen.start, chosen.stop))
        (task,) = replace(self, start=chosen, stop=chosen + 1)
        return task

    def __iter__(self) -> Iterator[ImageTask]:
        for rows in self._rows():
            yield from image_tasks(rows)

    def portraits(self) -> Iterator[tuple[str, str | None]]:
        """Yield the id of each portrait and the version of its picture."""
        for rows in self._rows(["task", "portrait_id", "version"]):
            yield from zip(rows["portrait_id"].to_pylist(), rows["version"].to_pylist(), strict=True)

    def _rows(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Yield the rows of the tasks' portraits, file by file."""
        folder = Folder(self.output)
        for number in range(self.start // TASKS_PER_FILE, -(-self.stop // TASKS_PER_FILE)):
            path = _path(self.run_id, number)
            try:
                with folder.open(path) as handle, open_parquet(handle, checksums=True) as file:
                    rows = read_rows(file, columns)
            except (pa.ArrowException, OSError) as error:
                raise StoreError(
                    f"{folder.path(path)}, a part of the run's plan, can't be read ({str(error)[:200]}); "
                    "run the same command again, which plans anew"
                ) from error
            first, last = np.searchsorted(rows["task"].to_numpy(), [self.start, self.stop])
            yield rows.slice(first, last - first)


def write_tasks(rows: Iterable[pa.RecordBatch], folder: Folder, run_id: str) -> TaskRange:
    """Write a plan's tasks into the output folder.

    Parameters
    ----------
    rows : iterable of RecordBatch
        As :meth:`hairpipe.plan.plan.Plan.task_rows` yields them.
    """
    count = 0

    def write(table: pa.Table) -> None:
        nonlocal count
        folder.write(_path(run_id, count // TASKS_PER_FILE), _as_parquet(table))
        count = table["task"][-1].as_py() + 1

    each_meanwhile(_in_files(rows), write)
    return TaskRange(folder.url, run_id, 0, count)


def image_tasks(rows: pa.Table) -> Iterator[ImageTask]:
    """Yield the tasks of rows, each of which has all rows of its tasks."""
    portraits = list(portraits_of(rows))
    numbers = rows["task"].to_numpy()
    starts = np.flatnonzero(np.r_[np.ones(min(len(numbers), 1), bool), numbers[1:] != numbers[:-1]]).tolist()
    about = rows.select(_ABOUT_TASK).to_pylist()
    for start, end in zip(starts, [*starts[1:], len(portraits)], strict=True):
        first = about[start]
        known = next((row for row in about[start:end] if row["face_source"] is not None), None)
        yield ImageTask(
            portraits=tuple(portraits[start:end]),
            attempts=first["attempts"],
            known_face=None if known is None else _face(known),
            known_digest=first["digest"] if known is None else known["face_digest"],
            placeholder=first["placeholder"],
        )


_ABOUT_TASK = [
    "attempts",
    "placeholder",
    "digest",
    *["face_x", "face_y", "face_w", "face_h", "face_source", "face_score", "face_count", "face_digest"],
]


def _face(row: dict[str, object]) -> Face:
    box = Box(row["face_x"], row["face_y"], row["face_w"], row["face_h"])  # type: ignore[arg-type]
    return Face(box, row["face_source"], row["face_score"], row["face_count"])  # type: ignore[arg-type]


def _in_files(rows: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Number the tasks from 0 and put those of one file together."""
    waiting: list[pa.Table] = []
    number, before = -1, -1
    for batch in rows:
        if not len(batch):
            continue
        keys = batch["task"].to_numpy()
        is_next = np.r_[keys[0] != before, keys[1:] != keys[:-1]]
        numbers = number + np.cumsum(is_next)
        table = pa.Table.from_batches([batch]).set_column(0, "task", pa.array(numbers, pa.int64()))
        files = numbers // TASKS_PER_FILE
        for at in np.split(np.arange(len(numbers)), np.flatnonzero(files[1:] != files[:-1]) + 1):
            if waiting and waiting[0]["task"][0].as_py() // TASKS_PER_FILE != files[at[0]]:
                yield pa.concat_tables(waiting)
                waiting = []
            waiting.append(table.slice(int(at[0]), len(at)))
        number, before = int(numbers[-1]), int(keys[-1])
    if waiting:
        yield pa.concat_tables(waiting)


def _as_parquet(table: pa.Table) -> bytes:
    """Return rows as a file that is quick to write, as it is read once and then thrown away."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        table.combine_chunks(),
        sink,
        compression="zstd",
        use_dictionary=False,
        write_statistics=False,
        write_page_checksum=True,
    )
    return bytes(sink.getvalue())


def _path(run_id: str, number: int) -> str:
    return f"{TASK_FILES}/{run_id}/{number:06d}.parquet"
