from __future__ import annotations

import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from hairpipe.commands.quality import quality
from hairpipe.commands.report import report
from hairpipe.commands.review import review
from hairpipe.errors import EXIT_SIGINT, ConfigError
from hairpipe.quality.judgement import Judgement
from hairpipe.quality.model import load_user_quality
from hairpipe.report.results import open_results
from hairpipe.storage.folder import Folder
from hairpipe.store.labels import LabelStore
from tests.report.drawn_output import DrawnRow, write_output
from tests.review.serving import ask, port_of, review_process
from tests.review.test_examples import judge


@pytest.fixture
def output(tmp_path: Path) -> Folder:
    """Forty judged portraits; the shipped quality is the same for all."""
    folder = write_output(tmp_path, [DrawnRow(f"p{n}", mask_error=[0.0, 0.3][n % 2]) for n in range(40)])
    results, book = open_results(folder.url), LabelStore(folder, "ann")
    for number in range(40):
        judge(results, book, f"p{number}", [Judgement.GOOD, Judgement.UGLY][number % 2])
    return folder


def test_a_gain_is_told_and_the_model_kept_for_later_runs(output: Folder) -> None:
    result = CliRunner().invoke(quality, ["train", output.url])

    assert result.exit_code == 0, result.output
    assert "40 labels, 0 results without" in result.output
    assert "quality.json: used by later runs" in result.output
    model = load_user_quality(output)
    assert model is not None
    assert model.labels == 40


def test_the_report_is_written_where_the_command_says(output: Folder) -> None:
    result = CliRunner().invoke(report, [output.url])

    assert Path(result.output.strip()) == Path(output.url) / "report.html"
    assert Path(result.output.strip()).is_file()


def test_good_masks_are_exported(output: Folder, tmp_path: Path) -> None:
    result = CliRunner().invoke(review, [output.url, "--export", str(tmp_path / "masks")])

    assert result.output.startswith("20 pictures and as many masks")
    assert len(list((tmp_path / "masks").glob("*.hair.png"))) == 20


def test_an_output_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no tables"):
        CliRunner().invoke(review, [str(tmp_path)], catch_exceptions=False)


def test_the_page_is_served_until_interrupted(output: Folder) -> None:
    with review_process(output) as (address, process):
        _, page = ask(port_of(address), "GET", "/")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert b"<title>hairpipe review</title>" in page
    assert errors.strip() == ""
    assert process.returncode == EXIT_SIGINT
