"""The README's Python blocks run, on the tables of a small demo."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "hairpipe.cli", "demo", "--output", str(folder), "--profiles", "80"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Hair colours in the database" in done.stdout
    assert (folder / "out" / "runs.parquet").exists()
    return folder / "out"


def test_python_blocks_run(demo: Path) -> None:
    names: dict[str, object] = {"out": str(demo)}
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
    assert len(blocks) > 10
    for block in blocks:
        exec(compile(block, str(README), "exec"), names)


def test_commands_of_the_readme_exist() -> None:
    from hairpipe.cli import COMMANDS

    told = set(re.findall(r"hairpipe ([a-z]+)", README.read_text()))
    assert {name for name in told if name in COMMANDS} == set(COMMANDS)
