"""What the package offers by itself, and what a wheel of it holds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path

import pandas as pd
import pytest

import hairpipe

PROJECT = Path(__file__).parents[1]


def test_version_is_the_installed_one() -> None:
    assert hairpipe.__version__ == metadata.version("hairpipe")


@pytest.mark.parametrize("name", hairpipe.__all__)
def test_what_it_offers_is_there(name: str) -> None:
    assert getattr(hairpipe, name)


def test_what_it_does_not_offer_is_told() -> None:
    with pytest.raises(AttributeError, match="'hairpipe' has no attribute 'hair'"):
        _ = hairpipe.hair


def test_help_waits_for_nothing_large() -> None:
    code = "import sys, hairpipe.cli; print({'cv2', 'dask', 'numpy', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_wheel_installed_elsewhere_runs_the_demo(tmp_path: Path) -> None:
    python = installed_wheel(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place = run(python, "-c", "import hairpipe; print(hairpipe.__file__)", folder=elsewhere).strip()
    package = Path(place).parent
    assert package.is_relative_to(tmp_path)
    assert files(package) == files(PROJECT / "hairpipe")
    told = run(python.with_name("hairpipe"), "demo", "--profiles", "20", folder=elsewhere)
    assert "Hair colours in the database" in told
    assert len(pd.read_parquet(elsewhere / "hairpipe-demo/out/portraits")) == 20


def installed_wheel(folder: Path) -> Path:
    """Return the Python of a new environment: a wheel of the checkout, and the tests' own dependencies."""
    source, wheels, environment = folder / "source", folder / "wheels", folder / "environment"
    # What a build leaves beside the sources must not lie in the checkout.
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        source.mkdir(exist_ok=True)
        shutil.copy(PROJECT / name, source)
    shutil.copytree(PROJECT / "hairpipe", source / "hairpipe", ignore=shutil.ignore_patterns("__pycache__"))
    wheels.mkdir()
    build = f"from setuptools.build_meta import build_wheel; build_wheel({str(wheels)!r})"
    run(sys.executable, "-c", build, folder=source)
    (wheel,) = wheels.iterdir()
    venv.create(environment)
    python = environment / "bin/python"
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--no-index",
        "--no-deps",
        wheel,
        folder=folder,
    )
    (own,) = environment.glob("lib/python*/site-packages")
    # They come after the environment's own, so that the wheel's hairpipe is the one that is found.
    shared = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (own / "shared.pth").write_text("\n".join(shared))
    return python


def run(program: str | Path, *arguments: str | Path, folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, cwd=folder, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(package: Path) -> set[str]:
    """Return the files of an installed package or a checkout, but for what Python caches."""
    found = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(package)) for path in found}
