"""What a plan costs, without a run: drawn rows, and pictures that are names and lengths alone."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hairpipe.cluster.memory import peak_bytes
from hairpipe.config import load_config
from hairpipe.lab.benchmark.jobs import in_own_process
from hairpipe.lab.benchmark.scrape import quick_source
from hairpipe.lab.synthetic.scrape import TABLE
from hairpipe.lean_process import make_lean
from hairpipe.plan.comparison.digests import digest_here
from hairpipe.plan.comparison.inventory import KNOWN
from hairpipe.plan.plan import make_plan, open_database
from hairpipe.plan.reasons import PlanLimits
from hairpipe.plan.tasks import write_tasks
from hairpipe.source.open import open_source
from hairpipe.source.portrait_rows import portrait_row, portrait_table
from hairpipe.source.profile import Portrait, Source
from hairpipe.status import Status
from hairpipe.storage.folder import Folder

_PER_FOLDER = 1000
# More take a disk hours to make; of more portraits several share one.
_MOST_PICTURES = 1_000_000
_ROWS_AT_ONCE = 20_000
_SMALLEST_PICTURE = 4000
_FINGERPRINT = "benchmark"
_SOURCE = "benchmark"


@dataclass(frozen=True)
class PlanCost:
    """What a plan costs."""

    portraits: int
    kind: str
    """``new`` or ``unchanged``: what all portraits are."""
    seconds: float
    processor_seconds: float
    peak_bytes: int
    """Of the process, imports included."""


def plan_costs(profiles: int) -> list[PlanCost]:
    """Plan over drawn rows twice, each time in a process of its own: all new, and nothing changed."""
    with tempfile.TemporaryDirectory(prefix="hairpipe-benchmark-") as name:
        folder = Path(name)
        _write_scrape(folder, profiles)
        in_own_process(_write_inventory, folder)
        return [in_own_process(_plan_cost, folder, kind) for kind in ("new", "unchanged")]


def _write_scrape(folder: Path, profiles: int) -> None:
    with (folder / TABLE).open("w") as table:
        for number in range(profiles):
            picture = number % _MOST_PICTURES
            image = f"images/{picture // _PER_FOLDER:04d}/{picture}.jpg"
            if number == picture:
                if picture % _PER_FOLDER == 0:
                    (folder / image).parent.mkdir(parents=True)
                (folder / image).touch()
                # A file of a length and no content takes no room.
                os.truncate(folder / image, _SMALLEST_PICTURE + picture)
            face = {"face_x": number % 50, "face_y": number % 40, "face_w": 60, "face_h": 61.5}
            row = {"id": str(number), "name": f"Figure {number}", "image": image, **face}
            about = {"gender": "female" if number % 3 else "male", "birth_year": 1990 + number % 30}
            table.write(json.dumps({**row, **about}) + "\n")


def _write_inventory(folder: Path) -> None:
    with pq.ParquetWriter(folder / "inventory.parquet", KNOWN) as file:
        for found in _source(folder).blocks():
            if isinstance(found, Portrait):
                file.write_table(_as_known(portrait_table([portrait_row(found)])))
            elif isinstance(found, pa.Table):
                file.write_table(_as_known(found))


def _as_known(listed: pa.Table) -> pa.Table:
    same = {
        "source": _SOURCE,
        "status": str(Status.OK),
        "fingerprint": _FINGERPRINT,
        "attempts": 1,
        "removed": False,
        "keeps_result": False,
    }
    listed = listed.rename_columns({"size": "image_size", "version": "image_version"})
    columns = {name: pa.repeat(value, len(listed)) for name, value in same.items()}
    columns["image_digest"] = pc.utf8_lpad(listed["portrait_id"], 64, "0")
    return pa.table([columns[name] if name in columns else listed[name] for name in KNOWN.names], KNOWN)


def _plan_cost(folder: Path, kind: str) -> PlanCost:
    make_lean()
    started, processor = time.perf_counter(), time.process_time()
    source, inventory = _source(folder), _WrittenInventory(folder, kind)
    limits = PlanLimits(_FINGERPRINT, max_attempts=1, placeholder_profiles=10**9)
    database, listing = open_database(source, inventory)
    take_digests = partial(digest_here, source.pictures())
    plan = make_plan(database, listing, inventory, _SOURCE, take_digests, limits)
    write_tasks(plan.task_rows(), Folder(folder / "out"), kind)
    database.close()
    return PlanCost(
        portraits=plan.counts[kind],
        kind=kind,
        seconds=time.perf_counter() - started,
        processor_seconds=time.process_time() - processor,
        peak_bytes=peak_bytes(),
    )


class _WrittenInventory:
    """What was written before; nothing where all are to be new."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._file = folder / "inventory.parquet" if kind == "unchanged" else None

    def known(self) -> Iterator[pa.Table]:
        if self._file is not None:
            for batch in pq.ParquetFile(self._file).iter_batches(_ROWS_AT_ONCE, columns=KNOWN.names):
                yield pa.Table.from_batches([batch])

    def faces(self, portrait_ids: Iterable[str]) -> Iterator[pa.Table]:
        return iter(())


def _source(folder: Path) -> Source:
    carry = {"gender": "string", "birth_year": "int"}
    source = json.dumps({**quick_source(folder), "carry": carry})
    return open_source(load_config([], [f"source={source}", "output=unused"], {}).config.source)
