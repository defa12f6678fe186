"""Bringing the result of every task home, on a cluster inside of this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

from hairpipe.config import RunSettings
from hairpipe.errors import ClusterError, StoreError
from hairpipe.plan.context import JobContext
from hairpipe.plan.tasks import ImageTask
from hairpipe.run.batch_tasks import BatchTasks, RunStats
from hairpipe.run.window import TASKS_AHEAD, Attempt, ConnectionLostError, Window
from hairpipe.run.worker.batch import Batch
from hairpipe.run.worker.image import process_image
from hairpipe.run.worker.in_flight import InFlightMarker
from hairpipe.storage.folder import Folder
from hairpipe.store.log.events import BatchFinished, BatchLost, Event
from hairpipe.store.staging.batches import read_staged
from tests.chaos.job import ROOT
from tests.run.drawn_tasks import draw_tasks, job_context


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0"
    ) as started:
        yield started


@pytest.fixture
def client(cluster: LocalCluster) -> Iterator[Client]:
    with Client(cluster, set_as_default=False) as connected:
        yield connected


class Batches:
    """A window over batches of a size, and what was told of them."""

    def __init__(
        self,
        context: JobContext,
        tasks: tuple[ImageTask, ...],
        size: int,
        stop_after: float = float("inf"),
        wait_seconds: float = 60,
    ) -> None:
        self.heard: list[Event] = []
        self.tasks = BatchTasks(
            tasks,
            context,
            RunSettings(batch_size=size),
            RunStats(),
            workers=lambda: 1,
            announce=self.heard.append,
            stopping=lambda: len(self.finished) >= stop_after,
            process=process_image,
        )
        self.window = Window(self.tasks, wait_seconds)

    @property
    def finished(self) -> list[int]:
        return [event.portraits for event in self.heard if isinstance(event, BatchFinished)]


def test_every_batch_is_done_once(client: Client, tmp_path: Path) -> None:
    context = job_context(tmp_path)
    batches = Batches(context, draw_tasks(tmp_path, 11), 2)
    assert batches.window.run(client)
    assert sorted(batches.finished) == [1, 2, 2, 2, 2, 2]
    assert not any(isinstance(event, BatchLost) for event in batches.heard)
    staged = read_staged(Folder(context.output), {})
    assert sorted(staged.inventory["portrait_id"].to_pylist()) == sorted(f"p{n}" for n in range(11))


def test_a_batch_is_asked_for_when_there_is_room_for_it(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = Batches(job_context(tmp_path), draw_tasks(tmp_path, 8), 1)
    finished_when_asked = []
    attempts = batches.tasks.attempts()

    def asked() -> Iterator[Attempt]:
        for attempt in attempts:
            finished_when_asked.append(len(batches.finished))
            yield attempt

    monkeypatch.setattr(batches.tasks, "attempts", asked)
    assert Window(batches.tasks, 60).run(client)
    assert len(batches.finished) == 8
    assert all(number - finished < TASKS_AHEAD for number, finished in enumerate(finished_when_asked))


def test_suspects_are_tried_alone_after_the_others(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    context, tasks = job_context(tmp_path), draw_tasks(tmp_path, 6)
    first = Batch(tasks[:3], f"{context.source_name}\0{context.fingerprint}")
    InFlightMarker(Folder(context.output), first.batch_id).looking_at(1)
    batches = Batches(context, tasks, 3)
    assert batches.window.run(client)
    assert batches.finished[-1] == 1
    assert sum(batches.finished) == 6


def test_a_stop_leaves_what_has_not_begun(client: Client, tmp_path: Path) -> None:
    batches = Batches(job_context(tmp_path), draw_tasks(tmp_path, 12), 1, stop_after=2)
    assert not batches.window.run(client)
    batches.window.abandon(client, grace_seconds=0)
    assert len(batches.finished) == 2


def test_with_another_connection_the_rest_is_done(cluster: LocalCluster, tmp_path: Path) -> None:
    batches = Batches(job_context(tmp_path), draw_tasks(tmp_path, 6), 1)
    lost = Client(cluster, set_as_default=False)
    lost.close()
    with pytest.raises(ConnectionLostError, match="run the same command again"):
        batches.window.run(lost)
    with Client(cluster, set_as_default=False) as client:
        assert batches.window.run(client)
    assert batches.finished == [1] * 6


def test_without_a_connection_the_rest_is_done_here(cluster: LocalCluster, tmp_path: Path) -> None:
    batches = Batches(job_context(tmp_path), draw_tasks(tmp_path, 6), 1)
    lost = Client(cluster, set_as_default=False)
    lost.close()
    with pytest.raises(ConnectionLostError):
        batches.window.run(lost)
    batches.window.finish_here()
    assert batches.finished == [1] * 6


def test_a_task_that_tells_why_it_fails_ends_the_run(client: Client, tmp_path: Path) -> None:
    batches = Batches(job_context(tmp_path), draw_tasks(tmp_path, 2), 1)
    in_the_way = tmp_path / "out/.hairpipe/staging"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.touch()
    with pytest.raises(StoreError, match="can't write"):
        batches.window.run(client)


def test_a_cluster_without_workers_is_given_up(tmp_path: Path) -> None:
    batches = Batches(job_context(tmp_path), draw_tasks(tmp_path, 2), 1, wait_seconds=0.1)
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address="127.0.0.1:0") as empty,
        Client(empty, set_as_default=False) as client,
        pytest.raises(ClusterError, match=r"none came back within 0\.1 s"),
    ):
        batches.window.run(client)


@pytest.mark.parametrize(
    ("size", "sizes", "function"),
    [(5, [[5]], "process_batch"), (5, [[5], [2, 3]], "process_batch"), (1, [[1]], "process_alone")],
)
def test_what_takes_the_place_of_a_lost_batch(
    tmp_path: Path, size: int, sizes: list[list[int]], function: str
) -> None:
    tasks = draw_tasks(tmp_path, size)
    batches = Batches(job_context(tmp_path), tasks, size)
    (attempt,) = batches.tasks.attempts()
    for expected in sizes:
        places: list[Any] = list(batches.tasks.lost(attempt, "tcp://gone"))
        assert [len(place.arguments[0].tasks) for place in places] == expected
        assert {place.function.__name__ for place in places} == {function}
        assert tuple(task for place in places for task in place.arguments[0].tasks) == tasks
