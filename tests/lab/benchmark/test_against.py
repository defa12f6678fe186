"""The benchmark beside that of another checkout."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from hairpipe.lab.benchmark.command import benchmark

_ROOT = Path(__file__).parents[3]


def test_a_part_is_measured_with_another_checkout_and_printed_beside(tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    arguments = ["--part", "plan", "--rows", "200", "--against", str(_ROOT), "--json", str(file)]
    result = CliRunner().invoke(benchmark, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    table = result.output.split("plan: this version against the other")[1]
    counts = [line.split("│")[2:5] for line in table.splitlines() if "│ portraits" in line]
    assert [[cell.strip() for cell in row] for row in counts] == [["200", "200", "1.00"]] * 2
    assert "processor seconds" in table and "peak bytes" in table
    assert list(json.loads(file.read_text())) == ["plan"]


def test_a_folder_that_is_no_checkout_is_named(tmp_path: Path) -> None:
    arguments = ["--part", "plan", "--rows", "200", "--against", str(tmp_path)]
    result = CliRunner().invoke(benchmark, arguments)
    assert f"There is no jobs/benchmark.py in {tmp_path}" in str(result.exception)
