"""Tables that came damaged, through the command line: good rows get through, the others are told."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.commands.scrapes import Told, hairpipe

ROWS = 20


def lines(**changed: str) -> str:
    """Return a CSV file, some of whose lines are as given."""
    rows = {f"at{row}": f"{row},name {row},{row}.jpg" for row in range(ROWS)}
    return "\n".join(["id,name,image", *{**rows, **changed}.values(), ""])


def plan(folder: Path, name: str, *settings: str) -> tuple[int, dict[str, int], dict[str, int]]:
    """Return how many portraits a run over a table would take, its rejects and its notes."""
    told = plan_command(folder, name, *settings)
    assert told.code == 0, told.error
    found = json.loads(told.output)
    return found["counts"]["new"], found["rejects"], found["notes"]


def plan_command(folder: Path, name: str, *settings: str) -> Told:
    config = folder / "config.yaml"
    source = {"kind": "table", "path": str(folder / name)}
    config.write_text(json.dumps({"source": source, "output": str(folder / "out")}))
    sets = [part for setting in settings for part in ("--set", setting)]
    return hairpipe("plan", config, "--json", *sets)


@pytest.mark.parametrize(
    ("content", "portraits", "rejects"),
    [
        (lines(at3='3,"name 3,3.jpg', at13='13,name 13",13.jpg'), ROWS - 1, {"bad_line": 1}),
        (lines(at3='3,"name 3,3.jpg'), ROWS - 1, {"bad_line": 1}),
        (lines(at3='3,"name\nand more",3.jpg'), ROWS, {}),
        (lines(at3="id,name,image"), ROWS - 1, {"repeated_header": 1}),
        (lines(at3="3,na\0me,3.jpg"), ROWS - 1, {"bad_line": 1}),
        (lines()[:-1], ROWS, {"cut_off": 1}),
        (lines()[:-9], ROWS - 1, {"cut_off": 1}),
        (lines().replace("\n", "\r\n", 7).replace("\n", "\r", 2), ROWS, {}),
        (lines() + ",,\n  \n\n", ROWS, {}),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv(tmp_path: Path, content: str, portraits: int, rejects: dict[str, int], encoding: str) -> None:
    (tmp_path / "p.csv").write_bytes(content.encode(encoding))
    assert plan(tmp_path, "p.csv") == (portraits, rejects, {})


def test_a_stream_that_was_cut_off(tmp_path: Path) -> None:
    rows = [{"id": row, "image": f"{row * 7919}.jpg"} for row in range(10_000)]
    content = gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())
    (tmp_path / "p.jsonl.gz").write_bytes(content[: len(content) // 2])
    portraits, rejects, _ = plan(tmp_path, "p.jsonl.gz")
    assert 4000 < portraits < 6000
    assert rejects == {"broken_file": 1}


def test_files_of_a_folder_that_are_empty_or_lack_a_column(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    (folder / "a.csv").write_text("id,name,image,gender\n1,a,1.jpg,x\n")
    (folder / "b.csv").write_text("id,name,gender\n2,b,x\n")
    (folder / "c.csv").write_text("")
    (folder / "d.csv").write_text("id,name,image\n3,c,3.jpg\n")
    assert plan(tmp_path, "t", "source.carry=[gender]") == (
        3,
        {"broken_file": 1},
        {"no column 'image' in its file": 1, "no column 'gender' in its file": 1},
    )


def test_parquet_with_a_date_that_python_has_not(tmp_path: Path) -> None:
    days = np.arange(6000, dtype=np.int32)
    days[4500] = 10**7
    ids = [str(row) for row in range(6000)]
    born = pa.array(days).cast(pa.date32())
    pq.write_table(pa.table({"id": ids, "image": ids, "born": born}), tmp_path / "p.parquet")
    assert plan(tmp_path, "p.parquet", "source.carry=[born]") == (6000, {}, {"born can't be read": 1})


def test_ids_that_differ_in_case_or_unicode_form_are_different_and_long_ones_are_told(tmp_path: Path) -> None:
    ids = ["Rei", "rei", "caf\u00e9", "cafe\u0301", "x" * 512, "x" * 513]
    rows = [{"id": each, "image": "1.jpg"} for each in ids]
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert plan(tmp_path, "p.jsonl") == (5, {"no_id": 1}, {})


@pytest.mark.parametrize("content", ["", "\n\n", "id,name,image\n"])
def test_a_scrape_of_nothing_is_told_and_changes_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "p.csv").write_text(content)
    told = plan_command(tmp_path, "p.csv")
    assert told.code == 2
    assert "holds no profile" in told.error


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.csv", "id,image\n1,1.jpg\n"),
        ("p.json", '{"id": 1, "image": "1.jpg"}'),
        ("p.json", '[{"id": 1, "image": "1.jpg"}]'),
    ],
)
def test_a_scrape_of_one_profile(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    assert plan(tmp_path, name) == (1, {}, {})


def test_a_hundred_thousand_columns(tmp_path: Path) -> None:
    header = ",".join(["id", "image", *(f"c{number}" for number in range(100_000))])
    (tmp_path / "p.csv").write_text(
        f"{header}\n" + "\n".join(f"{row},x" + ",1" * 100_000 for row in range(3)) + "\n"
    )
    assert plan(tmp_path, "p.csv") == (3, {}, {})
