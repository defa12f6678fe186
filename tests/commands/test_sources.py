"""What lies in a source's folder besides the scrape, and folders with odd names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.scrapes import Scrape, hairpipe, table

PROFILES = [{"id": number} for number in range(3)]


def counts(scrape: Scrape, *settings: str) -> dict[str, int]:
    """Return what a run would do with how many portraits, and with how many lines nothing."""
    sets = [part for setting in settings for part in ("--set", setting)]
    told = json.loads(hairpipe("plan", scrape.config, "--json", *sets).output)
    return {**{name: count for name, count in told["counts"].items() if count}, **told["rejects"]}


@pytest.mark.parametrize("output", ["out", "."])
@pytest.mark.parametrize("kind", ["table", "folder"])
def test_an_output_within_the_source_is_no_part_of_it(
    tmp_path: Path, scheduler: str, output: str, kind: str
) -> None:
    scrape = Scrape(tmp_path / "s", tmp_path / "s" / output, scheduler)
    scrape.write(PROFILES)
    config = json.loads(scrape.config.read_text())
    scrape.config.unlink()
    scrape.config = tmp_path / "config.yaml"
    config["source"] = {"kind": kind, "path": str(scrape.folder)}
    scrape.config.write_text(json.dumps(config))
    assert hairpipe("run", scrape.config).code == 0
    assert hairpipe("report", scrape.folder / output).code == 0
    assert counts(scrape) == {"unchanged": len(PROFILES)}
    if kind == "table":
        # A pattern finds the folder's own files as well.
        for picture in scrape.folder.glob("*.png"):
            picture.rename(tmp_path / picture.name)
        assert counts(scrape, f"source.path={scrape.folder}/*.*", f"source.images={tmp_path}") == {
            "unchanged": len(PROFILES)
        }


@pytest.mark.parametrize("name", ["out::v2", "file:x", "s3:x", "simplecache::x"])
def test_a_folder_is_called_what_it_is_called(
    tmp_path: Path, scheduler: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scrape = Scrape(tmp_path / "s", Path(name), scheduler)
    scrape.write(PROFILES)
    assert hairpipe("run", scrape.config).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["s", name])
    assert len(table(tmp_path / name)) == len(PROFILES)
    told = hairpipe("verify", name)
    assert told.code == 0, told
    assert len(hairpipe("runs", name).output.splitlines()) > 1
