from __future__ import annotations

import datetime
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydantic
import pytest

from hairpipe.errors import ConfigError, StoreError
from hairpipe.source.open import open_source, with_types
from hairpipe.source.profile import Portrait, RejectReason
from hairpipe.source.settings import SourceSettings
from tests.source.conftest import read
from tests.source.database.postgresql_server import PASSWORD, Server, binaries, running_server

QUERY = "SELECT * FROM p ORDER BY id"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return an SQLite file whose columns hold values of several types."""
    path = tmp_path / "a b.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE p (id INTEGER, name TEXT, image TEXT, age, born, x, y, w, h)")
        rows = [
            (1, "Rei", "1.png", None, None, 1, 2, 30, 40),
            (2, None, "none.png", 16, 1999, None, None, None, None),
            (None, "no id", "1.png", 1, 1, 1, 1, 1, 1),
            (4, "Nagi", None, "about 20", 1998.5, None, None, None, None),
        ]
        connection.executemany("INSERT INTO p VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.close()
    (tmp_path / "1.png").write_bytes(b"1")
    return path


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Yield a server with a table of profiles."""
    pytest.importorskip("adbc_driver_postgresql")
    if binaries() is None:
        pytest.skip("PostgreSQL's initdb is not there: apt-get install postgresql")
    with running_server() as running:
        running.execute(
            "CREATE TABLE p (id bigint, name text, image text, face int[], age smallint, "
            "height numeric(5, 2), fans numeric, about jsonb, born date, seen boolean, code text)",
            "INSERT INTO p VALUES (1, 'Rei', '1.png', '{1,2,30,40}', 14, 1.55, 5, '{\"a\": 1}', "
            "'1999-01-02', true, '007'), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
        )
        yield running


def sqlite_settings(path: Path, **section: Any) -> dict[str, Any]:
    return {"kind": "sql", "uri": f"sqlite:{path}", "query": QUERY, **section}


def postgresql_settings(server: Server, folder: Path, **section: Any) -> dict[str, Any]:
    return {"kind": "sql", "uri": server.uri, "query": QUERY, "images": str(folder), **section}


def test_sqlite_reads_like_a_table(database: Path) -> None:
    settings = sqlite_settings(
        database,
        columns={"face": {"x": "x", "y": "y", "w": "w", "h": "h"}, "attributes": {"year": "born"}},
        carry=["age", "year"],
    )
    portraits, rejects = read(**settings)
    assert [(reject.reason, reject.place) for reject in rejects] == [
        (RejectReason.NO_ID, "row 1 of the query")
    ]
    assert [portrait.portrait_id for portrait in portraits] == ["1", "2", "4"]
    assert (portraits[0].image, portraits[0].face, portraits[0].size) == ("1.png", (1, 2, 30, 40), 1)
    assert [portrait.attributes for portrait in portraits] == [
        {"age": None, "year": None},
        {"age": "16", "year": 1999.0},
        {"age": "about 20", "year": 1998.5},
    ]
    source = open_source(pydantic.TypeAdapter(SourceSettings).validate_python(settings))
    assert source.pictures().read("1.png") == b"1"


def test_types_that_come_late_are_no_failure(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "p.db") as connection:
        connection.execute("CREATE TABLE p (id INTEGER, name TEXT, image TEXT, n)")
        values = [None] * 2000 + [5, 0.5]
        connection.executemany(
            "INSERT INTO p VALUES (?, 'x', '1.png', ?)", [(number, n) for number, n in enumerate(values)]
        )
    connection.close()
    portraits, _ = read(**sqlite_settings(tmp_path / "p.db", carry=["n"]))
    assert [portrait.attributes["n"] for portrait in portraits[-3:]] == [None, 5.0, 0.5]


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "p.db") as connection:
        connection.execute("CREATE TABLE p (id, name, image)")
        connection.execute(
            "INSERT INTO p VALUES (1, CAST(x'ff41' AS TEXT), NULL), (CAST(x'ff' AS TEXT), '', '')"
        )
    connection.close()
    portraits, rejects = read(**sqlite_settings(tmp_path / "p.db"))
    assert [(portrait.name, portrait.notes) for portrait in portraits] == [
        ("\ufffdA", ("some bytes are not UTF-8",))
    ]
    assert [reject.detail for reject in rejects] == ["the id is not UTF-8"]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"uri": "sqlite:{folder}/none.db"},
            ConfigError,
            r"source\.uri: .*none\.db can't be read \(unable to open",
        ),
        ({"uri": "sqlite:{folder}/text"}, ConfigError, r"source\.uri: .*file is not a database"),
        ({"query": "SELEC 1"}, ConfigError, r'source\.query: near "SELEC": syntax error; correct the query'),
        ({"query": "SELECT nope FROM p"}, ConfigError, r"source\.query: no such column: nope"),
        ({"query": "SELECT 1; SELECT 2"}, ConfigError, r"source\.query: .*one statement at a time"),
        ({"query": "DELETE FROM p"}, ConfigError, r"source\.query: attempt to write a readonly database"),
        (
            {"query": "SELECT id, name FROM p"},
            ConfigError,
            r"source\.columns\.image: the query has no column 'image'",
        ),
        (
            {"query": "SELECT id, id, image FROM p"},
            ConfigError,
            r"source\.query: several columns are called 'id'",
        ),
        (
            {"query": QUERY.replace("p ", "p WHERE 0 ")},
            ConfigError,
            r"source\.query: the answer holds no profile",
        ),
        ({"carry": ["nope"]}, ConfigError, r"source\.carry\.nope: the query has no column 'nope'"),
    ],
)
def test_mistakes_with_sqlite(database: Path, change: dict[str, Any], error: type, message: str) -> None:
    if "uri" in change:
        change = {"uri": change["uri"].format(folder=database.parent)}
    (database.parent / "text").write_text("no database\n" * 100)
    before = database.read_bytes()
    with pytest.raises(error, match=message):
        read(**sqlite_settings(database, **change))
    assert database.read_bytes() == before
    assert not (database.parent / "none.db").exists()


