"""A disk that is full or can't be written to: one sentence, whole tables, and the work is kept."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hairpipe.storage.folder import Folder
from tests.chaos.detectors import Mark
from tests.chaos.job import Ended, Job
from tests.commands.scrapes import hairpipe
from tests.store.portraits import batch_row, publish_rows


def told_in_one_sentence(ended: Ended, words: str) -> bool:
    return (
        ended.code == 75
        and ended.err.splitlines()[-1].startswith("hairpipe: can't write ")
        and words in ended.err.splitlines()[-1]
        and ended.err.count("can't write") == 1
        and "Traceback" not in ended.err
    )


def test_an_output_that_is_not_writable(tmp_path: Path) -> None:
    job = Job(tmp_path, profiles=6)
    # A file where a folder should be keeps even root from writing there.
    in_the_way = job.output / ".hairpipe/staging"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.touch()
    assert told_in_one_sentence(ended := job.run(), str(in_the_way)), ended.err
    in_the_way.unlink()
    in_the_way = job.output / ".hairpipe/objects"
    in_the_way.touch()
    assert told_in_one_sentence(ended := job.run(), str(in_the_way)), ended.err
    in_the_way.unlink()
    ended = job.run()
    assert ended.code == 0, ended.err
    assert len(job.table()) == 6
    assert job.problems() == ()


class SmallDisk:
    """A disk of 16 MiB."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, leaving: int) -> None:
        """Fill it up but for some bytes."""
        with self._ballast.open("wb", buffering=0) as ballast:
            with contextlib.suppress(OSError):
                while True:
                    ballast.write(bytes(4096))
            ballast.truncate(self._ballast.stat().st_size - leaving)

    def clear(self) -> None:
        """Free it again."""
        self._ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield SmallDisk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk(disk: SmallDisk, tmp_path: Path) -> None:
    job = Job(tmp_path / "job", profiles=12)
    job.output = disk.folder / "out"
    assert job.run().code == 0
    before = job.table()
    job.mark(2, Mark.GATE, number=1)
    # Full while a batch is staged.
    running = job.start("run.portrait_timeout=600")
    job.wait_for_mark(1)
    disk.fill(leaving=0)
    job.open_gate(1)
    assert told_in_one_sentence(ended := running.end(), "the disk is full; free some space"), ended.err
    assert "could not leave its record: the disk is full; free some space\n" in ended.err
    assert job.table().equals(before)
    disk.clear()
    # Full while the tables are made.
    assert job.start(before=("-m", "tests.chaos.dying", "before", r"\.hairpipe/objects/")).end().code == -9
    disk.fill(leaving=8 * 4096)
    assert told_in_one_sentence(ended := job.run(), "the disk is full; free some space"), ended.err
    assert job.table().equals(before)
    disk.clear()
    ended = job.run()
    assert ended.code == 0, ended.err
    assert "1 finished by an earlier run" in ended.err
    assert len(job.table()) == 12
    assert job.problems() == ()


def test_a_disk_that_became_read_only(disk: SmallDisk) -> None:
    output = disk.folder / "out"
    publish_rows(Folder(output), [batch_row("a")])
    subprocess.run(["mount", "-o", "remount,ro", str(disk.folder)], check=True)
    for command in ("gc", "report"):
        told = hairpipe(command, output)
        assert told.code == 75
        assert told.error.startswith("can't write ")
        assert "the file system is read-only" in told.error
    for command in ("verify", "status", "runs", "files", "rollback"):
        assert hairpipe(command, output).code == 0, command
