from __future__ import annotations

import json
from pathlib import Path

from hairpipe.report.counts.summary import worker_speeds
from hairpipe.storage.folder import Folder
from hairpipe.store.log.records import read_events


def finished(worker: str, portraits: int, seconds: float, peak: int) -> dict[str, object]:
    return {
        "event": "BatchFinished",
        "worker": worker,
        "portraits": portraits,
        "seconds": seconds,
        "peak_bytes": peak,
    }


def test_each_workers_batches_are_added_up() -> None:
    events = [
        finished("a", 10, 2, 5),
        {"event": "RunStarted"},
        finished("b", 30, 3, 9),
        finished("a", 10, 2, 7),
    ]

    busy, other = worker_speeds(events)

    assert (busy.worker, busy.rate) == ("b", 10)
    assert (other.batches, other.portraits, other.seconds, other.peak_bytes) == (2, 20, 4, 7)


def test_a_line_that_is_cut_off_is_left_out(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write("runs/r/events.jsonl", (json.dumps(finished("a", 1, 1, 1)) + '\n{"event": "Un').encode())

    assert len(read_events(folder, "r")) == 1
    assert read_events(folder, "gone") == []
