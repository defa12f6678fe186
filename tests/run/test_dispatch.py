"""Bringing every batch home, on a cluster inside of this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from hairpipe.errors import ClusterError, StoreError
from hairpipe.run.batch import process_batch
from hairpipe.run.dispatch import (
    BATCHES_AHEAD,
    Attempt,
    ConnectionLostError,
    Dispatcher,
    Lost,
    next_attempts,
)
from hairpipe.run.in_flight import InFlightMarker
from hairpipe.run.isolated import process_alone
from hairpipe.run.policy import NextStep
from hairpipe.run.work import Batch, BatchReport, JobContext
from hairpipe.storage.folder import Folder
from hairpipe.store.staging.batches import read_staged
from tests.chaos.job import ROOT
from tests.run.works import batches_of, draw_works, job_context


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


class Listener:
    """Remembers what it is told."""

    def __init__(self, stop_after: float = float("inf")) -> None:
        self.reports: list[BatchReport] = []
        self.lost: list[Lost] = []
        self._stop_after = stop_after

    def finished(self, batch: Batch, report: BatchReport) -> None:
        self.reports.append(report)

    def stopping(self) -> bool:
        return len(self.reports) >= self._stop_after

    def dispatcher(self, context: JobContext, wait_seconds: float = 60) -> Dispatcher:
        return Dispatcher(
            context,
            finished=self.finished,
            lost=self.lost.append,
            stopping=self.stopping,
            wait_seconds=wait_seconds,
        )


def test_every_batch_is_done_once(client: Client, tmp_path: Path) -> None:
    context, batches = job_context(tmp_path), batches_of(draw_works(tmp_path, 11), 2)
    listener = Listener()
    dispatcher = listener.dispatcher(context)
    dispatcher.add(batches)
    assert dispatcher.run(client)
    assert sorted(report.batch_id for report in listener.reports) == sorted(
        batch.batch_id for batch in batches
    )
    assert listener.lost == []
    staged = read_staged(Folder(context.output), {})
    assert sorted(staged.inventory["portrait_id"].to_pylist()) == sorted(f"p{n}" for n in range(11))


def test_a_batch_is_asked_for_when_there_is_room_for_it(client: Client, tmp_path: Path) -> None:
    context, listener = job_context(tmp_path), Listener()
    finished_when_asked = []

    def batches() -> Iterator[Batch]:
        for batch in batches_of(draw_works(tmp_path, 8), 1):
            finished_when_asked.append(len(listener.reports))
            yield batch

    dispatcher = listener.dispatcher(context)
    dispatcher.add(batches())
    assert dispatcher.run(client)
    assert len(listener.reports) == 8
    assert all(asked - finished < BATCHES_AHEAD for asked, finished in enumerate(finished_when_asked))


def test_suspects_are_tried_alone_after_the_others(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    context, batches = job_context(tmp_path), batches_of(draw_works(tmp_path, 6), 3)
    InFlightMarker(Folder(context.output), batches[0].batch_id).looking_at(1)
    listener = Listener()
    dispatcher = listener.dispatcher(context)
    dispatcher.add(batches)
    assert dispatcher.run(client)
    assert [report.statuses.total() for report in listener.reports][-1] == 1
    assert sum(report.statuses.total() for report in listener.reports) == 6


def test_a_stop_leaves_what_has_not_begun(client: Client, tmp_path: Path) -> None:
    context, batches = job_context(tmp_path), batches_of(draw_works(tmp_path, 12), 1)
    listener = Listener(stop_after=2)
    dispatcher = listener.dispatcher(context)
    dispatcher.add(batches)
    assert not dispatcher.run(client)
    dispatcher.abandon(client, grace_seconds=0)
    assert len(listener.reports) == 2


def test_with_another_connection_the_rest_is_done(cluster: LocalCluster, tmp_path: Path) -> None:
    context, batches = job_context(tmp_path), batches_of(draw_works(tmp_path, 6), 1)
    listener = Listener()
    dispatcher = listener.dispatcher(context)
    dispatcher.add(batches)
    lost = Client(cluster, set_as_default=False)
    lost.close()
    with pytest.raises(ConnectionLostError, match="run the same command again"):
        dispatcher.run(lost)
    with Client(cluster, set_as_default=False) as client:
        assert dispatcher.run(client)
    assert sorted(report.batch_id for report in listener.reports) == sorted(
        batch.batch_id for batch in batches
    )


def test_a_task_that_tells_why_it_fails_ends_the_run(client: Client, tmp_path: Path) -> None:
    context, batches = job_context(tmp_path), batches_of(draw_works(tmp_path, 2), 1)
    in_the_way = tmp_path / "out/.hairpipe/staging"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.touch()
    dispatcher = Listener().dispatcher(context)
    dispatcher.add(batches)
    with pytest.raises(StoreError, match="can't write"):
        dispatcher.run(client)


def test_a_cluster_without_workers_is_given_up(tmp_path: Path) -> None:
    dispatcher = Listener().dispatcher(job_context(tmp_path), wait_seconds=0.1)
    dispatcher.add(batches_of(draw_works(tmp_path, 2), 1))
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address="127.0.0.1:0") as empty,
        Client(empty, set_as_default=False) as client,
        pytest.raises(ClusterError, match=r"none came back within 0\.1 s"),
    ):
        dispatcher.run(client)


@pytest.mark.parametrize(
    ("step", "sizes", "task"),
    [
        (NextStep.AGAIN, [5], process_batch),
        (NextStep.HALVES, [2, 3], process_batch),
        (NextStep.ALONE, [5], process_alone),
    ],
)
def test_next_attempts(
    tmp_path: Path, step: NextStep, sizes: list[int], task: Callable[..., BatchReport]
) -> None:
    batch = Batch(draw_works(tmp_path, 5), "f")
    attempts: list[Attempt] = next_attempts(batch, step)
    assert [len(attempt.batch.works) for attempt in attempts] == sizes
    assert tuple(work for attempt in attempts for work in attempt.batch.works) == batch.works
    assert {attempt.task for attempt in attempts} == {task}
    assert {attempt.batch.fingerprint for attempt in attempts} == {"f"}
