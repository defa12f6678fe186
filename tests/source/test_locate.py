from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairpipe.source.listing import listing_of
from hairpipe.source.locate import locate
from hairpipe.status import Status
from hairpipe.storage.folder import Folder


@pytest.fixture
def images(tmp_path: Path) -> Path:
    (tmp_path / "characters/6").mkdir(parents=True)
    for name in ("1.jpg", "characters/6/2.jpg", "ミク 3.jpg"):
        (tmp_path / name).write_bytes(b"123")
    return tmp_path


@pytest.mark.parametrize(
    ("reference", "image"),
    [
        ("1.jpg", "1.jpg"),
        ("https://cdn.example.org/images/characters/6/1.jpg?s=4#top", "1.jpg"),
        ("http://cdn.example.org/characters/6/2.jpg", "characters/6/2.jpg"),
        ("https://example.org/%E3%83%9F%E3%82%AF%203.jpg", "ミク 3.jpg"),
    ],
)
def test_files_and_addresses_of_fetched_files(images: Path, reference: str, image: str) -> None:
    found = locate(reference, listing_of(Folder(images)))
    assert (found.image, found.problem, found.size) == (image, None, 3)
    assert found.version is not None


@pytest.mark.parametrize(
    ("reference", "status"),
    [
        (None, Status.NO_IMAGE),
        ("2.jpg", Status.MISSING),
        ("https://example.org/9.jpg", Status.MISSING),
        ("https://[broken", Status.MISSING),
        ("https://example.org/", Status.MISSING),
        ("x" * 10_000, Status.MISSING),
        ("data:image/png;base64," + "A" * 9000, Status.MISSING),
        ("half \ud800", Status.MISSING),
        ("../1.jpg", Status.OUTSIDE_ROOT),
        ("/etc/hostname", Status.OUTSIDE_ROOT),
        ("file:///etc/hostname", Status.OUTSIDE_ROOT),
        ("https://example.org/%2e%2e/%2e%2e/etc/hostname", Status.OUTSIDE_ROOT),
    ],
)
def test_what_can_not_be_read_has_a_reason(images: Path, reference: str | None, status: Status) -> None:
    found = locate(reference, listing_of(Folder(images)))
    assert found.problem is status
    assert found.detail
    assert found.size is None


def test_a_picture_never_fetched_is_told_by_the_name_it_should_have(images: Path) -> None:
    detail = locate("https://example.org/a/9.jpg", listing_of(Folder(images))).detail
    assert detail == "never fetched, no file 9.jpg"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec=None)) | st.text().map("https://e.org/{}".format))
def test_any_text_has_a_place_or_a_reason_that_can_be_stored(images: Path, reference: str) -> None:
    found = locate(reference, listing_of(Folder(images)))
    assert (found.problem is None) == (found.size is not None)
    assert (found.image or "").encode() is not None
