"""``hairpipe files``: one version's files, for readers that open a path more than once."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner

from hairpipe.commands.tables import files, gc
from hairpipe.errors import ConfigError
from hairpipe.storage.folder import Folder
from tests.store.portraits import batch_row, publish_rows

IDS = [f"p{number}" for number in range(12)]


@pytest.fixture(autouse=True)
def few_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a version have four files of a table."""
    monkeypatch.setattr("hairpipe.store.buckets.FEWEST_BUCKETS", 4)


def publish_version(folder: Folder, number: int) -> None:
    colors = ["red"] if number % 2 else ["blue", "pink"]
    publish_rows(folder, [batch_row(each, colors=colors) for each in IDS], run_id=f"run-{number}")


def listed(folder: Folder, *options: str) -> list[str]:
    result = CliRunner().invoke(files, [folder.url, *options], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output.splitlines()


def test_duckdb_and_polars_read_whole_versions_during_many_publishes(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    publish_version(folder, 1)
    ended = threading.Event()

    def read_again_and_again() -> int:
        reads = 0
        while not (ended.is_set() and reads):
            paths = listed(folder)
            found = duckdb.read_parquet(paths).aggregate("count(*), min(run_id), max(run_id)").fetchall()
            by_polars = pl.read_parquet(paths)["run_id"]
            assert found == [(len(IDS), by_polars.min(), by_polars.max())]
            assert by_polars.n_unique() == 1
            reads += 1
        return reads

    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read_again_and_again)
        for number in range(2, 20):
            publish_version(folder, number)
        ended.set()
        assert reading.result() > 1


def test_a_list_stays_good_while_its_version_is_kept(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    publish_version(folder, 1)
    first = listed(folder, "--table", "hair_colors")
    for number in range(2, 5):
        publish_version(folder, number)
        assert CliRunner().invoke(gc, [folder.url, "--keep", "3"]).exit_code == 0
    assert pl.read_parquet(first)["name"].unique().to_list() == ["red"]
    assert listed(folder, "--table", "hair_colors", "--version", "1") == first
    assert listed(folder, "--table", "hair_colors") != first


def test_the_list_as_json_says_what_is_in_each_file(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    publish_version(folder, 1)
    told = json.loads("\n".join(listed(folder, "--json", "--table", "masks")))
    assert (told["version"], told["table"]) == (1, "masks")
    assert [file["path"] for file in told["files"]] == listed(folder, "--table", "masks")
    assert [file["bucket"] for file in told["files"]] == ["b00", "b01", "b02", "b03"]
    assert sum(file["rows"] for file in told["files"]) == 2 * len(IDS)


def test_files_in_an_object_store_are_urls() -> None:
    folder = Folder("memory://files")
    publish_version(folder, 1)
    assert all(path.startswith("memory:///files/") for path in listed(folder))
    folder.delete_tree("")


def test_an_output_without_tables_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no output of hairpipe"):
        CliRunner().invoke(files, [str(tmp_path)], catch_exceptions=False)
    (tmp_path / ".hairpipe").mkdir()
    with pytest.raises(ConfigError, match="holds no tables"):
        CliRunner().invoke(files, [str(tmp_path)], catch_exceptions=False)
