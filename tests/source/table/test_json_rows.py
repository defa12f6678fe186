from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairpipe.source.profile import Reject, RejectReason
from hairpipe.source.rows.row import Row
from hairpipe.source.table.json_rows import JsonShape, json_rows
from hairpipe.source.table.table_files import TableFile
from hairpipe.storage.folder import Folder
from tests.source.conftest import json_lines

SHAPE = JsonShape("id", ("data.Character", "data.Page.characters", "data"))


def rows_of(content: bytes, folder: Path) -> list[Row | Reject]:
    (folder / "p.jsonl").write_bytes(content)
    return list(json_rows(TableFile(Folder(folder), "p.jsonl"), SHAPE))


def ids(rows: list[Row | Reject]) -> list[Any]:
    return [row.values["id"] for row in rows if isinstance(row, Row)]


@pytest.mark.parametrize(
    "content",
    [
        json_lines({"id": 1}, {"id": 2}),
        b'\xef\xbb\xbf{"id": 1}\r\n\r\n  \n\xef\xbb\xbf{"id": 2}\n',
        b'{"id": 1}\r{"id": 2}\r',
        json_lines({"id": 1}, {"id": 2}).decode().encode("utf-16"),
        json_lines({"id": 1}, {"id": 2}).decode().encode("utf-16-be"),
        b'[{"id": 1}, {"id": 2}]',
        b'[{"id": 1},\n{"id": 2}]\n',
        json.dumps([{"id": 1}, {"id": 2}], indent=2).encode(),
        json.dumps({"pagination": {"items": 2}, "data": [{"id": 1}, {"id": 2}]}).encode(),
        json.dumps({"data": [{"id": 1}, {"id": 2}]}, indent=1).encode(),
        json_lines({"data": {"Character": {"id": 1}}}, {"data": {"Page": {"characters": [{"id": 2}]}}}),
        json_lines({"data": [{"id": 1}]}, {"data": {"id": 2}}),
        json_lines([{"id": 1}], {"data": []}, [{"id": 2}]),
    ],
)
def test_profiles_are_found_however_they_were_dumped(content: bytes, tmp_path: Path) -> None:
    rows = rows_of(content, tmp_path)
    assert ids(rows) == [1, 2]
    assert len(rows) == 2


def test_a_row_with_an_id_is_a_profile_though_it_has_data(tmp_path: Path) -> None:
    assert ids(rows_of(json_lines({"id": 1, "data": [{"id": 7}]}), tmp_path)) == [1]


def test_places_and_reasons(tmp_path: Path) -> None:
    content = json_lines({"id": 1}, b'{"id": 2, "na', b"[" * 100_000, b"9" * 5000, b"7", [{"id": 3}, None])
    rows = rows_of(content, tmp_path)
    assert [row.place for row in rows] == [
        *[f"p.jsonl line {number}" for number in range(1, 6)],
        "p.jsonl line 6 item 1",
        "p.jsonl line 6 item 2",
    ]
    rejects = [row for row in rows if isinstance(row, Reject)]
    assert [reject.reason for reject in rejects] == ["bad_line"] * 5
    assert all(len(reject.detail) < 200 for reject in rejects)


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (b'[\n{"id": 1},\n{"id": 2},\n{"id": 3, "na', ["p.jsonl line 4", "p.jsonl"]),
        (b'[{"id": 1},{"id": 2},{"id": 3, "na', ["p.jsonl"]),
        (b'{"n": [{"id": 7}], "data": [{\n"id": 1}, {"id": 2}, {"id": 3, "na', ["p.jsonl"]),
        (json.dumps([{"id": 1}, {"id": 2}, {"id": 3}], indent=2).encode()[:-12], ["p.jsonl"]),
        (json.dumps({"data": [{"id": 1}, {"id": 2}, {"id": 3}]}).encode()[:-9], ["p.jsonl"]),
    ],
)
def test_a_document_that_was_cut_off_keeps_its_whole_profiles(
    content: bytes, places: list[str], tmp_path: Path
) -> None:
    rows = rows_of(content, tmp_path)
    assert ids(rows) == [1, 2]
    rejects = [row for row in rows if isinstance(row, Reject)]
    assert [reject.place for reject in rejects] == places
    assert (rejects[-1].reason, rejects[-1].rows) == ("broken_file", 0)


@pytest.mark.parametrize(
    ("last", "found", "reject"),
    [(b'{"id": 2}', [1, 2], ("cut_off", 0)), (b'{"id": 2, "na', [1], ("cut_off", 1))],
)
def test_a_last_line_without_an_end_is_told(
    last: bytes, found: list[int], reject: tuple[str, int], tmp_path: Path
) -> None:
    rows = rows_of(b'{"id": 1}\n' + last, tmp_path)
    assert ids(rows) == found
    assert [(row.reason, row.rows) for row in rows if isinstance(row, Reject)] == [reject]


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    assert rows_of(b"", tmp_path) == [
        Reject(RejectReason.BROKEN_FILE, "p.jsonl", "the file is empty", rows=0)
    ]


def test_bytes_that_are_not_utf8_mark_their_row_only(tmp_path: Path) -> None:
    rows = rows_of(b'{"id": "caf\xe9"}\n{"id": "ok"}\n', tmp_path)
    assert [(row.values["id"], row.notes) for row in rows if isinstance(row, Row)] == [
        ("caf\ufffd", ("some bytes are not UTF-8",)),
        ("ok", ()),
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line), max_size=6))
def test_good_lines_come_through_any_junk(junk: list[bytes], tmp_path: Path) -> None:
    content = json_lines({"id": "first"}, *junk, {"id": "last"})
    rows = rows_of(content, tmp_path)
    found = [row.values.get("id") for row in rows if isinstance(row, Row)]
    assert (found[0], found[-1]) == ("first", "last")
    blank = sum(not line.decode("utf-8", "replace").strip() for line in junk)
    lists = sum(line.strip()[:1] == b"[" for line in junk)
    assert len(rows) >= 2 + len(junk) - blank - lists


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_no_file_raises(content: bytes, tmp_path: Path) -> None:
    assert all(isinstance(row, Row | Reject) for row in rows_of(content, tmp_path))
