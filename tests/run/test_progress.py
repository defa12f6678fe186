from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from rich.cells import cell_len
from rich.console import Console

from hairpipe.plan.reasons import Reason
from hairpipe.run.plan_text import REASONS, REJECTS, plan_rows, reject_places
from hairpipe.run.progress import LogProgress, Sentences, TerminalProgress, watched
from hairpipe.source.profile import Reject, RejectReason
from hairpipe.store.log.events import (
    BatchFinished,
    Event,
    LineRejected,
    RunPlanned,
    RunStarted,
    WorkersReady,
)

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def batch(number: int, **statuses: int) -> BatchFinished:
    return BatchFinished(
        batch_id=str(number),
        worker="w",
        portraits=sum(statuses.values()),
        statuses=statuses,
        seconds=1.0,
        stage_seconds={},
        peak_bytes=0,
    )


def events(portraits: int) -> Iterator[Event]:
    yield RunStarted(run_id="r1", output="out/", config={})
    yield RunPlanned(
        counts={"new": portraits, "removed": 0}, rejects={}, notes={}, portraits=portraits, resumed=0
    )
    yield WorkersReady(workers=1, threads={}, dashboard=None)
    yield batch(1, ok=portraits // 2, no_face=portraits // 4, not_an_image=1, truncated=1)


def shown_lines(text: str) -> list[str]:
    return [_ANSI.sub("", line).rstrip() for line in re.split(r"[\r\n]+", text)]


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("portraits", [9, 1_000_000])
def test_the_bar_is_one_line(width: int, portraits: int) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=width, legacy_windows=False)
    with TerminalProgress(console) as progress:
        for event in events(portraits):
            progress(event)
        progress._bar.refresh()
    lines = shown_lines(console.file.getvalue())  # type: ignore[attr-defined]
    assert max(cell_len(line) for line in lines) <= width
    bar = next(line for line in reversed(lines) if "/s" in line)
    assert f"/{portraits}" in bar
    assert ("ok" in bar) == (width == 80)


def test_a_log_tells_where_the_first_rejected_lines_are() -> None:
    written: list[str] = []
    log = LogProgress(written.append, every=0)
    log(RunStarted(run_id="r1", output="out", config={}))
    log(
        RunPlanned(
            counts={"new": 1}, rejects={"bad_line": 5}, notes={"a is not an int": 1}, portraits=1, resumed=0
        )
    )
    for number in range(5):
        log(LineRejected(reason="bad_line", place=f"a.jsonl line {number}", detail="\x1b[2J"))
    log(batch(1, ok=1))
    assert written[1:] == [
        "plan: 1 new, 5 lines rejected (bad_line); once: a is not an int",
        *[f"  a.jsonl line {number}: \\x1b[2J" for number in range(3)],
        "  more of them: out/runs/r1/events.jsonl",
        written[-1],
    ]
    assert written[-1].startswith("1 of 1 portrait (100%)")


def test_every_event_of_a_count_is_silent() -> None:
    assert Sentences()(batch(1, ok=1)) is None


def test_a_plan_names_what_is_not_zero() -> None:
    assert set(REASONS) == set(Reason)
    assert set(REJECTS) == set(RejectReason)
    rows = plan_rows(
        {"new": 2, "changed": 0, "retry": 1}, {"crashed": 1}, {"no_id": 1}, {"a is not an int": 3}
    )
    assert [(what, count) for what, count, _ in rows] == [
        ("new", 2),
        ("retry", 1),
        ("  crashed", 1),
        ("no_id", 1),
        ("a is not an int", 3),
    ]
    assert all(why for *_, why in rows)


def test_places_of_rejected_lines() -> None:
    rejects = [Reject(RejectReason.NO_ID, f"line {number}", "none") for number in range(3)]
    assert reject_places(rejects, 9, 2) == ["line 0: none", "line 1: none", "and 7 more"]
    assert reject_places(rejects, 3, 10)[-1] == "line 2: none"


def test_watching_without_a_terminal() -> None:
    console = Console(file=io.StringIO(), width=80)
    assert list(watched([1, 2, 3], console, every=0)) == [1, 2, 3]
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert [line.split(", ")[0] for line in lines] == [
        "1 of 3 pictures (33%)",
        "2 of 3 pictures (67%)",
        "3 of 3 pictures (100%)",
    ]
    assert all("a second" in line and "s left" in line for line in lines)
    live = Console(file=io.StringIO(), force_terminal=True, width=40, legacy_windows=False)
    assert list(watched([1, 2, 3], live)) == [1, 2, 3]
    assert "/3" in live.file.getvalue()  # type: ignore[attr-defined]
