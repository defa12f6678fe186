from __future__ import annotations

import errno
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hairpipe.errors import EXIT_TRY_LATER, ConfigError, StoreError
from hairpipe.storage.folder import Folder, OutsideFolderError


@pytest.fixture(params=["disk", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Folder]:
    """Return an empty folder on the disk, and one in an object store."""
    if request.param == "disk":
        yield Folder(tmp_path / "out")
        return
    folder = Folder(f"memory://{tmp_path.name}")
    yield folder
    folder.delete_tree("")
    for path, _ in list(folder.list()):
        folder.delete(path)


@pytest.fixture
def disk(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "out")


def test_what_is_written_is_read(folder: Folder) -> None:
    folder.write("a/b.txt", b"hello")
    assert folder.read("a/b.txt") == b"hello"
    with folder.open("a/b.txt") as handle:
        assert handle.read(2) == b"he"
    assert folder.exists("a/b.txt")
    folder.write("a/b.txt", b"bye")
    assert folder.read("a/b.txt") == b"bye"


def test_a_missing_file_is_missing(folder: Folder) -> None:
    assert not folder.exists("a")
    assert folder.info("a") is None
    with pytest.raises(FileNotFoundError):
        folder.read("a")


def test_a_listing_is_sorted_and_relative(folder: Folder) -> None:
    for path in ("b/2", "a", "b/1", "b/c/d"):
        folder.write(path, b"x")
    files = [path for path, _ in folder.list() if not path.startswith(".")]
    assert files == ["a", "b/1", "b/2", "b/c/d"]
    assert [path for path, _ in folder.list("b")] == ["b/1", "b/2", "b/c/d"]
    assert list(folder.list("nowhere")) == []


def test_info_tells_the_size_and_changes_with_the_file(folder: Folder) -> None:
    folder.write("a", b"12345")
    info = folder.info("a")
    assert info is not None
    assert info.size == 5
    assert dict(folder.list())["a"].size == 5
    assert folder.info("") is None


def test_a_copy_is_the_same_file_and_outlives_the_other(folder: Folder) -> None:
    folder.write("a", b"1")
    folder.write("deep/b", b"2")
    folder.copy("a", "deep/b")
    folder.copy("a", "deep/b")
    folder.delete("a")
    assert folder.read("deep/b") == b"1"
    assert "a" not in dict(folder.list())


def test_only_one_of_many_creates_a_file(folder: Folder) -> None:
    created: list[int] = []

    def create(number: int) -> None:
        start.wait()
        if folder.create("a", str(number).encode()):
            created.append(number)

    # fsspec's memory store checks and writes in two steps, so only the disk can be raced here.
    racers = 8 if folder.is_local else 1
    start = threading.Barrier(racers)
    threads = [threading.Thread(target=create, args=(number,)) for number in range(racers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(created) == 1
    assert folder.read("a") == str(created[0]).encode()
    assert not folder.create("a", b"late")


def test_deleting_needs_nothing_to_be_there(folder: Folder) -> None:
    folder.delete("a")
    folder.delete_tree("b")
    folder.write("b/c/d", b"1")
    folder.delete_tree("b")
    assert not folder.exists("b/c/d")


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "a\\..\\..\\x", "a\0b"])
def test_no_path_leads_out(folder: Folder, path: str) -> None:
    with pytest.raises(OutsideFolderError):
        folder.read(path)
    with pytest.raises(OutsideFolderError):
        folder.write(path, b"")


def test_no_link_leads_out(disk: Folder, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"1")
    disk.write("a", b"1")
    Path(disk.path("link")).symlink_to(tmp_path)
    with pytest.raises(OutsideFolderError, match="through a link"):
        disk.read("link/secret")


def test_a_folder_can_be_sent_to_a_worker(folder: Folder) -> None:
    folder.write("a", b"1")
    assert pickle.loads(pickle.dumps(folder)).read("a") == b"1"  # noqa: S301  our own bytes


def test_nothing_temporary_is_left_or_lies_among_the_files(disk: Folder) -> None:
    disk.write("a", b"1")
    disk.create("b", b"1")
    disk.create("b", b"2")
    disk.copy("a", "c")
    disk.copy("a", "c")
    assert [path for path, _ in disk.list()] == ["a", "b", "c"]


def test_a_disk_without_hard_links_gets_a_copy(disk: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    disk.write("a", b"1")
    monkeypatch.setattr(os, "link", no_links)
    disk.copy("a", "b")
    assert disk.read("b") == b"1"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, "the disk is full; free some space"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_failed_write_is_one_sentence_and_leaves_the_old_file(
    disk: Folder, monkeypatch: pytest.MonkeyPatch, number: int, expected: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    disk.write("a", b"old")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(StoreError, match=expected) as caught:
            disk.write("a", b"new")
    assert str(caught.value).startswith(f"can't write {disk.path('a')}: ")
    assert caught.value.exit_code == EXIT_TRY_LATER
    assert disk.read("a") == b"old"
    assert [path for path, _ in disk.list()] == ["a"]


def test_a_file_in_the_place_of_a_folder_is_named(disk: Folder) -> None:
    disk.write("a", b"1")
    with pytest.raises(StoreError, match="can't write .*/a/b: "):
        disk.write("a/b", b"1")


@pytest.mark.parametrize("name", ["out::v2", "file:x", "a:b", "s3:bucket", "simplecache::x"])
def test_what_is_no_url_is_a_path_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Folder(name).write("a", b"1")
    assert (tmp_path / name / "a").read_bytes() == b"1"
    assert Folder(tmp_path / name).read("a") == b"1"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("foo://x", "Protocol not known: foo"),
        ("zip://x", "can't be opened as a folder"),
        ("github://x", "can't be opened as a folder"),
        ("s3://", "names no bucket"),
    ],
)
def test_a_url_that_is_no_folder_is_a_wrong_configuration(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Folder(url)


def test_a_missing_package_is_named() -> None:
    script = "import sys; sys.modules['s3fs'] = None; from hairpipe.storage.folder import Folder; Folder('s3://b/x')"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "ConfigError: s3://b/x needs a package" in ended.stderr
    assert "pip install 'hairpipe[s3]'" in ended.stderr


def test_the_age_of_a_file_is_told_by_the_folder_alone(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a", b"1")
    monkeypatch.setattr(time, "time", lambda: 0.0)
    age = folder.age("a")
    assert age is not None
    assert 0 <= age < 60
    assert [path for path, _ in folder.list()] == ["a"]


def test_several_files_are_read_at_once(folder: Folder) -> None:
    folder.write("a", b"1")
    folder.write("b/c", b"2")
    assert folder.read_many(["a", "gone", "b/c"]) == {"a": b"1", "b/c": b"2"}
    assert folder.read_many([]) == {}


def test_a_folder_that_fills_up_while_it_is_deleted_stays(
    disk: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.write("a/b/c", b"1")
    unlink = Path.unlink

    def late(path: Path, missing_ok: bool = False) -> None:
        unlink(path, missing_ok)
        if path.name == "c":
            path.with_name("d").touch()

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", late)
        disk.delete_tree("a")
    assert [path for path, _ in disk.list()] == ["a/b/d"]


def test_old_temporaries_go_and_young_ones_stay(disk: Folder) -> None:
    assert disk.delete_temporaries(0) == 0
    disk.write("a", b"1")
    folder = Path(disk.path(".hairpipe/tmp"))
    for name, age in (("old", 100.0), ("young", 0.0)):
        (folder / name).write_bytes(b"")
        written = (folder / name).stat().st_mtime - age
        os.utime(folder / name, (written, written))
    assert disk.delete_temporaries(50) == 1
    assert [path.name for path in folder.iterdir()] == ["young"]
