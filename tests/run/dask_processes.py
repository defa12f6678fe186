"""Schedulers and workers as processes of their own, as on a cluster."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import psutil


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Poll until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        threading.Event().wait(0.05)


class DaskProcesses:
    """A scheduler and workers on loopback; all are ended on leaving.

    Parameters
    ----------
    folder : Path
        For logs and the scheduler file.
    arguments : sequence of str
        For scheduler and workers alike, such as certificates.
    """

    def __init__(self, folder: Path, arguments: Sequence[str] = ()) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._arguments = list(arguments)
        self._protocol = ["--protocol", "tls"] if arguments else []
        self._stack = ExitStack()
        self._started: list[subprocess.Popen[bytes]] = []
        self.scheduler_file = folder / "scheduler.json"

    def __enter__(self) -> DaskProcesses:
        self.start_scheduler()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def address(self) -> str:
        """The scheduler's address."""
        return str(json.loads(self.scheduler_file.read_text())["address"])

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        """Start a scheduler, at the beginning or in the place of one that is gone."""
        self.scheduler_file.unlink(missing_ok=True)
        process = self._start(
            "scheduler",
            ["--scheduler-file", str(self.scheduler_file), "--port", "0", "--no-dashboard", "--no-show"],
        )
        wait_until(self._has_address)
        return process

    def add_worker(self, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start one more worker with one thread, under a nanny."""
        return self._start(
            "worker",
            ["--scheduler-file", str(self.scheduler_file), "--nthreads", "1", "--no-dashboard"],
            environment,
        )

    def kill_all(self) -> None:
        """Kill scheduler and workers, as a machine that goes down does."""
        for process in self._started:
            for child in (*psutil.Process(process.pid).children(recursive=True), process):
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
            process.wait()
        self._started.clear()

    def _has_address(self) -> bool:
        try:
            return bool(self.address)
        except (FileNotFoundError, ValueError, KeyError):
            return False

    def _start(
        self, role: str, arguments: list[str], environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        log = self._stack.enter_context((self._folder / f"{role}.log").open("ab"))
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "distributed.cli.dask_" + role),
                *("--host", "127.0.0.1", *self._protocol, *self._arguments, *arguments),
            ],
            stdout=log,
            stderr=log,
            env=None if environment is None else dict(environment),
        )
        self._stack.callback(_end, process)
        self._started.append(process)
        return process


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
