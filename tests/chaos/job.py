"""A small job as a person would run it: a drawn scrape, a configuration, ``hairpipe run`` as a process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import pandas as pd
import psutil
import yaml

from hairpipe.lab.synthetic.scrape import TABLE, write_table_scrape
from hairpipe.lab.synthetic.truth import ScrapePlan
from hairpipe.storage.folder import Folder
from hairpipe.store.check.verify import verify
from hairpipe.store.log.records import read_events
from tests.chaos.detectors import GATES, MARK_RED, Mark
from tests.run.dask_processes import wait_until

# For a machine that is busy with other things; nothing here takes this long on one that is not.
PATIENCE = 240.0
ROOT = Path(__file__).parents[2]
TABLES = ("portraits", "hair_colors", "masks")
VARYING = {"run_id", "processed_at", "duration_ms", "last_seen_run_id"}
FACE = {"x": "face_x", "y": "face_y", "w": "face_w", "h": "face_h"}


@dataclass(frozen=True)
class Ended:
    """How a process of the job ended."""

    code: int
    out: str
    err: str


class Running:
    """``hairpipe run`` at work.

    Parameters
    ----------
    command : sequence of str
    environment : mapping of str to str
    logs : Path
        Folder for what it prints.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        number = len(list(logs.iterdir()))
        self._out, self._err = logs / f"{number}.out", logs / f"{number}.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(command, stdout=out, stderr=err, env=environment, cwd=ROOT)
        self._seen: dict[int, psutil.Process] = {}

    @property
    def err(self) -> str:
        """What it has said on standard error so far."""
        return self._err.read_text()

    def workers(self) -> list[psutil.Process]:
        """Return the worker processes of its local cluster that are alive."""
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.process.pid).children(recursive=True):
                self._seen[child.pid] = child
        return [child for child in self._seen.values() if _is_worker(child)]

    def leftovers(self) -> list[psutil.Process]:
        """Return the processes that it started, as far as `workers` saw them, and that are still there."""
        return [child for child in self._seen.values() if _is_alive(child)]

    def is_running(self, seconds: float) -> bool:
        """Return whether it is still at work after so many seconds."""
        try:
            self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return True
        return False

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def end(self, seconds: float = PATIENCE) -> Ended:
        """Wait for its end."""
        try:
            code = self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"did not end in {seconds} s: {self.err}") from None
        return Ended(code, self._out.read_text(), self.err)


class Job:
    """A scrape of small drawn portraits with face boxes, and the runs over it.

    Parameters
    ----------
    folder : Path
        For scrape, output, gates and logs.
    profiles : int
        Portraits to draw.
    cluster : mapping, optional
        The configuration's block; two local workers if not given.
    """

    def __init__(self, folder: Path, profiles: int = 24, cluster: Mapping[str, Any] | None = None) -> None:
        self.folder = folder
        self.cluster = dict(cluster or {"kind": "local", "workers": 2})
        self.output = folder / "out"
        self.gates = folder / "gates"
        self.gates.mkdir(parents=True)
        self._scrape = folder / "scrape"
        plan = ScrapePlan(profiles=profiles, broken=0.0, height=100, width=80, face_boxes=True)
        self.ids = list(write_table_scrape(self._scrape, plan).profiles)

    def mark(self, position: int, mark: Mark, number: int = 0) -> str:
        """Give the portrait at a position of the scrape a mark instead of a face box; return its id."""
        drawn = next(path for path in sorted((self._scrape / "images").iterdir()) if path.suffix == ".jpg")
        picture = cv2.imread(str(drawn))
        picture[0, 0] = (number, mark.value, MARK_RED)
        # The same picture is looked at only once: a pixel keeps those with the same mark apart.
        picture[0, 1] = position
        cv2.imwrite(str(self._scrape / "images" / f"mark-{position}.png"), picture)
        self.edit(position, image=f"images/mark-{position}.png", **dict.fromkeys(FACE.values()))
        return self.ids[position]

    def edit(self, position: int, **changes: Any) -> None:
        """Change fields of the profile at a position of the scrape."""
        table = self._scrape / TABLE
        lines = table.read_text().splitlines()
        lines[position] = json.dumps({**json.loads(lines[position]), **changes})
        table.write_text("\n".join(lines) + "\n")

    def open_gate(self, number: int) -> None:
        """Let whoever waits at the gate of this number go on."""
        (self.gates / f"open-{number}").touch()

    def wait_for_mark(self, number: int) -> None:
        """Wait until a process has come to the mark of this number."""
        wait_until((self.gates / f"reached-{number}").exists, PATIENCE)

    @property
    def environment(self) -> dict[str, str]:
        """What every process of the job needs in its environment."""
        return {**os.environ, GATES: str(self.gates), "PYTHONPATH": str(ROOT)}

    def start(self, *overrides: str, before: Sequence[str] = ("-m", "hairpipe.cli")) -> Running:
        """Start ``hairpipe run``.

        Parameters
        ----------
        *overrides : str
            ``key=value``.
        before : sequence of str
            What Python runs, instead of the command line itself.
        """
        config = self.folder / "config.yaml"
        settings = {
            "source": {"kind": "table", "path": str(self._scrape / TABLE), "columns": {"face": FACE}},
            "output": str(self.output),
            "method": "article",
            "face": {"detector": "tests.chaos.detectors:Deadly"},
            "cluster": self.cluster,
            "run": {"batch_size": 6, "max_failed_share": 1.0},
        }
        config.write_text(yaml.safe_dump(settings))
        sets = [part for override in overrides for part in ("--set", override)]
        command = [sys.executable, *before, "run", str(config), *sets]
        return Running(command, self.environment, self.folder / "logs")

    def run(self, *overrides: str, before: Sequence[str] = ("-m", "hairpipe.cli")) -> Ended:
        """Run ``hairpipe run`` to its end."""
        return self.start(*overrides, before=before).end()

    def table(self, name: str = "portraits") -> pd.DataFrame:
        """Return a table as pandas reads it, by portrait."""
        return pd.read_parquet(self.output / name).set_index("portrait_id")

    def content(self) -> dict[str, pd.DataFrame]:
        """Return what must not depend on how the tables came about."""
        return {
            name: table.drop(columns=[column for column in table if column in VARYING])
            for name in TABLES
            for table in [pd.read_parquet(self.output / name)]
        }

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the events of a kind, of all runs in order."""
        folder = Folder(str(self.output))
        runs = sorted(path.name for path in (self.output / "runs").iterdir())
        return [event for run in runs for event in read_events(folder, run) if event["event"] == name]

    def staged(self) -> dict[str, int]:
        """Return the staged batches' files and when each was last written."""
        files = (self.output / ".hairpipe/staging").glob("*.parquet")
        return {path.name: path.stat().st_mtime_ns for path in files}

    def problems(self) -> tuple[object, ...]:
        """Return what ``hairpipe verify`` has to say."""
        return verify(Folder(str(self.output))).problems


def same(left: Mapping[str, pd.DataFrame], right: Mapping[str, pd.DataFrame]) -> bool:
    """Return whether two outputs say the same."""
    return all(left[name].equals(right[name]) for name in TABLES)


def _is_worker(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return _is_alive(process) and any("spawn_main" in part for part in process.cmdline())
    return False


def _is_alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
