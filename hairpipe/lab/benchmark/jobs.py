"""What the job costs around the looking: against a plain loop, with more workers, with more portraits."""

from __future__ import annotations

import json
import math
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any

from hairpipe.cluster.threads import single_threaded
from hairpipe.config import Config, load_config
from hairpipe.extract.settings import Settings
from hairpipe.lab.benchmark.scrape import quick_source, write_quick_scrape
from hairpipe.plan.tasks import ImageTask
from hairpipe.run.job import run_job
from hairpipe.run.worker.image import process_image
from hairpipe.run.worker.process_batch import Process
from hairpipe.source.open import open_source
from hairpipe.source.profile import Portrait
from hairpipe.storage.folder import Folder
from hairpipe.store.log.events import BatchFinished, Event, WorkersReady
from hairpipe.store.log.records import read_record

_LOOKING = ("read", "decode", "extract")


@dataclass(frozen=True)
class LoopCost:
    """What the same portraits cost in plain loops: read, decode, extract, nothing written."""

    loops: int
    """Processes that shared the portraits, all at once. What several of them reach is what the machine can
    give: its cores share caches, memory and often more."""
    portraits: int
    seconds: float
    """On the clock, of the slowest; starting Python and importing is left out."""
    processor_seconds: float

    @property
    def rate(self) -> float:
        """Portraits a second."""
        return self.portraits / self.seconds


@dataclass(frozen=True)
class JobCost:
    """What a run cost."""

    portraits: int
    workers: int
    batches: int
    seconds: float
    """All of it, on the clock, cluster and imports included."""
    plan_seconds: float
    publish_seconds: float
    first_result_seconds: float
    """From the start to the first batch that is staged."""
    window_seconds: float
    """From the workers being ready to the last batch being staged."""
    steady_rate: float
    """Portraits a second between the first batch that is staged and the last: without start and end."""
    batch_seconds: float
    """In tasks, over all workers."""
    looking_seconds: float
    """Of these, in reading, decoding and extracting."""
    processor_seconds: float
    """Of the driver and its workers, from their start to their end."""
    peak_driver_bytes: int
    peak_worker_bytes: int
    output_bytes: int
    """Of the three tables."""
    unchanged_seconds: float
    """What the next run takes to find that nothing changed."""

    @property
    def rate(self) -> float:
        """Portraits a second over the whole run, its start and its end included."""
        return self.portraits / self.seconds

    @property
    def dask_milliseconds_per_batch(self) -> float:
        """Worker time outside of tasks, start and end of the window included."""
        return (self.window_seconds * self.workers - self.batch_seconds) / max(self.batches, 1) * 1000

    @property
    def own_milliseconds_per_portrait(self) -> float:
        """Task time outside of looking: rows, masks, notes, the staged file."""
        return (self.batch_seconds - self.looking_seconds) / max(self.portraits, 1) * 1000

    @property
    def overhead_share(self) -> float:
        """Part of the workers' window that is not looking at pictures."""
        return 1 - self.looking_seconds / (self.window_seconds * self.workers)


def loop_cost(folder: Path, method: str, loops: int = 1) -> LoopCost:
    """Look at every portrait of a scrape in plain loops, each in a process of its own."""
    spawn = multiprocessing.get_context("spawn")
    with spawn.Manager() as manager, ProcessPoolExecutor(loops, mp_context=spawn) as pool:
        start = manager.Barrier(loops)
        shares = [slice(part, None, loops) for part in range(loops)]
        running = [pool.submit(_loop, folder, method, share, start) for share in shares]
        costs = [future.result() for future in running]
    return LoopCost(
        loops=loops,
        portraits=sum(cost.portraits for cost in costs),
        seconds=max(cost.seconds for cost in costs),
        processor_seconds=sum(cost.processor_seconds for cost in costs),
    )


