"""A plan, made of whatever a killed run has left, leaves all of it as it is."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from hairpipe.storage.folder import Folder
from hairpipe.store.staging.batches import staged_path, write_batch
from tests.chaos.job import ROOT, Job


def everything(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return every file and folder: when it was changed, its inode and its bytes."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        stat = path.stat()
        data = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (stat.st_mtime_ns, stat.st_ino, data)
    return found


def test_a_plan_writes_nothing_whatever_it_finds(tmp_path: Path) -> None:
    job = Job(tmp_path, profiles=12)
    assert job.run().code == 0
    job.edit(3, name="Somebody else", face_x=1.0)
    killed = job.run(before=("-m", "tests.chaos.dying", "after", "^portraits/"))
    assert killed.code == -signal.SIGKILL
    folder = Folder(job.output)
    (published,) = job.staged()
    folder.write(staged_path("cut"), folder.read(f".hairpipe/staging/{published}")[:-10])
    write_batch(folder, "foreign", [], {"height": "float"})
    (job.output / ".hairpipe/lock.guard").unlink()
    before = everything(job.output)
    assert before.keys() >= {str(job.output / ".hairpipe/lock")}
    command = [sys.executable, "-m", "hairpipe.cli", "plan", str(job.folder / "config.yaml"), "--json"]
    planned = subprocess.run(command, cwd=ROOT, env=job.environment, capture_output=True, check=True)
    assert json.loads(planned.stdout)["counts"]["unchanged"] == 12
    assert everything(job.output) == before
    job.edit(4, name="And another")
    ended = job.run()
    assert ended.code == 0, ended.err
    assert job.staged() == {}
    assert job.problems() == ()
