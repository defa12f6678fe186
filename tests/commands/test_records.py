"""Every run leaves its record and says how it ended; records of the past never stop a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hairpipe.errors import StoreError
from hairpipe.run import job
from hairpipe.storage.folder import Folder
from hairpipe.store.lock import LOCK
from hairpipe.store.log.records import read_events
from hairpipe.store.log.runs import DAMAGED_FILE, RUNS_FILE
from hairpipe.store.publish import publish as publishing
from tests.commands.scrapes import Scrape, Told, hairpipe, table


@pytest.fixture
def scrape(tmp_path: Path, scheduler: str) -> Scrape:
    """Return a scrape of two profiles, to be run over into ``out``."""
    found = Scrape(tmp_path / "scrape", tmp_path / "out", scheduler)
    found.write([{"id": "1"}, {"id": "2"}])
    return found


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out"


def more(scrape: Scrape, count: int) -> None:
    """Let the scrape have so many profiles."""
    scrape.write([{"id": str(number)} for number in range(1, count + 1)])


def last(output: Path) -> dict[str, Any]:
    """Return the last run's record; its row and its last event must agree with it."""
    records = [json.loads(path.read_text()) for path in (output / "runs").glob("*/run.json")]
    record: dict[str, Any] = max(records, key=lambda found: found["started_at"])
    row = pd.read_parquet(output / RUNS_FILE).set_index("run_id").loc[record["run_id"]]
    assert (row["exit_code"], row["outcome"]) == (record["exit_code"], record["outcome"])
    assert record["ended_at"] > record["started_at"]
    return record


def ids(output: Path) -> list[str]:
    return sorted(table(output)["portrait_id"])


def test_a_run_that_is_done_says_so(scrape: Scrape, output: Path) -> None:
    assert hairpipe("run", scrape.config).code == 0
    record = last(output)
    assert (record["exit_code"], record["outcome"], record["version"]) == (0, "done", 1)
    told = hairpipe("run", scrape.config, "--set", "run.max_failed_share=0", "--set", "method=learned")
    assert told.code == 0
    (scrape.folder / "1.png").write_text("no picture")
    assert hairpipe("run", scrape.config, "--allow-failures", "--set", "run.max_failed_share=0").code == 3
    assert last(output)["outcome"] == "done, but more portraits failed than run.max_failed_share"


