"""From a row of the portraits table to its picture, read as the run that wrote the row read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hairpipe.errors import HairpipeError
from hairpipe.extract.decode import decode
from hairpipe.extract.result import Image
from hairpipe.extract.settings import DecodeSettings
from hairpipe.source.open import open_source
from hairpipe.source.pictures import FilePictures
from hairpipe.source.profile import Pictures
from hairpipe.source.settings import SourceSettings
from hairpipe.storage.folder import Folder, OutsideFolderError
from hairpipe.store.log.records import RunRecord, read_record


class ImageLoader:
    """The pictures of all portraits of an output, whichever run and source they came from."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._readers: dict[str, tuple[Pictures, DecodeSettings] | None] = {}

    def read(self, row: Mapping[str, Any]) -> Image | None:
        """Return a row's picture, by its `image` and `run_id`, as RGB; None where it can't be read."""
        data, reader = self.read_bytes(row), self._reader(row["run_id"])
        return None if data is None or reader is None else decode(data, reader[1]).image

    def read_bytes(self, row: Mapping[str, Any]) -> bytes | None:
        """Return a portrait's picture file, or None where it can't be read."""
        reader = self._reader(row["run_id"])
        if reader is None or row["image"] is None:
            return None
        try:
            return reader[0].read(row["image"])
        except (OSError, OutsideFolderError):
            return None

    def address(self, run_id: str) -> str | None:
        """Return the address of the folder that a run's pictures lie in, as a browser opens it.

        None where they are no files of this machine.
        """
        reader = self._reader(run_id)
        if reader is None or not isinstance(reader[0], FilePictures):
            return None
        folder = reader[0].folder
        return f"{Path(folder.root).as_uri()}/" if folder.is_local else None

    def _reader(self, run_id: str) -> tuple[Pictures, DecodeSettings] | None:
        """Return a run's pictures and how it decoded them; None where its record does not tell."""
        if run_id not in self._readers:
            record = read_record(self._folder, run_id)
            self._readers[run_id] = None if record is None else _reader_of(record)
        return self._readers[run_id]


def _reader_of(record: RunRecord) -> tuple[Pictures, DecodeSettings] | None:
    try:
        source: SourceSettings = TypeAdapter(SourceSettings).validate_python(record.config["source"])
        decoding = DecodeSettings.model_validate(record.config["decode"])
        return open_source(source).pictures(decoding.max_bytes), decoding
    except (KeyError, ValidationError, HairpipeError):
        return None
