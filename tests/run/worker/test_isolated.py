"""A portrait alone, in a process of its own."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from hairpipe.errors import ClusterError
from hairpipe.run.worker.batch import Batch
from hairpipe.run.worker.isolated import death_by, process_alone
from hairpipe.run.worker.process_batch import process_batch
from hairpipe.status import Status
from hairpipe.storage.folder import Folder
from hairpipe.store.staging.batches import read_staged, staged_path
from tests.chaos.detectors import Mark
from tests.chaos.job import ROOT
from tests.run.drawn_tasks import draw_tasks, job_context


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the child import the detector."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def test_an_innocent_portrait_gets_the_row_it_would_have_got(tmp_path: Path) -> None:
    context, batch = job_context(tmp_path), Batch(draw_tasks(tmp_path, 1), "f")
    folder = Folder(context.output)
    among_others = process_batch(batch, context)
    inventory = read_staged(folder, {}).inventory
    folder.delete(staged_path(batch.batch_id))
    alone = process_alone(batch, context)
    assert alone.statuses == among_others.statuses
    assert read_staged(folder, {}).inventory == inventory


@pytest.mark.parametrize(
    ("mark", "status"),
    [
        (Mark.ABORT, Status.CRASHED),
        (Mark.EXIT, Status.CRASHED),
        (Mark.HANG_NATIVE, Status.TIMED_OUT),
        (Mark.EAT_MEMORY, Status.OUT_OF_MEMORY),
    ],
)
def test_what_a_portrait_does_becomes_its_row(tmp_path: Path, mark: Mark, status: Status) -> None:
    timeout = 0.2 if mark is Mark.HANG_NATIVE else 60
    context = job_context(tmp_path, portrait_timeout=timeout, portrait_memory=600 * 2**20)
    batch = Batch(draw_tasks(tmp_path, 1, {0: mark}), "f")
    report = process_alone(batch, context)
    assert dict(report.statuses) == {status: 1}
    staged = read_staged(Folder(context.output), {})
    assert staged.inventory["status"].to_pylist() == [status]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (-signal.SIGKILL, Status.OUT_OF_MEMORY),
        (-signal.SIGSEGV, Status.CRASHED),
        (-signal.SIGABRT, Status.CRASHED),
        (3, Status.CRASHED),
    ],
)
def test_death_by(code: int, status: Status) -> None:
    assert death_by(code).status is status


def test_a_process_that_can_not_start_is_not_the_portraits_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "false")
    context, batch = job_context(tmp_path), Batch(draw_tasks(tmp_path, 1), "f")
    with pytest.raises(ClusterError, match="can't start a process for a single portrait"):
        process_alone(batch, context)
    assert len(read_staged(Folder(context.output), {}).inventory) == 0
