"""The command line in this process, and a drawn scrape with its tables to go wrong."""

from __future__ import annotations

import io
import json
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from hairpipe.cli import main
from hairpipe.lab.synthetic.scrape import TABLE, write_table_scrape
from hairpipe.lab.synthetic.truth import ScrapePlan
from hairpipe.storage.folder import Folder
from hairpipe.store.check.verify import verify

FACE = "source.columns={face: {x: face_x, y: face_y, w: face_w, h: face_h}}"


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def hairpipe(*arguments: str) -> Ended:
    """Run ``hairpipe`` with some arguments."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["hairpipe", *arguments])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
    return Ended(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Database:
    """A scrape in a folder, and the tables made of it.

    Attributes
    ----------
    folder : Path
    """

    folder: Path

    @property
    def scrape(self) -> Path:
        """Where the listing and the pictures lie."""
        return self.folder / "scrape"

    @property
    def listing(self) -> Path:
        """The file with one profile a line."""
        return self.scrape / TABLE

    @property
    def output(self) -> Path:
        """Where the tables lie."""
        return self.folder / "out"

    @property
    def profiles(self) -> list[dict[str, Any]]:
        """The profiles of the listing as it is."""
        return [json.loads(line) for line in self.listing.read_text().splitlines()]

    def write(self, profiles: list[dict[str, Any]]) -> None:
        """Write another listing."""
        self.listing.write_text("".join(json.dumps(profile) + "\n" for profile in profiles))

    def picture(self, profile: dict[str, Any]) -> Path:
        """Return a profile's picture."""
        return self.scrape / str(profile["image"])

    def call(self, name: str, *arguments: str) -> Ended:
        """Run or plan it."""
        configuration = self.folder / "job.yaml"
        if not configuration.exists():
            configuration.write_text(
                f"source: {{kind: table, path: {self.listing}}}\noutput: {self.output}\n"
                # A worker in this process: starting another takes longer than the work.
                "method: article\ncluster: {kind: class, name: distributed.LocalCluster, workers: 1, "
                "arguments: {n_workers: 0, threads_per_worker: 1, processes: false, "
                "dashboard_address: ':0'}}\n"
            )
        return hairpipe(name, str(configuration), "--set", FACE, *arguments)

    def run(self, *arguments: str) -> Ended:
        """Run the job."""
        return self.call("run", *arguments)

    def plan(self, *arguments: str) -> dict[str, Any]:
        """Return what a run would do."""
        ended = self.call("plan", "--json", *arguments)
        assert ended.code == 0, ended.err
        found: dict[str, Any] = json.loads(ended.out)
        return found

    def rows(self) -> pd.DataFrame:
        """Return the portraits, by id."""
        return pd.read_parquet(self.output / "portraits").set_index("portrait_id")

    def state(self) -> dict[str, bytes]:
        """Return every published file."""
        found = (path for path in self.output.rglob("*") if path.is_file() and "portraits" in str(path))
        return {str(path): path.read_bytes() for path in found}

    def problems(self) -> tuple[Any, ...]:
        """Return what `hairpipe verify` finds."""
        return verify(Folder(str(self.output))).problems

    def copy(self, folder: Path) -> Database:
        """Return another database like this one."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("job.yaml"))
        return Database(folder)


def draw_database(folder: Path, profiles: int) -> Database:
    """Draw a scrape without a fault."""
    write_table_scrape(folder / "scrape", ScrapePlan(profiles=profiles, broken=0.0, face_boxes=True))
    return Database(folder)
