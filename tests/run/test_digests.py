"""Pictures read for their digests: a few by the driver, many by the workers."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pytest

from hairpipe.config import Config
from hairpipe.plan.comparison.digests import PICTURES_PER_TASK
from hairpipe.run.executor import Executor
from hairpipe.run.signals import StopSignals
from hairpipe.storage.folder import Folder
from hairpipe.store.lock import OutputLock
from hairpipe.store.log.events import Event, WorkersReady
from tests.run.drawn_tasks import job_context

MANY = [f"{number}.jpg" for number in range(2 * PICTURES_PER_TASK + 10)]
BROKEN = {"5.jpg", MANY[-1]}


@dataclass(frozen=True)
class NamedPictures:
    """Pictures whose bytes are their names; the first process but the driver's to read one of them dies."""

    driver: int
    sign: Path
    deadly: str | None = None

    def read(self, image: str) -> bytes:
        if image in BROKEN:
            raise FileNotFoundError(image)
        if image == self.deadly and os.getpid() != self.driver:
            try:
                self.sign.touch(exist_ok=False)
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return image.encode()


@pytest.fixture
def executor(tmp_path: Path, configured: Callable[..., Config]) -> Iterator[tuple[Executor, list[Event]]]:
    config = configured(tmp_path)
    said: list[Event] = []
    lock = OutputLock(Folder(config.output), "run")
    with lock, StopSignals() as signals, Executor(config, lock, signals, said.append) as entered:
        yield entered, said


def digests_by(executor: Executor, tmp_path: Path, images: list[str], deadly: str | None = None) -> object:
    context = job_context(tmp_path)
    pictures = NamedPictures(os.getpid(), tmp_path / "died", deadly)
    taken: list[pa.Table] = []
    executor.digest_pictures(replace(context, pictures=pictures), None, iter(images), taken.append)
    rows = [row for table in taken for row in table.to_pylist()]
    assert len(rows) == len(images)
    return {row["image"]: row["digest"] for row in rows}


def expected(images: list[str]) -> dict[str, str | None]:
    return {
        image: None if image in BROKEN else hashlib.sha256(image.encode()).hexdigest() for image in images
    }


def test_a_few_are_read_without_a_cluster(executor: tuple[Executor, list[Event]], tmp_path: Path) -> None:
    running, said = executor
    few = MANY[:PICTURES_PER_TASK]
    assert digests_by(running, tmp_path, few) == expected(few)
    assert digests_by(running, tmp_path, []) == {}
    assert said == []


def test_a_worker_that_dies_over_them_loses_none(
    executor: tuple[Executor, list[Event]], tmp_path: Path
) -> None:
    running, said = executor
    assert digests_by(running, tmp_path, MANY, deadly="1500.jpg") == expected(MANY)
    assert (tmp_path / "died").exists()
    assert digests_by(running, tmp_path, MANY) == expected(MANY)
    assert len([event for event in said if isinstance(event, WorkersReady)]) == 1
