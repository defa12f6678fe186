"""The same parts measured with another checkout of hairpipe, right after: what a change has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from hairpipe.errors import ConfigError
from hairpipe.lab.benchmark.tables import cost_table

SCRIPT = Path("jobs") / "benchmark.py"
Results = Sequence[Mapping[str, Any]]


def measured_with(checkout: Path, part: str, amounts: Mapping[str, Any]) -> dict[str, Results]:
    """Run a part of another checkout's benchmark, in this environment, and return its results by name.

    The amounts are those of the command line's options. ConfigError if the checkout has no benchmark or its
    benchmark fails.
    """
    script = checkout.resolve() / SCRIPT
    if not script.is_file():
        raise ConfigError(f"There is no {SCRIPT} in {checkout}: give the root of a checkout of hairpipe.")
    with tempfile.TemporaryDirectory(prefix="hairpipe-benchmark-") as folder:
        file = Path(folder) / "measured.json"
        command = [sys.executable, str(script), "--part", part, *_options(amounts), "--json", str(file)]
        # First in the path: the environment may hold the package that is measured here.
        environment = {**os.environ, "PYTHONPATH": str(checkout.resolve())}
        done = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, check=False)
        if done.returncode or not file.exists():
            raise ConfigError(
                f"The benchmark of {checkout} ended with {done.returncode}; what it says stands above. "
                "An older checkout may lack a part: choose with --part."
            )
        return {name: kept["results"] for name, kept in json.loads(file.read_text()).items()}


def against_table(part: str, ours: Results, theirs: Results) -> Table:
    """Return every number that both have, side by side, of results as ``--json`` keeps them."""
    sections = [
        [
            {
                "number": name.replace("_", " "),
                "this": f"{mine[name]:,.4g}",
                "the other": f"{other[name]:,.4g}",
                "this / the other": f"{mine[name] / other[name]:.2f}" if other[name] else "",
            }
            for name in mine
            if isinstance(mine[name], int | float) and isinstance(other.get(name), int | float)
        ]
        for mine, other in zip(ours, theirs, strict=False)
    ]
    return cost_table(f"{part}: this version against the other", *sections)


def _options(amounts: Mapping[str, Any]) -> Iterator[str]:
    for name, value in amounts.items():
        for one in value if isinstance(value, tuple) else (value,):
            yield from ("--size" if name == "sizes" else f"--{name}", str(one))
