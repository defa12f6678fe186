"""Output folders for the tests of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hairpipe.storage.folder import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return an output folder on the disk that is not there yet."""
    return Folder(tmp_path / "out")


@pytest.fixture
def memory_folder(request: pytest.FixtureRequest) -> Iterator[Folder]:
    """Return an empty output folder in fsspec's object store in memory."""
    folder = Folder(f"memory://{request.node.name.replace('[', '-').replace(']', '')}")
    yield folder
    folder.delete_tree("")
