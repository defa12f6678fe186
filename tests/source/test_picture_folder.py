from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hairpipe.errors import ConfigError
from hairpipe.source.picture_folder import split_suffix
from hairpipe.source.profile import RejectReason
from hairpipe.status import Status
from tests.source.conftest import read, source_of


def test_every_picture_is_a_profile(scrape: Callable[..., Path]) -> None:
    files = {
        "b.JPG": b"12",
        "a/c.webp": b"",
        "a.b.png": b"1",
        "notes.txt": b"",
        ".hidden": b"",
        "Makefile": b"",
    }
    folder = scrape(**files)
    portraits, rejects = read(kind="folder", path=str(folder))
    assert [(portrait.portrait_id, portrait.image, portrait.size) for portrait in portraits] == [
        ("a/c", "a/c.webp", 0),
        ("a.b", "a.b.png", 1),
        ("b", "b.JPG", 2),
    ]
    assert rejects == []
    assert source_of(kind="folder", path=str(folder)).pictures().read("b.JPG") == b"12"


def test_links_equal_ids_and_names_that_are_not_utf8(scrape: Callable[..., Path]) -> None:
    folder = scrape(**{"a.png": b"1", "a.gif": b"2"})
    (folder / "in.png").symlink_to("a.png")
    (folder / "out.png").symlink_to("/etc/hostname")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.png")).write_bytes(b"1")
    portraits, rejects = read(kind="folder", path=str(folder))
    assert [(portrait.portrait_id, portrait.problem) for portrait in portraits] == [
        ("a", None),
        ("in", None),
        ("out", Status.OUTSIDE_ROOT),
        (r"\udcff", Status.MISSING),
    ]
    assert [(reject.reason, reject.place) for reject in rejects] == [(RejectReason.DUPLICATE_ID, "a.png")]


def test_no_pictures_is_an_error(scrape: Callable[..., Path]) -> None:
    folder = scrape(**{"notes.txt": b""})
    with pytest.raises(ConfigError, match=r"source\.path: no pictures in"):
        read(kind="folder", path=str(folder))
    with pytest.raises(ConfigError, match=r"source\.path: no pictures in"):
        read(kind="folder", path=f"{folder}/none")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/b.tar.gz", ("a/b.tar", ".gz")),
        ("a.b/c", ("a.b/c", "")),
        (".png", (".png", "")),
        ("a/.png", ("a/.png", "")),
    ],
)
def test_split_suffix(name: str, expected: tuple[str, str]) -> None:
    assert split_suffix(name) == expected


def test_in_an_object_store(memory: Any) -> None:
    memory.pipe({"/pictures/a/1.png": b"123", "/pictures/2.txt": b""})
    (portrait,), _ = read(kind="folder", path="memory://pictures")
    assert (portrait.portrait_id, portrait.size) == ("a/1", 3)
    assert portrait.version
