"""``hairpipe export`` to single files, and what scraped text can't do in them."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from pycocotools.coco import COCO

import hairpipe
from hairpipe.commands.export import export
from hairpipe.errors import ConfigError
from hairpipe.results.flat_file import harmless
from hairpipe.storage.folder import Folder
from tests.store.portraits import batch_row, publish_rows

EVIL = "=cmd|' /C calc'!A0"
NAMES = {"1": "Rei", "2": EVIL, "3": "a\x1b[31mred\nforged,line\u202e", "4": None}


@pytest.fixture
def output(tmp_path: Path) -> str:
    rows = [
        batch_row(each, name=name, attributes={"gender": None if each == "1" else "-5", "age": -3})
        for each, name in NAMES.items()
    ]
    rows[3] = batch_row("4", status="no_face")
    rows[0]["portrait"]["hair_b"] = -12.5
    publish_rows(Folder(tmp_path / "out"), rows)
    return str(tmp_path / "out")


def exported(output: str, target: Path, *options: str) -> str:
    result = CliRunner().invoke(export, [output, str(target), *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_csv_is_one_line_a_row_that_runs_nothing(output: str, tmp_path: Path) -> None:
    target = tmp_path / "all.csv"
    assert exported(output, target, "--to", "csv") == f"{target}: 4 rows from version 1\n"
    text = target.read_text()
    assert text.count("\n") == 5
    assert not any(character in text for character in "\x1b\r\u202e")
    rows = {row["portrait_id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["2"]["name"] == f"'{EVIL}"
    assert rows["3"]["name"] == r"a\x1b[31mred\nforged,line\u202e"
    assert (rows["1"]["age"], rows["1"]["hair_b"], rows["2"]["gender"]) == ("-3", "-12.5", "-5")
    frame = pd.read_csv(target)
    assert sorted(frame.age) == [-3, -3, -3, 17]
    assert frame.gender.isna().sum() == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Rei", "Rei"),
        ("", ""),
        ("-5", "-5"),
        ("+1.5e3", "+1.5e3"),
        ("-.5", "-.5"),
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-1+cmd", "'-1+cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("\uff1d1", "'\uff1d1"),
        ("\t=1", r"'\t=1"),
        ("\r=1", r"'\r=1"),
        ("\x00=1", r"\x00=1"),
        ("a;=1;b", "a;'=1;b"),
        ("a - b = c", "a - b = c"),
        ("\x1b]0;=x\x07", r"\x1b]0;'=x\x07"),
    ],
)
def test_formulas_and_controls_become_text(text: str, told: str) -> None:
    assert harmless(text) == told


def test_parquet_keeps_every_value_in_one_file(output: str, tmp_path: Path) -> None:
    exported(output, tmp_path / "colors.parquet", "--to", "parquet", "--table", "hair_colors")
    colors = pq.read_table(tmp_path / "colors.parquet")
    assert (len(colors), "bucket" in colors.column_names) == (6, False)
    exported(output, tmp_path / "all.parquet", "--to", "parquet")
    names = pd.read_parquet(tmp_path / "all.parquet").set_index("portrait_id").name
    assert names["3"] == NAMES["3"]


def test_pycocotools_loads_the_masks(output: str, tmp_path: Path) -> None:
    target = tmp_path / "hair.json"
    exported(output, target, "--to", "coco")
    assert target.read_bytes().isascii()
    assert b"\x1b" not in target.read_bytes()
    with contextlib.redirect_stdout(io.StringIO()):
        found = COCO(str(target))
    assert len(found.imgs) == 3
    images = {image["portrait_id"]: image for image in found.loadImgs(found.getImgIds())}
    assert images["3"]["name"] == NAMES["3"]
    [hair] = found.loadAnns(found.getAnnIds(images["1"]["id"], catIds=found.getCatIds("hair")))
    mask = hairpipe.load(output).mask(1)
    assert mask is not None
    np.testing.assert_array_equal(found.annToMask(hair) > 0, mask)
    assert (hair["area"], hair["bbox"], hair["hair_color"]) == (mask.sum(), [2, 1, 6, 6], "blue")


@pytest.mark.parametrize(
    "options",
    [
        ["csv", "--table", "masks"],
        ["coco", "--table", "masks"],
        ["csv", "--pictures"],
        ["huggingface", "--table", "masks"],
    ],
)
def test_options_that_do_not_go_together_are_told(output: str, tmp_path: Path, options: list[str]) -> None:
    result = CliRunner().invoke(export, [output, str(tmp_path / "new"), "--to", *options])
    assert result.exit_code == 2
    assert not (tmp_path / "new").exists()


def test_a_selection_of_nothing_is_an_empty_file(output: str, tmp_path: Path) -> None:
    for kind in ("csv", "parquet", "coco"):
        exported(output, tmp_path / kind, "--to", kind, "--color", "red")
    assert len((tmp_path / "csv").read_text().splitlines()) == 1
    assert len(pq.read_table(tmp_path / "parquet")) == 0
    assert json.loads((tmp_path / "coco").read_text())["images"] == []
    hairpipe.load(output, color="blue").to_coco(tmp_path / "coco", force=True)
    assert len(json.loads((tmp_path / "coco").read_text())["images"]) == 3


def test_nothing_is_replaced_unasked_and_nothing_left_half(output: str, tmp_path: Path) -> None:
    target = tmp_path / "mine.csv"
    target.write_text("mine")
    with pytest.raises(ConfigError, match="is there already; name another path, or say --force"):
        exported(output, target, "--to", "csv")
    object_file = next((tmp_path / "out/.hairpipe/objects").iterdir())
    exported(output, target, "--to", "csv", "--force")
    assert target.read_text() != "mine"
    whole = target.read_bytes()
    for damaged in (tmp_path / "out/.hairpipe/objects").iterdir():
        damaged.write_bytes(b"no Parquet")
    assert object_file.exists()
    result = CliRunner().invoke(export, [output, str(target), "--to", "csv", "--force"])
    assert result.exit_code != 0
    assert target.read_bytes() == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.csv", "out"]


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("out/portraits/all.csv", "lies inside of the output"),
        ("nowhere/all.csv", "there is no folder"),
        ("out", "is a folder that is there already"),
        ("s3://bucket/all.csv", "is a URL"),
    ],
)
def test_where_no_file_can_go_is_told(
    output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=told):
        exported("out", Path(target), "--to", "csv", "--force")
