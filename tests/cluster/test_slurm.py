"""The demo on a real Slurm, as configs/slurm.yaml and configs/slurm-runner.yaml have it.

Run it where jobs can be submitted, or set up a Slurm of one node for it:

    tests/cluster/setup_slurm.sh start /tmp/slurm
    SLURM_CONF=/tmp/slurm/slurm.conf python -m pytest tests/cluster -s
    tests/cluster/setup_slurm.sh stop /tmp/slurm
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hairpipe.lab.synthetic.scrape import TABLE, write_table_scrape
from hairpipe.lab.synthetic.truth import ScrapePlan
from tests.run.comparable import comparable_tables

CONFIGS = Path(__file__).parents[2] / "configs"
HAIRPIPE = [sys.executable, "-m", "hairpipe.cli"]

pytestmark = pytest.mark.skipif(
    "SLURM_CONF" not in os.environ or shutil.which("sbatch") is None,
    reason="needs a Slurm: see tests/cluster/setup_slurm.sh, and set SLURM_CONF",
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_table_scrape(folder / "scrape", ScrapePlan(profiles=200))
    run(folder, "local", HAIRPIPE, [])
    return folder


def run(folder: Path, output: str, command: list[str], configs: list[Path]) -> None:
    """Run the demo; what it says goes to the terminal."""
    files = [str(CONFIGS / "demo.yaml"), *map(str, configs)]
    paths = ["--set", f"source.path={folder / 'scrape' / TABLE}", "--set", f"output={folder / output}"]
    subprocess.run([*command, "run", *files, *paths], cwd=folder, check=True, timeout=250)


def test_workers_as_slurm_jobs(demo: Path) -> None:
    run(demo, "slurm", HAIRPIPE, [CONFIGS / "slurm.yaml"])
    assert list((demo / "slurm-logs").iterdir())
    assert comparable_tables(str(demo / "slurm")) == comparable_tables(str(demo / "local"))
    jobs = subprocess.run(["squeue", "--noheader", "--states=PD,R"], capture_output=True, check=True)
    assert jobs.stdout == b""


def test_all_inside_of_one_slurm_job(demo: Path) -> None:
    run(demo, "runner", ["srun", "--ntasks=4", *HAIRPIPE], [CONFIGS / "slurm-runner.yaml"])
    assert comparable_tables(str(demo / "runner")) == comparable_tables(str(demo / "local"))
    assert not list(demo.glob("hairpipe-scheduler-*"))
