"""What a person can mistype or lack: one sentence and the exit code for it, never a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import dask
import pytest

from hairpipe.cli import COMMANDS, SUMMARIES
from hairpipe.storage.folder import Folder
from tests.report.drawn_output import DrawnRow, drawn_picture, write_output
from tests.run.command_line import hairpipe


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return write_output(tmp_path_factory.mktemp("output"), [DrawnRow("1")])


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", "OUT", "--run", "none"),
        ("report", "OUT", "--run", "../../etc"),
        ("report", "none"),
        ("explain", "OUT", "none"),
        ("explain", "OUT", ""),
        ("explain", "OUT", "1", "--output", "/dev/null"),
        ("explain", "OUT", "1", "--output", "/dev/null/x"),
        ("explain", "OUT", "1", "--output", "x" * 300),
        ("explain", "a.png", "--face", "1,2,3"),
        ("explain", "a.png", "--method", "articel"),
        ("export", "OUT", "/dev/null/x", "--to", "csv"),
        ("export", "OUT", "/dev/null", "--to", "csv", "--force"),
        ("similar", "OUT", "none"),
        ("similar", "none", "1"),
        ("review", "OUT", "--export", "/dev/null/x"),
        ("review", "OUT", "--port", "99999"),
        ("review", "/dev/null"),
        ("quality", "train", "OUT"),
        ("quality", "train", "none"),
        ("evaluate", "masks", "none"),
        ("evaluate", "colors", "none", "--json", "/dev/null/x"),
        ("evaluate", "colors", "none", "--sheet", "none/x.png"),
        ("evaluate", "colors", "none", "--sheet", "."),
        ("train", "names", "none"),
        ("rebucket", "OUT", "3"),
        ("rebucket", "OUT", "0"),
        ("rebucket", "OUT", str(2**70)),
        ("columns", "OUT", "--drop", "none"),
        ("gc", "OUT", "--keep", "-1"),
        ("quarantine", "retry", "none"),
        ("demo", "--profiles", "0"),
        ("demo", "--output", "/dev/null"),
        ("run",),
        ("run", "none.yaml"),
        ("plan", "none.yaml", "--set", "x"),
        ("config", "show", "--origin"),
        ("none",),
        ("--none",),
    ],
)
def test_it_is_told(
    tmp_path: Path, output: Folder, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = hairpipe(*(output.url if argument == "OUT" else argument for argument in arguments))
    assert ended.code == 2, ended
    told = [line for line in ended.err.splitlines() if line.startswith(("hairpipe: ", "Usage: "))]
    assert len(told) == 1, ended.err
    assert len(ended.err.splitlines()) <= 4
    assert len(ended.err) < 600


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (b"image,hair\n1.png,r\xf6d\n", "not UTF-8"),
        (b"image,hair\n1.png,mauve\n", "line 2: 'mauve' is no hair colour"),
        (b"image,hair,also_acceptable\n1.png,red,blue/mauve\n", "line 2: 'mauve' is no hair colour"),
        (b"image,hair\n1.png\n", "line 2: the column hair is missing"),
        (b"image,hair\n1\0.png,red\n", "line 2: image"),
        (b"image,hair\n../etc/passwd,red\n", "line 2: image ../etc/passwd is no file"),
        (b"image,hair\n" + b"x" * 200_000 + b",red\n", "field larger than field limit"),
        (b"image,hair\n", "has no line below its head"),
        (b"", "has no line below its head"),
    ],
)
def test_a_table_of_labels_that_is_none(tmp_path: Path, table: bytes, told: str) -> None:
    cv2.imwrite(str(tmp_path / "1.png"), drawn_picture("red", 0)[0])
    (tmp_path / "labels.csv").write_bytes(table)
    ended = hairpipe("evaluate", "colors", str(tmp_path), "--method", "article")
    assert ended.code == 2
    assert told in ended.err
    assert str(tmp_path / "labels.csv") in ended.err


def test_a_table_as_spreadsheets_write_it(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "1.png"), drawn_picture("red", 0)[0])
    (tmp_path / "labels.csv").write_bytes(b"\xef\xbb\xbfimage,hair\r\n1.png,red\r\n")
    ended = hairpipe(
        "evaluate", "colors", str(tmp_path), "--method", "article", "--json", str(tmp_path / "n")
    )
    assert ended.code == 0
    assert (tmp_path / "n").is_file()


def test_a_current_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    config = tmp_path / "my.yaml"
    config.write_text("source: {kind: folder, path: pictures}\noutput: out\n")
    monkeypatch.chdir(gone)
    shutil.rmtree(gone)
    try:
        ended = hairpipe("config", "show", str(config))
    finally:
        monkeypatch.undo()
    assert ended.code == 2
    assert "output: 'out' lies in the current folder, which is gone" in ended.err


@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ("face.cascade_file=/dev/zero", "face.cascade_file"),
        ("learned.network={file: /dev/zero}", "learned.network.file"),
        ("face.cascade_file=none.xml", "face.cascade_file"),
    ],
)
def test_files_that_settings_name(tmp_path: Path, setting: str, key: str) -> None:
    cv2.imwrite(str(tmp_path / "1.png"), drawn_picture("red", 0)[0])
    config = tmp_path / "my.yaml"
    config.write_text(f"source: {{kind: folder, path: {tmp_path}}}\noutput: {tmp_path}/out\n")
    ended = hairpipe("plan", str(config), "--set", setting)
    assert ended.code == 2
    assert ended.err.startswith(f"hairpipe: {key} ")


def test_a_setting_of_dask_that_it_cannot_read(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "1.png"), drawn_picture("red", 0)[0])
    config = tmp_path / "my.yaml"
    config.write_text(f"source: {{kind: folder, path: {tmp_path}}}\noutput: {tmp_path}/out\n")
    with dask.config.set({"distributed.comm.timeouts.connect": "foo"}):
        ended = hairpipe("run", str(config), "--set", "cluster.workers=1")
    assert ended.code == 75
    assert "the local Dask workers can't be started" in ended.err


def test_every_command_says_what_it_is_for() -> None:
    assert list(SUMMARIES) == list(COMMANDS)
    ended = hairpipe("--help")
    assert ended.code == 0
    for name, summary in SUMMARIES.items():
        assert f"\n  {name:<10}  {summary}\n" in ended.out
        assert hairpipe(name, "--help").code == 0
