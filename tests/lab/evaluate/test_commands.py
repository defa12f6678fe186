"""The two commands, from folder to table, JSON and sheet."""

import json
from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner

from hairpipe.lab.evaluate.commands import evaluate


@pytest.mark.parametrize("kind", ["masks", "colors"])
def test_a_folder_becomes_a_table_a_json_and_a_sheet(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue({"masks": "masked", "colors": "tagged"}[kind])
    numbers, sheet = tmp_path / "n.json", tmp_path / "s.png"
    arguments = [kind, str(folder), "--method", "article", "--json", str(numbers), "--sheet", str(sheet)]
    result = CliRunner().invoke(evaluate, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert "article" in result.output
    written = json.loads(numbers.read_text())
    assert {report["method"] for report in written["reports"]} == {"article"}
    assert len(written["scores"]) >= 4
    assert cv2.imread(str(sheet)) is not None
