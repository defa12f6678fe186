"""Named pipes, devices and files without end where a picture is expected: nothing waits or fills up."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hairpipe.quality.judgement import Judgement
from hairpipe.report.results import open_results
from hairpipe.review.service import PictureRequest, ReviewService
from hairpipe.storage.folder import Folder
from hairpipe.store.labels import LabelStore
from hairpipe.store.schema import TableName
from tests.commands.scrapes import Scrape, hairpipe, table
from tests.report.drawn_output import DrawnRow, write_output
from tests.review.test_examples import judge


def test_a_run_and_its_report_and_figures(tmp_path: Path, scheduler: str) -> None:
    output = tmp_path / "out"
    scrape = Scrape(tmp_path / "a", output, scheduler)
    scrape.write([{"id": str(number)} for number in range(1, 8)])
    (scrape.folder / "2.png").unlink()
    os.mkfifo(scrape.folder / "2.png")
    (scrape.folder / "3.png").unlink()
    (scrape.folder / "3.png").mkdir()
    (scrape.folder / "4.png").unlink()
    (scrape.folder / "4.png").symlink_to("/dev/zero")
    os.truncate(scrape.folder / "5.png", 2**40)
    assert hairpipe("run", scrape.config, "--set", "run.max_failed_share=1").code == 0
    statuses = table(output).set_index("portrait_id")["status"].to_dict()
    assert statuses == {
        "1": "ok",
        "2": "missing",
        "3": "missing",
        "4": "outside_root",
        "5": "too_large",
        "6": "ok",
        "7": "ok",
    }
    # What was a picture when the run looked at it need not be one when it is shown.
    (scrape.folder / "6.png").unlink()
    os.mkfifo(scrape.folder / "6.png")
    os.truncate(scrape.folder / "7.png", 2**40)
    assert hairpipe("report", output).code == 0
    for portrait_id in "67":
        assert hairpipe("explain", output, portrait_id, "--output", tmp_path / "figures").code == 0


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        ("pipe", "not a regular file"),
        ("/dev/zero", "not a regular file"),
        (".", "not a regular file"),
        ("sparse.png", f"{2**40} bytes, over"),
        ("none.png", "No such file"),
        ("x" * 5000, "File name too long"),
    ],
)
def test_explaining_what_is_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    Path("sparse.png").touch()
    os.truncate("sparse.png", 2**40)
    told = hairpipe("explain", picture)
    assert told.code == 2
    assert said in told.error
    assert not Path("figures").exists()


def test_what_is_no_picture_any_more_is_neither_shown_nor_exported(tmp_path: Path) -> None:
    output = write_output(tmp_path, [DrawnRow(name) for name in ("a", "b", "c")])
    results, book = open_results(output.url), LabelStore(Folder(output.url), "ann")
    for name in ("a", "b", "c"):
        judge(results, book, name, Judgement.GOOD)
    portraits = results.store.read(TableName.PORTRAITS, ["portrait_id", "image"])
    for name, path in zip(*portraits.to_pydict().values(), strict=True):
        picture = next(tmp_path.rglob(Path(path).name))
        if name == "b":
            picture.unlink()
            os.mkfifo(picture)
        elif name == "c":
            os.truncate(picture, 2**40)
    service = ReviewService(results, book)
    run_id = results.store.read(TableName.PORTRAITS, ["run_id"])["run_id"][0].as_py()
    shown = [
        service.picture(PictureRequest(id=name, source="drawn", version=run_id)) for name in ("a", "b", "c")
    ]
    assert [picture is not None for picture in shown] == [True, False, False]
    told = hairpipe("review", output.url, "--export", tmp_path / "masks")
    assert told.output.startswith("1 picture and as many masks")


def test_evaluating_on_what_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("image,hair\n1.png,red\n")
    (tmp_path / "1.png").touch()
    os.truncate(tmp_path / "1.png", 2**40)
    told = hairpipe("evaluate", "colors", tmp_path)
    assert told.code == 2
    assert "1.png can't be read" in told.error
    (tmp_path / "1.png").unlink()
    os.mkfifo(tmp_path / "1.png")
    assert hairpipe("evaluate", "colors", tmp_path).code == 2
