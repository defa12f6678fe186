"""Tables that are asked questions, with little memory."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest

from hairpipe.errors import StoreError
from hairpipe.storage import database
from hairpipe.storage.database import Database

# Groups that share nothing, too many for the memory that a plan begins with.
MANY = """
CREATE OR REPLACE TABLE found AS
SELECT md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS text FROM range(300000) t(i)
"""
GROUPED = "SELECT count(*) FROM (SELECT list(text) FROM found GROUP BY text)"


def test_a_statement_that_needs_more_memory_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_MEGABYTES", 8)
    plan = Database("plan")
    plan.run(MANY)
    assert plan.one(GROUPED) == (300_000,)
    plan.close()


def test_a_query_that_needs_more_memory_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_MEGABYTES", 8)
    plan = Database("plan")
    plan.run(MANY)
    rows = plan.batches("SELECT text, count(*) FROM found GROUP BY text ORDER BY text", 50_000)
    assert sum(map(len, rows)) == 300_000
    plan.close()


def test_more_than_the_machine_has_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_MEGABYTES", 8)
    monkeypatch.setattr(database, "_SHARE_OF_MACHINE", 1e-9)
    plan = Database("plan")
    with pytest.raises(StoreError, match="the plan can't be made in .*Memory"):
        plan.run(MANY)
        plan.run(GROUPED)
    plan.close()


def test_rows_that_need_more_memory_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_MEGABYTES", 1)
    plan = Database("plan")
    plan.run("CREATE TABLE found (text VARCHAR)")
    for _ in range(3):
        plan.insert("found", pa.table({"text": ["x" * 100_000] * 50}))
    assert plan.one("SELECT count(*), sum(length(text))::BIGINT FROM found") == (150, 15_000_000)
    plan.close()


def test_kept_rows_are_numbered_and_there_for_all_that_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What looks like a pattern in a path is none.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "it's [a] *"))
    Path(tempfile.gettempdir()).mkdir()
    plan = Database("plan")
    schema = pa.schema([("text", pa.string())])
    for texts in ([["a", "b"], [], ["c"]], [], [["d"]]):
        plan.keep("found", schema, [pa.table({"text": text}, schema) for text in texts], number="row")
        found = [row for rows in plan.batches("FROM found ORDER BY row", 1) for row in rows.to_pylist()]
        assert found == [{"text": text, "row": row} for row, text in enumerate(sum(texts, []))]
    plan.close()


def test_no_room_for_rows_is_told() -> None:
    script = (
        "import resource, pyarrow as pa; from hairpipe.storage.database import Database; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); plan = Database('plan'); "
        "rows = pa.table({'text': [str(number) for number in range(100_000)]}); "
        "plan.keep('found', rows.schema, [rows], number='row')"
    )
    ended = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert "StoreError: the plan can't be made in " in ended.stderr


def test_what_a_killed_plan_has_left_is_cleared_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    script = (
        "import os, signal; from hairpipe.storage.database import Database; "
        "plan = Database('plan'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    alive = Database("plan")
    (own,) = tmp_path.iterdir()
    subprocess.run([sys.executable, "-c", script], check=False, env={"TMPDIR": str(tmp_path)})
    (left,) = set(tmp_path.iterdir()) - {own}
    Database("plan").close()
    assert not left.exists()
    assert own.exists()
    alive.close()
    assert not own.exists()


@pytest.mark.parametrize("name", ["hairpipe-plan-a", ".hairpipe-plan-b"])
def test_what_was_killed_while_it_made_or_removed_its_folder_is_cleared_later(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / name / "spill").mkdir(parents=True)
    Database("plan").close()
    assert (tmp_path / name).exists()
    os.utime(tmp_path / name, (0, 0))
    Database("plan").close()
    assert not (tmp_path / name).exists()


def test_no_folder_to_work_in_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(StoreError, match="TMPDIR"):
        Database("plan")


def test_no_progress_bar_stands_between_the_lines(tmp_path: Path) -> None:
    script = (
        "from hairpipe.storage.database import Database; tables = Database('plan'); "
        "asked = \"SELECT current_setting('enable_progress_bar') AS shown\"; "
        "print(tables.one(asked)[0], *(rows['shown'][0] for rows in tables.batches(asked, 1)))"
    )
    # Here DuckDB takes itself to be talking to a person.
    ended = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert ended.stdout == "False False\n"
