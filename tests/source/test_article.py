from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hairpipe.errors import ConfigError
from hairpipe.source.profile import RejectReason
from hairpipe.status import Status
from tests.source.conftest import read, source_of

BOX = json.dumps({"h": 61, "w": 62, "x": 53, "y": 84}).encode()


def test_pictures_with_their_boxes(scrape: Callable[..., Path]) -> None:
    folder = scrape(**{"pngs/Rei.1.png": b"123", "jsons/Rei.1.json": BOX, "pngs/more/b.png": b""})
    (first, second), rejects = read(kind="article", path=str(folder))
    assert (first.portrait_id, first.image, first.face) == ("Rei.1", "pngs/Rei.1.png", (53, 84, 62, 61))
    assert (first.size, first.name, first.attributes, first.notes) == (3, None, {}, ())
    assert (second.portrait_id, second.face, second.notes) == ("more/b", None, ("no face box file",))
    assert rejects == []
    assert source_of(kind="article", path=str(folder)).pictures().read("pngs/Rei.1.png") == b"123"


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"", "face box file is not JSON"),
        (b'{"h": 61, "w', "face box file is not JSON"),
        (b"\xff\xfe", "face box file is not JSON"),
        (b"[" * 50_000, "face box file is not JSON"),
        (b"{}", "face box file holds no box"),
        (b'{"h": 1, "w": 2, "x": 3}', "face box file holds no box"),
        (b"7", "face box file holds no box"),
        (b" " * 100_000, "face box file can't be read"),
    ],
)
def test_a_box_file_that_is_none_is_noted(scrape: Callable[..., Path], content: bytes, note: str) -> None:
    (portrait,), _ = read(kind="article", path=str(scrape(**{"pngs/a.png": b"1", "jsons/a.json": content})))
    assert (portrait.face, portrait.notes, portrait.problem) == (None, (note,), None)


def test_an_impossible_box_is_handed_on(scrape: Callable[..., Path]) -> None:
    box = b'{"h": 0, "w": -1, "x": NaN, "y": 1e99}'
    (portrait,), _ = read(kind="article", path=str(scrape(**{"pngs/a.png": b"1", "jsons/a.json": box})))
    assert portrait.face is not None
    assert portrait.face[1:] == (1e99, -1, 0)


def test_boxes_without_pictures_links_and_equal_ids_are_told(scrape: Callable[..., Path]) -> None:
    folder = scrape(
        **{
            "pngs/a.png": b"1",
            "pngs/a.jpg": b"2",
            "jsons/b.json": BOX,
            "jsons/7.0.json": BOX,
            "pngs/7.png": b"1",
        }
    )
    (folder / "pngs/c.png").symlink_to("/etc/hostname")
    portraits, rejects = read(kind="article", path=str(folder))
    assert [(portrait.portrait_id, portrait.problem) for portrait in portraits] == [
        ("7", None),
        ("a", None),
        ("c", Status.OUTSIDE_ROOT),
        ("b", Status.MISSING),
    ]
    assert [(reject.reason, reject.place) for reject in rejects] == [
        (RejectReason.DUPLICATE_ID, "pngs/a.png"),
        (RejectReason.DUPLICATE_ID, "jsons/7.0.json"),
    ]


def test_more_pictures_than_one_batch(scrape: Callable[..., Path]) -> None:
    files = {f"pngs/{number:04d}.png": b"" for number in range(1200)}
    boxes = {f"jsons/{number:04d}.json": b"[%d, 0, 1, 1]" % number for number in range(1200)}
    portraits, _ = read(kind="article", path=str(scrape(**files, **boxes)))
    assert [portrait.face for portrait in portraits] == [(number, 0, 1, 1) for number in range(1200)]


def test_no_pictures_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"source\.path: no pictures in .*pngs.*jsons"):
        read(kind="article", path=f"{tmp_path}/none")


def test_in_an_object_store(memory: Any) -> None:
    memory.pipe({"/faces/pngs/a.png": b"123", "/faces/jsons/a.json": BOX, "/faces/pngs/b.png": b""})
    portraits, _ = read(kind="article", path="memory://faces")
    assert [(portrait.portrait_id, portrait.size, portrait.face) for portrait in portraits] == [
        ("a", 3, (53, 84, 62, 61)),
        ("b", 0, None),
    ]