def _loop(folder: Path, method: str, share: slice, start: Barrier) -> LoopCost:
    source = open_source(_config(folder, folder / "unused", method, {}).source)
    portraits = [entry for entry in source.portraits() if isinstance(entry, Portrait)][share]
    settings = Settings.model_validate({"method": method})
    pictures = source.pictures()
    with single_threaded():
        # Models are loaded with the first portrait.
        process_image(ImageTask((portraits[0],)), pictures, settings)
        start.wait()
        started, processor = time.perf_counter(), time.process_time()
        for portrait in portraits:
            process_image(ImageTask((portrait,)), pictures, settings)
        return LoopCost(1, len(portraits), time.perf_counter() - started, time.process_time() - processor)


def job_cost(
    folder: Path,
    method: str,
    cluster: Mapping[str, Any],
    batch_size: int | None = None,
    process: Process = process_image,
) -> JobCost:
    """Run the job over a scrape, twice, in a process of its own, and delete what it wrote."""
    with tempfile.TemporaryDirectory(prefix="out-", dir=folder.parent) as output:
        config = _config(folder, Path(output), method, cluster, batch_size)
        cost: JobCost = in_own_process(_run_twice, config, process)
        return cost


def in_own_process(work: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function where its peak memory is its own."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(work, *arguments).result()


@contextmanager
def quick_scrape(profiles: int, height: int, width: int, drawings: int = 500) -> Iterator[Path]:
    """Yield a drawn scrape that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="hairpipe-benchmark-") as folder:
        scrape = Path(folder) / "scrape"
        write_quick_scrape(scrape, profiles, drawings, height, width)
        yield scrape


def _config(
    folder: Path, output: Path, method: str, cluster: Mapping[str, Any], batch_size: int | None = None
) -> Config:
    settings = {
        "output": str(output),
        "method": method,
        "source": quick_source(folder),
        "cluster": dict(cluster),
        # Few drawings behind many portraits must not look like a site's placeholder.
        "run": {"placeholder_profiles": 10**9, "batch_size": batch_size},
    }
    return load_config([], [f"{key}={json.dumps(value)}" for key, value in settings.items()], {}).config


def _run_twice(config: Config, process: Process) -> JobCost:
    heard: list[Event] = []
    started = time.time()
    summary = run_job(config, [heard.append], process=process)
    ended = time.time()
    processor = _processor_seconds()
    run_job(config)
    unchanged = time.time() - ended
    folder = Folder(config.output)
    record = read_record(folder, summary.run_id)
    batches = [event for event in heard if isinstance(event, BatchFinished)]
    (ready,) = (event for event in heard if isinstance(event, WorkersReady))
    if record is None or not batches:
        raise RuntimeError(f"run {summary.run_id} of the benchmark left no record or did nothing")
    return JobCost(
        portraits=sum(summary.statuses.values()),
        workers=ready.workers,
        batches=len(batches),
        seconds=ended - started,
        plan_seconds=record.seconds["plan"],
        publish_seconds=record.seconds["publish"],
        first_result_seconds=batches[0].time - started,
        window_seconds=batches[-1].time - ready.time,
        steady_rate=_steady_rate(batches),
        batch_seconds=sum(batch.seconds for batch in batches),
        looking_seconds=sum(record.stage_seconds.get(stage, 0.0) for stage in _LOOKING),
        processor_seconds=processor,
        peak_driver_bytes=record.peak_driver_bytes,
        peak_worker_bytes=record.peak_worker_bytes,
        output_bytes=sum(
            info.size for table in ("portraits", "hair_colors", "masks") for _, info in folder.list(table)
        ),
        unchanged_seconds=unchanged,
    )


def _steady_rate(batches: Sequence[BatchFinished]) -> float:
    """Return portraits a second from the first batch's end to the last's; NaN where there is one end only."""
    seconds = batches[-1].time - batches[0].time
    return sum(batch.portraits for batch in batches[1:]) / seconds if seconds > 0 else math.nan


def _processor_seconds() -> float:
    """Return what this process and those it has waited for have taken: workers of a closed cluster too."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