def test_a_locked_file_is_tried_again_later(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hairpipe.source.database.database.PATIENCE", 0.0)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match=r"the database sqlite:.* can't be had \(database is locked\)"):
        read(**sqlite_settings(database))
    other.close()


def test_postgresql_reads_like_a_table(server: Server, tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"1")
    carry = ["age", "height", "fans", "about", "born", "seen", "code", "year"]
    columns = {"face": "face", "attributes": {"year": "born"}}
    settings = postgresql_settings(server, tmp_path, columns=columns, carry=carry)
    typed, _ = with_types(pydantic.TypeAdapter(SourceSettings).validate_python(settings), {})
    assert typed.carry == {
        "age": "int",
        "height": "float",
        "fans": "int",
        "about": "string",
        "born": "string",
        "seen": "bool",
        "code": "string",
        "year": "string",
    }
    (first, second), rejects = read(**settings)
    assert rejects == []
    assert (first.portrait_id, first.image, first.face) == ("1", "1.png", (1, 2, 30, 40))
    assert {**first.attributes, "about": None} == {
        "age": 14,
        "height": 1.55,
        "fans": 5,
        "about": None,
        "born": datetime.date(1999, 1, 2).isoformat(),
        "seen": True,
        "code": "007",
        "year": "1999-01-02",
    }
    assert str(first.attributes["about"]).replace(" ", "") == '{"a":1}'
    assert set(second.attributes.values()) == {None}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"uri": "postgresql://me:wr0ng@{address}"},
            ConfigError,
            r"can't be opened \(.*password authentication failed",
        ),
        ({"uri": "postgresql://me@{address}"}, ConfigError, r"can't be opened \(.*no password supplied"),
        ({"uri": "{uri}nope"}, ConfigError, r"can't be opened .*database .*nope.* does not exist"),
        ({"uri": "postgresql://me:x@127.0.0.1:1/db"}, StoreError, r"the database .* can't be had .*refused"),
        ({"query": "SELEC 1"}, ConfigError, r'source\.query: .*syntax error at or near "SELEC"'),
        ({"query": "SELECT nope FROM p"}, ConfigError, r"source\.query: .*nope.* does not exist"),
        ({"query": "SELECT 1; SELECT 2"}, ConfigError, r"source\.query: .*multiple commands"),
        ({"query": "DELETE FROM p"}, ConfigError, r"source\.query: "),
        ({"query": "DELETE FROM p RETURNING *"}, ConfigError, r"source\.query: "),
        ({"query": "SELECT id / (id - 1) FROM p"}, ConfigError, r"source\.query: .*division by zero"),
        (
            {"query": "SELECT id, name FROM p"},
            ConfigError,
            r"source\.columns\.image: the query has no column 'image'",
        ),
        (
            {"query": "SELECT id, id, image FROM p"},
            ConfigError,
            r"source\.query: several columns are called 'id'",
        ),
        (
            {"query": "SELECT * FROM p WHERE false"},
            ConfigError,
            r"source\.query: the answer holds no profile",
        ),
        ({"images": None}, ConfigError, r"source\.images is needed"),
    ],
)
def test_mistakes_with_postgresql(
    server: Server, tmp_path: Path, change: dict[str, Any], error: type, message: str
) -> None:
    if "uri" in change:
        change = {"uri": change["uri"].format(address=server.address, uri=server.uri)}
    with pytest.raises(error, match=message) as raised:
        read(**postgresql_settings(server, tmp_path, **change))
    told = str(raised.value)
    assert "\n" not in told
    assert not any(secret in told for secret in ("wr0ng", PASSWORD, "s3cret"))
    assert len(read(**postgresql_settings(server, tmp_path))[0]) == 2


def test_queries_as_people_write_them(server: Server, tmp_path: Path) -> None:
    for query in (f"{QUERY};", f"{QUERY}; \n", f"{QUERY} -- all of them", "TABLE p"):
        assert len(read(**postgresql_settings(server, tmp_path, query=query))[0]) == 2


def test_an_answer_that_breaks_off(server: Server, tmp_path: Path) -> None:
    query = (
        "SELECT n AS id, NULL::text AS image, repeat('x', 1000) AS name FROM generate_series(1, 200000) AS n"
    )
    settings = postgresql_settings(server, tmp_path, query=query)
    portraits = open_source(pydantic.TypeAdapter(SourceSettings).validate_python(settings)).portraits()
    assert isinstance(next(portraits), Portrait)
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(server.uri) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        cursor.fetchall()
    with pytest.raises(StoreError, match="can't be had .*run the same command again") as raised:
        for _ in portraits:
            pass
    assert "s3cret" not in str(raised.value)


def test_a_driver_that_is_missing(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['adbc_driver_postgresql'] = None; from hairpipe.cli import main; "
        "sys.argv[1:] = ['plan', 'my.yaml']; main()"
    )
    uri = "postgresql://me:s3cret@host/db"
    (tmp_path / "my.yaml").write_text(
        f"source: {{kind: sql, uri: '{uri}', query: SELECT 1, images: .}}\noutput: out\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        "hairpipe: source.uri: PostgreSQL needs a driver that is not installed: pip install 'hairpipe[sql]'\n"
    )
