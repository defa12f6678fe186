from __future__ import annotations

import csv
import io
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairpipe.folder import Folder
from hairpipe.source.csv_rows import csv_rows
from hairpipe.source.profile import Reject
from hairpipe.source.rows import Row
from hairpipe.source.table_files import TableFile


def rows_of(content: bytes, folder: Path, name: str = "p.csv") -> list[Row | Reject]:
    (folder / name).write_bytes(content)
    return list(csv_rows(TableFile(Folder(folder), name)))


def test_rows_with_quotes_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    rows = rows_of(b'\xef\xbb\xbfid, name\r\n1,"a, ""b""\nc"\r\n\r\n2,d\r\n', tmp_path)
    assert [(row.values, row.place) for row in rows if isinstance(row, Row)] == [
        ({"id": "1", "name": 'a, "b"\nc'}, "p.csv lines 2 to 3"),
        ({"id": "2", "name": "d"}, "p.csv line 5"),
    ]


def test_tsv_is_split_at_tabs(tmp_path: Path) -> None:
    rows = rows_of(b"id\tname\n1\ta, b\n", tmp_path, "p.tsv")
    assert [row.values for row in rows if isinstance(row, Row)] == [{"id": "1", "name": "a, b"}]


def test_rows_of_another_length_and_endless_cells_are_rejects(tmp_path: Path) -> None:
    endless = b'4,"' + b"x" * 200_000 + b"\n5,e\n"
    rows = rows_of(b"id,name\n1,a\n2\n3,b,c\n\xff,d\n" + endless, tmp_path)
    assert [type(row) for row in rows] == [Row, Reject, Reject, Row, Reject, Row]
    assert [row.place for row in rows] == [f"p.csv line {number}" for number in range(2, 8)]
    assert [row.garbled for row in rows if isinstance(row, Row)] == [False, True, False]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0")), min_size=2, max_size=2)
    )
)
def test_what_the_csv_module_writes_is_read_back(cells: list[list[str]], tmp_path: Path) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["id", "name"], *cells])
    rows = rows_of(text.getvalue().encode(), tmp_path)
    assert [list(row.values.values()) for row in rows if isinstance(row, Row)] == cells


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_no_file_raises(content: bytes, tmp_path: Path) -> None:
    assert all(isinstance(row, Row | Reject) for row in rows_of(content, tmp_path))
