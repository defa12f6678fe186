from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairpipe.errors import HairpipeError, StoreError
from hairpipe.source import remote_listing
from hairpipe.source.listing import listing_of
from hairpipe.source.locate import locate_all
from hairpipe.storage.folder import Folder, OutsideFolderError

OUTSIDE = ["/etc/hostname", "../x", "a/../../x", "..", "a\0b", "s3://bucket/x", "file:///x", "C:\\x", "..\\x"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "a/b").mkdir(parents=True)
    (root / "a/b/1.png").write_bytes(b"123")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/1.png").write_bytes(b"secret")
    (root / "inside.png").symlink_to(root / "a/b/1.png")
    (root / "outside.png").symlink_to(tmp_path / "secret/1.png")
    (root / "inside").symlink_to(root / "a")
    (root / "outside").symlink_to(tmp_path / "secret")
    (root / "loop").symlink_to(root / "loop")
    os.mkfifo(root / "pipe.png")
    return root


@pytest.mark.parametrize("path", ["a/b/1.png", "./a//b/1.png", "a\\b\\1.png", "inside.png", "inside/b/1.png"])
def test_finds_files_and_links_that_stay_inside(tree: Path, path: str) -> None:
    info = listing_of(Folder(tree)).find(path)
    assert info is not None
    assert info == Folder(tree).info(path)
    assert info.size == 3


@pytest.mark.parametrize(
    "path",
    [
        "a/b/2.png",
        "no/1.png",
        "a/b",
        "pipe.png",
        "a/b/1.png/x",
        "",
        ".",
        "x" * 300,
        "a/" * 2000 + "b",
        "loop",
    ],
)
def test_what_is_no_regular_file_is_not_found(tree: Path, path: str) -> None:
    assert listing_of(Folder(tree)).find(path) is None


@pytest.mark.parametrize("path", [*OUTSIDE, "outside.png", "outside/1.png"])
def test_what_leaves_the_folder_is_refused(tree: Path, path: str) -> None:
    with pytest.raises(OutsideFolderError, match="leads out of"):
        listing_of(Folder(tree)).find(path)


def test_names_are_sorted_and_do_not_follow_links(tree: Path) -> None:
    names = list(listing_of(Folder(tree)).names())
    assert names == ["a/b/1.png", "inside", "inside.png", "loop", "outside", "outside.png", "pipe.png"]
    assert list(listing_of(Folder(tree)).names("a")) == ["a/b/1.png"]
    assert list(listing_of(Folder(tree)).names("none")) == []


def test_contents_leave_out_what_is_large_gone_or_outside(tree: Path) -> None:
    listing = listing_of(Folder(tree))
    names = ["a/b/1.png", "gone", "outside.png"]
    assert listing.contents(names, 3) == {"a/b/1.png": b"123"}
    assert listing.contents(names, 2) == {}


def test_a_root_that_is_a_link_itself_is_fine(tree: Path) -> None:
    link = tree.parent / "link"
    link.symlink_to(tree)
    assert listing_of(Folder(link)).find("a/b/1.png") is not None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["a", "b", "1.png", "inside", "outside", "..", ".", "", "loop"]), max_size=5))
def test_agrees_with_the_folder_on_every_path(tree: Path, parts: list[str]) -> None:
    path = "/".join(parts)

    def asked(find: Callable[[str], Any]) -> Any:
        try:
            return find(path)
        except OutsideFolderError:
            return "outside"
        except OSError:
            return None

    found = asked(listing_of(Folder(tree)).find)
    expected = asked(Folder(tree).info)
    assert found == expected


def test_an_object_store_answers_from_one_listing(memory: Any) -> None:
    memory.pipe({"/scrape/images/1.png": b"123", "/scrape/images/x/2.png": b"12", "/secret.png": b"1"})
    listing = listing_of(Folder("memory://scrape/images"))
    info = listing.find("./1.png")
    assert info is not None
    assert info.size == 3
    assert info.version
    assert listing.find("3.png") is None
    assert list(listing.names()) == ["1.png", "x/2.png"]
    assert list(listing.names("x")) == ["x/2.png"]
    assert listing.contents(["1.png", "x/2.png", "gone"], 2) == {"x/2.png": b"12"}
    for path in OUTSIDE:
        with pytest.raises(OutsideFolderError):
            listing.find(path)


@pytest.mark.parametrize("are_alike", [False, True])
def test_many_files_of_an_object_store_are_found_at_once(
    memory: Any, monkeypatch: pytest.MonkeyPatch, are_alike: bool
) -> None:
    if are_alike:
        monkeypatch.setattr(remote_listing, "_hashes", lambda names: np.zeros(len(names), np.int64))
    monkeypatch.setattr(remote_listing, "_AT_ONCE", 2)
    memory.pipe({f"/scrape/{number}.png": b"1" * number for number in range(5)})
    references = [*(f"{number}.png" for number in range(5)), "5.png", "é.png", "./2.png", None]
    located = locate_all(pa.array(references), listing_of(Folder("memory://scrape")))
    assert located["size"].to_pylist() == [0, 1, 2, 3, 4, None, None, 2, None]
    assert located["version"].null_count == 3
    empty = locate_all(pa.array(["a", None]), listing_of(Folder("memory://nothing")))
    assert empty["problem"].to_pylist() == ["missing", "no_image"]


def test_what_is_hidden_or_written_by_hairpipe_is_no_part_of_a_scrape(tmp_path: Path, memory: Any) -> None:
    scrape = [
        "a.jsonl",
        "masks/1.png",
        "out/runs/notes.csv",
        "portraits/bucket=b00/mine.parquet",
        "runs.parquet",
    ]
    others = [
        ".a.jsonl.swp",
        "masks/._1.png",
        "x/.git/a.json",
        "out/.hairpipe/versions/00000001.json",
        "out/portraits/bucket=b00/part.parquet",
        "out/masks/bucket=b00/part.parquet",
        "out/labels/20260131T235959Z-1a2b3c4d.parquet",
        "out/runs/20260131T235959Z-1a2b3c/run.json",
        "out/runs.parquet",
        "out/quality.json",
        "out/report.html",
    ]
    for name in scrape + others:
        path = tmp_path / "s" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        memory.pipe(f"/s/{name}", b"")
    assert list(listing_of(Folder(tmp_path / "s")).names()) == sorted(scrape)
    assert list(listing_of(Folder("memory://s")).names()) == sorted(scrape)
    inside = ["bucket=b00/part.parquet"]
    assert list(listing_of(Folder(tmp_path / "s/out/portraits")).names()) == inside
    assert list(listing_of(Folder("memory://s/out/portraits")).names()) == inside


def test_a_disk_that_is_away_has_not_lost_its_files(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(path: str) -> os.stat_result:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), path)

    monkeypatch.setattr(os, "lstat", away)
    for path in ("1.png", "a/b/1.png"):
        with pytest.raises(StoreError, match="see to that"):
            listing_of(Folder(tree)).find(path)


def test_a_folder_that_can_not_be_listed_is_no_empty_one(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), path)

    monkeypatch.setattr(os, "scandir", broken)
    with pytest.raises(HairpipeError, match="can't read"):
        list(listing_of(Folder(tree)).names())
