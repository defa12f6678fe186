"""InFlightMarker: what a batch remembers of the attempt before."""

from __future__ import annotations

from pathlib import Path

import fsspec
import pytest

from hairpipe.run.worker.in_flight import InFlight, InFlightMarker, marker_path, read_marker
from hairpipe.storage.folder import Folder


@pytest.fixture(params=["local", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    if request.param == "local":
        return Folder(str(tmp_path))
    fsspec.filesystem("memory").store.clear()
    return Folder("memory://out")


def test_an_attempt_that_ends_well_leaves_nothing(folder: Folder) -> None:
    marker = InFlightMarker(folder, "u1")
    marker.looking_at(3)
    marker.looking_at(None)
    marker.clear()
    assert read_marker(folder, "u1") is None


def test_the_next_attempt_suspects_what_was_being_looked_at(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path))
    first = InFlightMarker(folder, "u1")
    first.looking_at(2)
    second = InFlightMarker(folder, "u1")
    assert second.suspects == (2,)
    second.looking_at(5)
    assert InFlightMarker(folder, "u1").suspects == (2, 5)


def test_an_object_store_is_noted_work_by_work_from_the_second_attempt_on() -> None:
    fsspec.filesystem("memory").store.clear()
    folder = Folder("memory://out")
    InFlightMarker(folder, "u1").looking_at(2)
    assert read_marker(folder, "u1") == InFlight()
    InFlightMarker(folder, "u1").looking_at(4)
    assert read_marker(folder, "u1") == InFlight((), 4)
    assert InFlightMarker(folder, "u1").suspects == (4,)


def test_half_a_note_tells_only_that_an_attempt_began(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path))
    folder.write(marker_path("u1"), b'{"suspects": [1')
    assert read_marker(folder, "u1") == InFlight()
