"""Kills workers, drivers and schedulers at random moments, and looks whether the tables show it.

    python -m tests.chaos.kill_many --kills 200 --portraits 2000

A job is run again and again, each time into a new output folder, and whatever was killed is started
again, as a supervisor would. In every second round the workers belong to a scheduler of their own.
After each round the tables must equal those of an undisturbed run.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from hairpipe.errors import ClusterError
from tests.chaos.job import Job, Running, same
from tests.run.dask_processes import DaskProcesses

LOCAL = {"kind": "local", "workers": 2}


@dataclass
class RunStats:
    """What was done so far.

    Attributes
    ----------
    kills : Counter of str
        By what was killed.
    rounds : int
        Jobs brought to their end.
    put_off : int
        Runs that ended with exit code 75, "try later", as one does whose workers die while they start.
    wrong : list of str
        What was not as it should be; empty where all is well.
    """

    kills: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    put_off: int = 0
    wrong: list[str] = field(default_factory=list)


class Cluster:
    """A scheduler and two workers that are started again when they are killed."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._processes = DaskProcesses(folder)
        self._environment = job.environment

    def __enter__(self) -> Cluster:
        self._processes.__enter__()
        self._start_workers()
        return self

    def __exit__(self, *_: object) -> None:
        self._processes.__exit__()

    @property
    def settings(self) -> dict[str, object]:
        """The configuration's block."""
        return {
            "kind": "scheduler",
            "scheduler_file": str(self._processes.scheduler_file),
            "wait_seconds": 240,
        }

    def workers(self) -> list[psutil.Process]:
        """Return the processes that do the work."""
        return [
            child
            for worker in self._workers
            for child in _children(worker.pid)
            if "spawn_main" in " ".join(child.cmdline())
        ]

    def restart(self) -> None:
        """Kill the scheduler and start all anew."""
        self._processes.kill_all()
        self._processes.start_scheduler()
        self._start_workers()

    def _start_workers(self) -> None:
        self._workers = [self._processes.add_worker(self._environment) for _ in range(2)]


def kill_many(
    folder: Path, kills: int, portraits: int, seed: int, tell: Callable[[str], object] = str
) -> RunStats:
    """Kill this often, in as many rounds as it takes.

    Parameters
    ----------
    folder : Path
        Empty; everything goes there.
    kills, portraits, seed : int
    tell : callable
        Hears a line after every round.
    """
    chance = random.Random(seed)
    tally = RunStats()
    job = Job(folder / "job", portraits)
    started = time.monotonic()
    if job.run().code != 0:
        raise RuntimeError("the undisturbed run failed")
    usual_seconds = time.monotonic() - started
    expected = job.content()
    while tally.kills.total() < kills:
        job.output = folder / f"round-{tally.rounds}"
        with contextlib.ExitStack() as stack:
            cluster = None
            job.cluster = LOCAL
            if tally.rounds % 2:
                cluster = stack.enter_context(Cluster(folder / f"dask-{tally.rounds}", job))
                job.cluster = cluster.settings
            _bring_to_end(job, cluster, kills, usual_seconds, chance, tally)
        if job.problems():
            tally.wrong.append(f"round {tally.rounds}: {job.problems()}")
        if not same(job.content(), expected):
            tally.wrong.append(f"round {tally.rounds}: other tables than the undisturbed run's")
        tally.rounds += 1
        tell(f"round {tally.rounds}: {tally.kills.total()} kills, {len(tally.wrong)} faults")
        shutil.rmtree(job.output)
    return tally


def _bring_to_end(
    job: Job,
    cluster: Cluster | None,
    kills: int,
    usual_seconds: float,
    chance: random.Random,
    tally: RunStats,
) -> None:
    while True:
        running = job.start("run.batch_size=40")
        while running.is_running(chance.uniform(0, usual_seconds / 3)):
            if tally.kills.total() >= kills:
                break
            _kill_one(running, cluster, chance, tally)
        ended = running.end(3600)
        if ended.code == 0:
            return
        if ended.code == ClusterError.exit_code:
            tally.put_off += 1
        elif ended.code != -9:
            tally.wrong.append(f"round {tally.rounds}: exit code {ended.code}: {ended.err[-2000:]}")
            if len(tally.wrong) > 10:
                raise RuntimeError(tally.wrong)


def _kill_one(running: Running, cluster: Cluster | None, chance: random.Random, tally: RunStats) -> None:
    victims = ["driver", "worker", "worker"] + ["scheduler"] * (cluster is not None)
    victim = chance.choice(victims)
    if victim == "driver":
        running.workers()
        running.process.kill()
    elif victim == "scheduler" and cluster is not None:
        cluster.restart()
    else:
        workers = running.workers() if cluster is None else cluster.workers()
        if not workers:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            chance.choice(workers).kill()
    tally.kills[victim] += 1


def _children(pid: int) -> Iterator[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        yield from psutil.Process(pid).children(recursive=True)


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Read the command line, kill, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--portraits", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hairpipe-chaos-") as folder:
        tally = kill_many(Path(folder), arguments.kills, arguments.portraits, arguments.seed, _tell)
    minutes = (time.monotonic() - started) / 60
    counts = ", ".join(f"{count} {victim}" for victim, count in tally.kills.most_common())
    _tell(f"{counts} killed in {tally.rounds} rounds, {minutes:.1f} minutes; {tally.put_off} runs put off")
    _tell("\n".join(tally.wrong) or "all tables equal the undisturbed run's")
    sys.exit(bool(tally.wrong))


if __name__ == "__main__":
    main()
