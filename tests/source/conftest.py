"""What the tests of the sources share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pydantic
import pytest
from hypothesis import settings

from hairpipe.source.open import open_source, with_types
from hairpipe.source.profile import Portrait, Reject, Source
from hairpipe.source.settings import SourceSettings

# A busy machine is no failure.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")


def source_of(**section: Any) -> Source:
    """Return the source that a configuration's ``source`` section describes."""
    return open_source(pydantic.TypeAdapter(SourceSettings).validate_python(section))


def read(**section: Any) -> tuple[list[Portrait], list[Reject]]:
    """Return the portraits and the rejects of a source."""
    settings = pydantic.TypeAdapter(SourceSettings).validate_python(section)
    items = list(open_source(with_types(settings, {})[0]).portraits())
    portraits = [item for item in items if isinstance(item, Portrait)]
    return portraits, [item for item in items if isinstance(item, Reject)]


def json_lines(*rows: Any) -> bytes:
    """Return rows as JSON Lines; bytes are taken as a line as it is."""
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


@pytest.fixture
def scrape(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes files, by name and content, and returns their folder."""

    def write(**files: bytes) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return tmp_path

    return write


@pytest.fixture
def memory() -> Iterator[Any]:
    """Yield fsspec's file system in memory, empty; it stands for any object store."""
    filesystem = fsspec.filesystem("memory")
    filesystem.store.clear()
    filesystem.pseudo_dirs[:] = [""]
    yield filesystem
    filesystem.store.clear()
