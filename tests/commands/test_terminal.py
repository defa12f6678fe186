"""What standard output and error may be, and that it never costs more than the printing."""

from __future__ import annotations

import fcntl
import io
import os
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

import cv2
import pytest
from PIL import Image
from rich.cells import cell_len
from rich.console import Console

from hairpipe.run.job import RunSummary
from hairpipe.run.summary import print_summary
from hairpipe.terminal import printable
from tests.commands.scrapes import Scrape, hairpipe, table
from tests.extract.drawing import head
from tests.report.drawn_output import DrawnRow, drawn_picture, write_output

MINIMAL = "source: {kind: folder, path: pictures}\noutput: out\n"


def shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in a folder; `hairpipe` is this one."""
    line = f'hairpipe() {{ "{sys.executable}" -m hairpipe.cli "$@"; }}\nset -o pipefail\n{command}'
    found = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])} | environment
    return subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=found,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
    )


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "my.yaml"
    path.write_text(MINIMAL)
    return path


def test_a_reader_that_goes_away_is_no_failure(config: Path) -> None:
    ended = shell("hairpipe config show my.yaml | true; echo ${PIPESTATUS[0]}", config.parent)
    assert (ended.stdout, ended.stderr) == ("0\n", "")


def test_a_full_disk_is_told(config: Path) -> None:
    ended = shell("hairpipe config show my.yaml > /dev/full", config.parent)
    assert ended.returncode == 75
    assert ended.stderr.startswith("hairpipe: standard output can't be written (No space left on device)")
    assert len(ended.stderr.splitlines()) == 1
    ended = shell("hairpipe config show none.yaml 2> /dev/full", config.parent)
    assert (ended.returncode, ended.stdout) == (2, "")


def test_closed_streams_are_no_failure(config: Path) -> None:
    ended = shell("hairpipe config show my.yaml >&- 2>&- <&-", config.parent)
    assert (ended.returncode, ended.stderr) == (0, "")
    ended = shell("hairpipe config show none.yaml >&- <&-", config.parent)
    assert ended.returncode == 2
    assert "none.yaml: can't be read" in ended.stderr


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1:strict"},
        {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    ],
)
def test_narrow_encodings_and_names(tmp_path: Path, environment: Mapping[str, str]) -> None:
    (tmp_path / "界").mkdir()
    cv2.imwrite(str(tmp_path / "界" / "ö.png"), drawn_picture("red", 0)[0])
    (tmp_path / "my.yaml").write_text(
        "source: {kind: folder, path: '\\u754c'}\noutput: out\n".replace("'", '"')
    )
    told = shell("hairpipe plan my.yaml && hairpipe explain $'\\xff界.png'", tmp_path, **environment)
    assert told.returncode == 2, told.stderr
    if "PYTHONUTF8" in environment:
        # The system's own calls can't name the folder.
        assert "set PYTHONUTF8=1, then run the same command again" in told.stderr
    else:
        assert told.stdout.startswith("Plan")
        assert "can't be read (No such file or directory)" in told.stderr


def test_what_is_printed_does_nothing_to_a_terminal(config: Path) -> None:
    for arguments in (
        "config show $'\\e]0;title\\a.yaml'",
        "config show my.yaml --set $'\\e[31mred'=1",
        "$'\\e[2J'",
        "config $'--\\e[2J'",
        "explain $'\\e[2J.png'",
        "report $'\\e[2J'",
    ):
        ended = shell(f"hairpipe {arguments}", config.parent)
        assert ended.returncode == 2, ended.stderr
        assert "\x1b" not in ended.stderr
        assert "\\x1b" in ended.stderr


def test_printable() -> None:
    assert printable("Ann\té 界\u0301") == "Ann\\té 界\u0301"
    assert printable("a\x1b[31m\x07\u202eb\x9b\ud800\x00\r\n", keep="\n") == (
        "a\\x1b[31m\\x07\\u202eb\\x9b\\ud800\\x00\\r\n"
    )


def test_a_reader_that_goes_away_does_not_end_a_run(tmp_path: Path, scheduler: str) -> None:
    scrape = Scrape(tmp_path / "a", tmp_path / "out", scheduler)
    scrape.write([{"id": "1"}, {"id": "2"}, {"id": "3"}])
    # Pillow has a warning for such a picture, and the run's report shows it.
    exif = b"Exif\0\0II*\0\x08\0\0\0\x05\0\x12\x01\x03\0\x01\0\0\0"
    Image.fromarray(head()).save(scrape.folder / "3.png", exif=exif)
    ended = shell(f"hairpipe run {scrape.config} 2>&1 | head -1; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert ended.stdout.splitlines()[0].startswith("run ")
    assert ended.stdout.splitlines()[1:] == ["0"]
    assert table(tmp_path / "out")["status"].tolist() == ["ok"] * 3
    ended = shell("hairpipe report out", tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    ended = shell("PYTHONWARNINGS=default hairpipe report out", tmp_path)
    assert "EXIF" in ended.stderr


def test_names_of_a_scrape_stay_in_their_cell(tmp_path: Path) -> None:
    hostile = "a\x1b[2J\tb\nc"
    row = DrawnRow(hostile, status="crashed", error="\x1b]0;title\x07")
    output = write_output(tmp_path, [row, DrawnRow("d", attributes={})])
    listed = hairpipe("quarantine", "list", output.url).output
    assert len(listed.splitlines()) == 1
    assert listed.startswith("a\\x1b[2J\\tb\\nc\tcrashed\t")
    assert "\x1b" not in listed


def test_notes_of_a_plan_are_no_markup(tmp_path: Path) -> None:
    scrape = Scrape(tmp_path / "a", tmp_path / "out", "tcp://127.0.0.1:1", carry={"[/red]": "int"})
    scrape.write([{"id": "1", "[/red]": "tall"}])
    told = hairpipe("plan", scrape.config)
    assert told.code == 0
    assert "[/red]" in told.output


def test_bars_suit_the_encoding(tmp_path: Path) -> None:
    output = write_output(tmp_path, [DrawnRow("1"), DrawnRow("2")])
    summary = RunSummary("run", output.url, 0, {}, {}, {"ok": 2}, 1.0, 1)
    for encoding, block in (("ascii", "#"), ("utf-8", "█")):
        console = Console(file=io.TextIOWrapper(io.BytesIO(), encoding, "backslashreplace"), width=100)
        print_summary(summary, console)
        console.file.seek(0)
        told = console.file.read()
        assert block * 30 in told
        assert "of the 2 that are ok: 0 good, 0 so_so, 2 ugly; 0 without a colour's name" in told
    narrow = Console(file=io.StringIO(), width=36)
    print_summary(summary, narrow)
    assert "blue" in narrow.file.getvalue()  # type: ignore[attr-defined]


def test_a_run_that_looked_at_no_picture_has_no_empty_table(tmp_path: Path) -> None:
    output = write_output(tmp_path, [DrawnRow("1")])
    console = Console(file=io.StringIO(), width=100)
    print_summary(RunSummary("run", output.url, 0, {}, {}, {}, 1.0, 1), console)
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert told.startswith("no picture was to be looked at; what else changed is in the tables")
    assert "by status" not in told


def test_rebucket_shows_how_far_it_is(tmp_path: Path) -> None:
    output = write_output(tmp_path, [DrawnRow(f"p{number}") for number in range(8)])
    ours, theirs = os.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "hairpipe.cli", "rebucket", output.url, "32"],
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "80"},
    )
    os.close(theirs)
    text = all_of(ours)
    assert running.wait(60) == 0, text
    assert "steps, " in text
    assert "32 buckets in version 2" in text


@pytest.mark.parametrize("text", ["a: [", "- 1"])
def test_a_configuration_of_dask_that_is_none(config: Path, text: str) -> None:
    (config.parent / "dask.yaml").write_text(text)
    ended = shell("DASK_CONFIG=$PWD/dask.yaml hairpipe plan my.yaml", config.parent)
    assert ended.returncode == 2
    assert ended.stderr.startswith("hairpipe: Dask's own configuration can't be read")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("width", [40, 80])
def test_the_progress_of_a_run_fits_the_terminal(width: int, tmp_path: Path, scheduler: str) -> None:
    scrape = Scrape(tmp_path / "a", tmp_path / "out", scheduler)
    scrape.write([{"id": "1"}, {"id": "2", "image": "none.png"}, {"id": "1"}])
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    running = subprocess.Popen(
        [sys.executable, "-m", "hairpipe.cli", "run", str(scrape.config), "--set", "run.max_failed_share=1"],
        stdout=theirs,
        stderr=theirs,
        env=environment | {"TERM": "xterm"},
    )
    os.close(theirs)
    text = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", all_of(ours))
    assert running.wait(60) == 0, text
    bars = [line for line in re.split("[\r\n]+", text) if re.search(r"\d/2\b", line)]
    assert bars
    assert max(cell_len(line.rstrip()) for line in bars) <= width
    words = " ".join(text.split())
    assert "plan: 2 new, 1 line rejected (duplicate_id)" in words
    assert "profiles.jsonl line 3: id '1' came before" in words
    assert re.search(r"of the 1 that are ok: 1 not rated; 0 without a colour's name", words)
    assert f"hairpipe review {tmp_path}/out" in words
    assert f"hairpipe explain {tmp_path}/out 1" in words


def all_of(terminal: int) -> str:
    """Return all that is written to a terminal until its other side is closed."""
    found = b""
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            data = b""
        if not data:
            os.close(terminal)
            return found.decode(errors="replace")
        found += data
