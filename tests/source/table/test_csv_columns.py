"""CSV read by the column is what it is read row by row."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairpipe.source.settings import TableSettings
from hairpipe.source.table import lines as lines_module
from hairpipe.source.table.table import TableSource
from tests.source.table.test_json_columns import CARRY, read_both

HEADER = "id,name,image,face_x,face_y,face_w,face_h,gender,age,height,alive,other"
PLAIN = "{},A,a.png,1,2.5,3,4,female,17,1.5,true,"
ODD = [
    *[
        "",
        " ",
        "x ",
        "\u3000x",
        "1000.0",
        "007",
        "+5",
        "1_000",
        "1e3",
        "-0",
        "-0.0",
        "nan",
        "inf",
        "NA",
        "null",
    ],
    *["yes", "T", "0", "5.0", "2.5", " 5", "9223372036854775808", "1e400", "[1]", '{"a": 1}', "id", "name"],
    *[
        "a,b",
        '"',
        '"a"',
        '"a\n',
        'b"',
        '""',
        "\0",
        "\ufeff",
        "\ufffd",
        "\u2028",
        "\x0b",
        "é",
        "x" * 600,
        "../a.png",
    ],
    *["\n", "\r", "\r\n", HEADER, ",,,,,,,,,,,", PLAIN.format("inner"), "٣", "12345678901234567890"],
]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the second line be the first that may be read by the column."""
    monkeypatch.setattr(lines_module, "_FIRST_BLOCK", 1)


def source(folder: Path, text: str) -> TableSource:
    (folder / "profiles.csv").write_bytes(text.encode())
    (folder / "a.png").write_bytes(b"picture")
    face = {side: f"face_{side}" for side in "xywh"}
    path = str(folder / "profiles.csv")
    return TableSource(TableSettings(kind="table", path=path, columns={"face": face}, carry=CARRY))  # type: ignore[arg-type]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_clean_lines_are_read_by_the_column(tmp_path: Path, end: str) -> None:
    rows = [HEADER, *(PLAIN.format(f"p{number}") for number in range(300)), ",".join(["x", *[""] * 11])]
    by_row, by_column, tables = read_both(source(tmp_path, "".join(row + end for row in rows)))
    assert tables > 1
    assert by_row == by_column
    assert len(by_row) == 301


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changed=st.dictionaries(
        st.tuples(st.integers(0, 7), st.integers(0, 11)), st.sampled_from(ODD), min_size=1, max_size=3
    ),
    inserted=st.dictionaries(st.integers(0, 7), st.sampled_from(ODD), max_size=2),
    numbers=st.booleans(),
)
def test_odd_cells_and_lines_are_what_they_are_one_by_one(
    tmp_path: Path, changed: dict[tuple[int, int], str], inserted: dict[int, str], numbers: bool
) -> None:
    lines = [PLAIN.format(100 + number if numbers else f"p{number}").split(",") for number in range(8)]
    for (row, column), cell in changed.items():
        lines[row][column] = cell
    rows = [",".join(line) for line in lines]
    for row, line in inserted.items():
        rows.insert(row, line)
    first = [HEADER, PLAIN.format("1" if numbers else "first")]
    for text in ("\n".join([*first, *rows, ""]), "\n".join([*first, *rows])):
        by_row, by_column, _ = read_both(source(tmp_path, text))
        ids = [found.partition(", profile_id=")[0] for found in by_column if found.startswith("Portrait")]
        # Where an id comes twice the plan reads all rows one by one.
        assert by_row == by_column or len(set(ids)) < len(ids)
