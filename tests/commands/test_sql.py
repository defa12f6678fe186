"""Runs over a database: the same tables as from a file, and its password in nothing they leave or say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import cv2
import pyarrow.parquet as pq
import pytest

from tests.commands.scrapes import Told, file_times, hairpipe, table
from tests.extract.drawing import FACE_BOX, head
from tests.source.database.postgresql_server import PASSWORD, Server, binaries, running_server

X, Y, W, H = FACE_BOX
QUERY = "SELECT id, name, image, age, x AS face_x, y AS face_y, w AS face_w, h AS face_h FROM p ORDER BY id"
# Parts of the password are as bad as all of it.
SECRETS = (PASSWORD, quote(PASSWORD, safe=""), "s3cret")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Yield a PostgreSQL server."""
    pytest.importorskip("adbc_driver_postgresql")
    if binaries() is None:
        pytest.skip("PostgreSQL's initdb is not there: apt-get install postgresql")
    with running_server() as running:
        yield running


def statements() -> list[str]:
    rows = ", ".join(f"({n}, 'name {n}', '{n}.png', {10 * n}, {X}, {Y}, {W}, {H})" for n in (1, 2, 3))
    columns = "id int, name text, image text, age int, x int, y int, w int, h int"
    return ["DROP TABLE IF EXISTS p", f"CREATE TABLE p ({columns})", f"INSERT INTO p VALUES {rows}"]


def pictures(folder: Path) -> Path:
    folder.mkdir()
    for number in (1, 2, 3):
        picture = head()
        picture[0, :number, 0] = 7
        cv2.imwrite(str(folder / f"{number}.png"), picture)
    return folder


def config(folder: Path, scheduler: str, **source: Any) -> Path:
    path = folder / "my.yaml"
    block = {"kind": "sql", "query": QUERY, "columns": {"face": {}}, "carry": ["age"], **source}
    cluster = {"kind": "scheduler", "address": scheduler}
    settings = {"source": block, "method": "article", "output": str(folder / "out"), "cluster": cluster}
    path.write_text(json.dumps(settings))
    return path


def leaks(folder: Path) -> list[str]:
    """Return the files that hold the password, Parquet looked into."""
    found = []
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        text = str(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else ""
        if any(secret.encode() in content or secret in text for secret in SECRETS):
            found.append(str(path.relative_to(folder)))
    return found


def silent(told: Told) -> Told:
    """Return what a command said, after a look for the password in it."""
    assert not any(secret in part for secret in SECRETS for part in (told.output, told.error))
    return told


def test_a_run_over_sqlite(tmp_path: Path, scheduler: str) -> None:
    folder = pictures(tmp_path / "a b")
    with sqlite3.connect(folder / "p.db") as connection:
        for statement in statements():
            connection.execute(statement)
    connection.close()
    path = config(tmp_path, scheduler, uri=f"sqlite:{quote(str(folder))}/p.db")
    assert hairpipe("run", path).code == 0
    rows = table(tmp_path / "out")
    assert rows["status"].tolist() == ["ok"] * 3
    assert sorted(rows["age"]) == [10, 20, 30]
    assert hairpipe("columns", tmp_path / "out").output == "age\tint\n"
    before = file_times(tmp_path / "out")
    assert hairpipe("run", path).code == 0
    assert file_times(tmp_path / "out") == before


@pytest.mark.parametrize("way", ["written", "part", "whole"])
def test_the_password_is_told_nowhere(
    tmp_path: Path,
    scheduler: str,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.execute(*statements())
    monkeypatch.setenv("SCRAPE_PASSWORD", PASSWORD)
    monkeypatch.setenv("SCRAPE_URI", server.uri)
    uri = {
        "written": server.uri,
        "part": "postgresql://me:${SCRAPE_PASSWORD}@" + server.address,
        "whole": "${SCRAPE_URI}",
    }[way]
    path = config(tmp_path, scheduler, uri=uri, images=str(pictures(tmp_path / "pictures")))
    shown = silent(hairpipe("config", "show", path)).output
    assert {"written": "me:***@", "part": "${SCRAPE_PASSWORD}", "whole": "${SCRAPE_URI}"}[way] in shown
    silent(hairpipe("config", "show", path, "--origin"))
    silent(hairpipe("plan", path, "--json"))
    assert silent(hairpipe("run", path)).code == 0
    assert sorted(table(tmp_path / "out")["age"]) == [10, 20, 30]
    server.execute("DELETE FROM p WHERE id = 3")
    assert silent(hairpipe("run", path)).code == 0
    assert silent(hairpipe("run", path, "--set", "source.query=SELECT nope FROM p")).code == 2
    path.write_text(path.read_text().replace("@127", "@x 127"))
    silent(hairpipe("run", path))
    monkeypatch.setenv("SCRAPE_PASSWORD", "s3cret wrong")
    silent(hairpipe("run", path, "--set", "source.images=none"))
    silent(hairpipe("quarantine", "retry", tmp_path / "out"))
    assert leaks(tmp_path / "out") == []
    assert not any(secret in caplog.text for secret in SECRETS)


@pytest.mark.parametrize(
    "source",
    [
        "postgresql://me:s3cret@host/db",
        "{kind: sql, uri: 'postgres:me:s3cret@host', query: q}",
        "{kind: sql, uri: ['postgresql://me:s3cret@host/db'], query: q}",
        "{kind: sql, uri: {a: 'x:s3cret'}, query: q}",
        "{kind: 'postgresql://me:s3cret@host/db'}",
        "{kind: sql, url: 'postgresql://me:s3cret@host/db', query: q}",
        "{kind: sql, query: {uri: 'postgresql://me:s3cret@host/db'}}",
        "{kind: sql, uri: 'postgresql://me:s3cret@ho st:p/db', query: q, images: .}",
        "{kind: sql, uri: 'postgresql://me:ab/s3cret@host/db', query: q, images: .}",
    ],
)
def test_mistakes_tell_no_password(tmp_path: Path, source: str) -> None:
    path = tmp_path / "my.yaml"
    path.write_text(f"source: {source}\noutput: out\n")
    assert silent(hairpipe("plan", path)).code == 2
    path.write_text("output: out\n")
    assert silent(hairpipe("plan", path, "--set", f"source={source}")).code == 2


def test_a_broken_override_tells_no_password(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    path.write_text("output: out\n")
    told = silent(hairpipe("plan", path, "--set", "source.uri='postgresql://me:s3cret@host/db"))
    assert told.code == 2
    assert "is not a YAML value" in told.error
