from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairpipe.errors import ConfigError
from hairpipe.source.profile import Reject
from hairpipe.source.rows.row import Row
from hairpipe.source.table.csv_rows import csv_rows
from hairpipe.source.table.table_files import TableFile
from hairpipe.storage.folder import Folder


def rows_of(content: bytes, folder: Path, name: str = "p.csv") -> list[Row | Reject]:
    (folder / name).write_bytes(content)
    return list(csv_rows(TableFile(Folder(folder), name), ["id", "name"], "id"))


def told(rows: list[Row | Reject]) -> list[tuple[str, str, int]]:
    return [(row.reason, row.place, row.rows) for row in rows if isinstance(row, Reject)]


def names(rows: list[Row | Reject]) -> dict[str, str]:
    return {row.values["id"]: row.values["name"] for row in rows if isinstance(row, Row)}


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
    rows = rows_of(b"id,name\n1,a\n2\n3,b,c\n4,\xff\n" + endless, tmp_path)
    assert [type(row) for row in rows] == [Row, Reject, Reject, Row, Reject, Row]
    assert [row.place for row in rows] == [f"p.csv line {number}" for number in range(2, 8)]
    assert [bool(row.notes) for row in rows if isinstance(row, Row)] == [False, True, False]


TEN = {str(number): f"name {number}" for number in range(10)}


def ten_lines(**changed: str) -> list[str]:
    """Return ten rows of id, name and image, some of them as given."""
    rows = {f"at{number}": f"{number},name {number},{number}.jpg" for number in range(10)}
    return ["id,name,image", *{**rows, **changed}.values()]


@pytest.mark.parametrize(
    ("opens", "closes"), [('2,"name 2,2.jpg', '8,name 8",8.jpg'), ('2,"name 2,2.jpg', '8,name 8,"8.jpg"')]
)
def test_a_quote_that_closes_rows_later_costs_its_own_line(tmp_path: Path, opens: str, closes: str) -> None:
    rows = rows_of("\n".join([*ten_lines(at2=opens, at8=closes), ""]).encode(), tmp_path)
    assert names(rows).keys() == TEN.keys() - {"2"}
    assert told(rows) == [("bad_line", "p.csv line 4", 1)]


@pytest.mark.parametrize("line", ['2,"name 2,2.jpg', '2,"name" 2,2.jpg', "2,name 2", "2,na\0me,2.jpg"])
def test_a_quote_that_never_closes_costs_its_own_line(tmp_path: Path, line: str) -> None:
    rows = rows_of("\n".join([*ten_lines(at2=line), ""]).encode(), tmp_path)
    assert names(rows) == {key: name for key, name in TEN.items() if key != "2"}
    assert told(rows) == [("bad_line", "p.csv line 4", 1)]


def test_a_cell_of_many_lines_is_one_cell(tmp_path: Path) -> None:
    text = "Born in Tokyo, Japan.\n\nLikes: cats, dogs, birds\nAge, 17\n1, 2, 3, 4"
    rows = rows_of("\n".join([*ten_lines(at5=f'5,"{text}",5.jpg'), ""]).encode(), tmp_path)
    assert names(rows) == {**TEN, "5": text}
    assert told(rows) == []
    (noted,) = [row for row in rows if isinstance(row, Row) and row.notes]
    assert (noted.place, noted.notes) == ("p.csv lines 7 to 11", ("a cell spans lines that could be rows",))


def test_text_within_wrong_quotes_makes_no_rows(tmp_path: Path) -> None:
    lines = ten_lines(at3='3,"a text, of some length\nwith a line, and separators, like a row', at6="6")
    rows = rows_of("\n".join([*lines, ""]).encode(), tmp_path)
    assert names(rows).keys() == TEN.keys() - {"3", "6"}
    assert [place for _, place, _ in told(rows)] == [f"p.csv line {number}" for number in (5, 6, 9)]


def test_where_ids_can_be_any_text_lines_within_quotes_are_told_and_stay_a_cell(tmp_path: Path) -> None:
    content = b'id,name,image\nRei A,a,1.jpg\nAsuka L,"b,2.jpg\nShinji I,c,3.jpg\nMari M,d",4.jpg\n'
    rows = rows_of(content, tmp_path)
    assert [*names(rows)] == ["Rei A", "Asuka L"]
    assert told(rows) == [("bad_line", "p.csv lines 3 to 5", 0)]


def test_the_header_again_in_another_order_counts_from_there(tmp_path: Path) -> None:
    rows = rows_of(b"id,name\n1,a\nid,name\n2,b\nname,id,new\nc,3,x\n", tmp_path)
    assert names(rows) == {"1": "a", "2": "b", "3": "c"}
    assert told(rows) == [("repeated_header", f"p.csv line {number}", 1) for number in (3, 5)]


def test_a_column_that_the_file_lacks_is_told_on_its_rows(tmp_path: Path) -> None:
    (row,) = rows_of(b"id,image\n1,1.jpg\n", tmp_path)
    assert isinstance(row, Row)
    assert row.notes == ("no column 'name' in its file",)


def test_a_column_that_stands_there_twice_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'p.csv' has several columns 'id'"):
        rows_of(b"id,name,id\n1,a,2\n", tmp_path)
    assert names(rows_of(b"id,name,x,x\n1,a,2,3\n", tmp_path)) == {"1": "a"}


@pytest.mark.parametrize(
    ("last", "found", "reject"),
    [("2,b", ["1", "2"], ("cut_off", 0)), ("2", ["1"], ("cut_off", 1)), ('2,"b', ["1"], ("cut_off", 1))],
)
def test_a_last_line_without_an_end_is_told(
    tmp_path: Path, last: str, found: list[str], reject: tuple[str, int]
) -> None:
    rows = rows_of(f"id,name\n1,a\n{last}".encode(), tmp_path)
    assert [*names(rows)] == found
    assert [(reason, count) for reason, _, count in told(rows)] == [reject]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("ends", [("\n",), ("\r\n",), ("\r",), ("\n", "\r", "\r\n")])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, ends: tuple[str, ...]) -> None:
    lines = ["id,name", "1,\u00e9", "", ",", "2,\u30eb"]
    text = "".join(line + ends[number % len(ends)] for number, line in enumerate(lines))
    rows = rows_of(text.encode(encoding), tmp_path)
    assert names(rows) == {"1": "\u00e9", "2": "\u30eb"}
    assert told(rows) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        # A cell of lines that look like rows is another matter.
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0,")), min_size=2, max_size=2)
    )
)
def test_what_the_csv_module_writes_is_read_back(cells: list[list[str]], tmp_path: Path) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["id", "name"], *cells])
    rows = rows_of(text.getvalue().encode(), tmp_path)
    expected = [row for row in cells if any(cell.strip() for cell in row)]
    assert [list(row.values.values()) for row in rows if isinstance(row, Row)] == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_no_file_raises(content: bytes, tmp_path: Path) -> None:
    assert all(isinstance(row, Row | Reject) for row in rows_of(content, tmp_path))