@pytest.mark.parametrize(
    ("step", "error", "code"),
    [
        ("recover", StoreError("can't write x: the disk is full"), 75),
        ("prepare", ValueError("unforeseen"), 1),
        ("discard_staged", StoreError("can't write x: the disk is full"), 75),
        ("publish", KeyError("unforeseen"), 1),
        ("collect_garbage", StoreError("can't write x: read-only"), 75),
    ],
)
def test_a_run_that_fails_says_why(
    scrape: Scrape, output: Path, step: str, error: Exception, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    assert hairpipe("run", scrape.config).code == 0
    more(scrape, 3)
    with monkeypatch.context() as patched:
        patched.setattr(job, step, fail)
        if code == 1:
            with pytest.raises(type(error), match="unforeseen"):
                hairpipe("run", scrape.config)
        else:
            assert hairpipe("run", scrape.config).code == code
    record = last(output)
    published = step == "collect_garbage"
    assert record["exit_code"] == code
    assert record["outcome"].endswith(str(error))
    assert record["version"] == (2 if published else None)
    assert record["source"] == "scrape"
    assert record["planned"] == (None if step in ("recover", "prepare") else 1)
    assert record["statuses"] == ({"ok": 1} if step in ("publish", "collect_garbage") else {})
    failed = read_events(Folder(output), record["run_id"])[-1]
    assert (failed["event"], failed["exit_code"]) == ("RunFailed", code)
    assert f"\t{code}\t" in hairpipe("runs", output).output
    assert hairpipe("run", scrape.config).code == 0
    assert ids(output) == ["1", "2", "3"]
    assert hairpipe("verify", output).code == 0


def test_a_scrape_that_is_refused_leaves_a_record(scrape: Scrape, output: Path) -> None:
    more(scrape, 60)
    assert hairpipe("run", scrape.config).code == 0
    more(scrape, 2)
    told = hairpipe("run", scrape.config)
    assert told.code != 0
    assert last(output)["outcome"] == told.error
    assert last(output)["exit_code"] == told.code
    assert len(ids(output)) == 60


def test_a_run_that_lost_its_lock_leaves_runs_parquet_to_the_other(
    scrape: Scrape, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hairpipe("run", scrape.config).code == 0
    before = (output / RUNS_FILE).read_bytes()
    more(scrape, 3)
    commit = publishing.commit

    def robbed(*arguments: Any) -> Any:
        lock = json.loads((output / LOCK).read_text())
        (output / LOCK).write_text(json.dumps({**lock, "token": "theirs", "run_id": "other"}))
        return commit(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(publishing, "commit", robbed)
        told = hairpipe("run", scrape.config)
    assert (told.code, "run other" in told.error) == (75, True)
    assert (output / RUNS_FILE).read_bytes() == before
    assert (output / LOCK).exists()
    assert hairpipe("run", scrape.config).code == 0
    assert pd.read_parquet(output / RUNS_FILE)["exit_code"].tolist() == [0, 75, 0]


def damage_records(output: Path, content: bytes) -> None:
    for record in (output / "runs").glob("*/run.json"):
        record.write_bytes(content)
    for events in (output / "runs").glob("*/events.jsonl"):
        events.write_bytes(content)


@pytest.mark.parametrize("content", [b"[]", b'{"planned": [], "config": 7}', b"\xff\xfe"])
def test_damaged_records_of_the_past_stop_nothing(scrape: Scrape, output: Path, content: bytes) -> None:
    assert hairpipe("run", scrape.config).code == 0
    more(scrape, 3)
    assert hairpipe("run", scrape.config).code == 0
    damage_records(output, content)
    more(scrape, 4)
    for command in (("plan", scrape.config), ("run", scrape.config), ("report", output), ("status", output)):
        told = hairpipe(*command)
        assert told.code == 0, (command, told)
    assert pd.read_parquet(output / RUNS_FILE)["exit_code"].tolist() == [0, 0, 0]
    assert ids(output) == ["1", "2", "3", "4"]
    assert hairpipe("verify", output).code == 0
    damage_records(output, content)
    retried = hairpipe("quarantine", "retry", output)
    assert (retried.code, "run `hairpipe run CONFIG`" in retried.error) == (2, True)


def test_a_damaged_runs_parquet_is_made_anew(scrape: Scrape, output: Path) -> None:
    assert hairpipe("run", scrape.config).code == 0
    (output / RUNS_FILE).write_bytes(b"PAR1 no more")
    told = hairpipe("verify", output)
    assert (told.code, "runs.parquet: the file can't be read" in told.output) == (4, True)
    assert hairpipe("runs", output).code == 75
    more(scrape, 3)
    told = hairpipe("run", scrape.config)
    assert told.code == 0
    assert f"runs.parquet was damaged: it lies beside as {DAMAGED_FILE}" in told.output
    assert pd.read_parquet(output / RUNS_FILE)["exit_code"].tolist() == [0, 0]
    assert hairpipe("verify", output).code == 0


def test_a_damaged_version_of_the_past_stops_nothing(scrape: Scrape, output: Path) -> None:
    for count in (2, 3, 4):
        more(scrape, count)
        assert hairpipe("run", scrape.config).code == 0
    damaged = output / ".hairpipe/versions/00000002.json"
    damaged.write_text("{")
    assert "2\tdamaged\n" in hairpipe("rollback", output).output
    assert hairpipe("rollback", output, "2").code == 75
    told = hairpipe("verify", output)
    assert (told.code, "version 2 can't be restored: it is damaged" in told.output) == (4, True)
    more(scrape, 5)
    told = hairpipe("run", scrape.config)
    assert (told.code, f"delete .hairpipe/versions/{damaged.name}" in told.output) == (0, True)
    assert hairpipe("gc", output, "--keep", "3").code == 0
    damaged.unlink()
    assert hairpipe("verify", output).code == 0
    assert hairpipe("rollback", output, "1").code == 0
    assert ids(output) == ["1", "2"]


def record_lost(told: Told) -> bool:
    return "could not leave its record: the disk is full; free some space" in told.output
