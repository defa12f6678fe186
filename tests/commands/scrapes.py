"""Small scrapes and the command line over them, for tests of what several runs leave."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import cv2
import pandas as pd
from click.testing import CliRunner

from hairpipe.cli import cli
from hairpipe.errors import HairpipeError
from tests.extract.drawing import FACE_BOX, head


@dataclass(frozen=True)
class Told:
    """How a command ended and what it said: on standard output and, where it failed, in its sentence."""

    code: int
    output: str
    error: str


def hairpipe(*arguments: str | Path) -> Told:
    """Run a command line in this process."""
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments], standalone_mode=False)
    if isinstance(result.exception, click.ClickException):
        return Told(result.exception.exit_code, result.output, result.exception.format_message())
    if isinstance(result.exception, HairpipeError):
        return Told(result.exception.exit_code, result.output, str(result.exception))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Told(result.exit_code, result.output, "")


class Scrape:
    """A table of profiles, each with a picture of its own, and the configuration to run over it.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    output : Path
    scheduler : str
        Address of the Dask scheduler that the work is done on.
    **source : setting
        Of the configuration's `source`, such as ``name``.
    """

    def __init__(self, folder: Path, output: Path, scheduler: str, **source: Any) -> None:
        self.folder = folder
        self.config = folder / "config.yaml"
        self._rest = {"output": str(output), "cluster": {"kind": "scheduler", "address": scheduler}}
        folder.mkdir(exist_ok=True)
        self.configure(**source)

    def configure(self, **source: Any) -> None:
        """Write the configuration."""
        block = {
            "kind": "table",
            "path": str(self.folder / "profiles.jsonl"),
            "columns": {"face": "face", **source.pop("columns", {})},
            **source,
        }
        self.config.write_text(json.dumps({"source": block, "method": "article", **self._rest}))

    def write(self, profiles: Sequence[Mapping[str, Any]]) -> None:
        """Write the table; a profile without an image gets a picture that no other one has."""
        rows = [
            {
                "name": f"{self.folder.name} {profile['id']}",
                "face": list(FACE_BOX),
                **self._image(profile),
                **profile,
            }
            for profile in profiles
        ]
        (self.folder / "profiles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def _image(self, profile: Mapping[str, Any]) -> dict[str, str]:
        name = f"{profile['id']}.png"
        if not (self.folder / name).exists():
            picture = head()
            mark = f"{self.folder.name} {profile['id']}".encode()
            picture[0, : len(mark), 0] = list(mark)
            cv2.imwrite(str(self.folder / name), picture)
        return {"image": name}


def table(output: Path, name: str = "portraits") -> pd.DataFrame:
    """Return a table as pandas reads it."""
    return pd.read_parquet(output / name)


def file_times(output: Path) -> dict[Path, int]:
    """Return when each file of the tables was written; the list of runs, where each leaves a row, apart."""
    files = (path for path in output.rglob("*.parquet") if path.name != "runs.parquet")
    return {path: path.stat().st_mtime_ns for path in files}
