"""From a row of the portraits table to its picture, read as the run that wrote the row read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hairpipe.errors import ConfigError, HairpipeError
from hairpipe.extract.decode import decode
from hairpipe.extract.result import Image
from hairpipe.extract.settings import DecodeSettings
from hairpipe.source.open import open_source
from hairpipe.source.pictures import FilePictures
from hairpipe.source.profile import Pictures
from hairpipe.source.settings import SourceSettings
from hairpipe.storage.folder import Folder, OutsideFolderError
from hairpipe.store.log.records import RunRecord, read_record


@dataclass(frozen=True)
class PictureReader:
    """Reads the pictures of one source."""

    pictures: Pictures
    settings: DecodeSettings = DecodeSettings()

    def read_bytes(self, image: str) -> bytes | None:
        """Return a picture's file, or None where it can't be read."""
        try:
            return self.pictures.read(image)
        except (OSError, OutsideFolderError):
            return None

    def read(self, image: str) -> Image | None:
        """Return a picture as RGB, or None where it can't be read."""
        data = self.read_bytes(image)
        return None if data is None else decode(data, self.settings).image


class ImageLoader:
    """The pictures of all portraits of an output, whichever run and source they came from."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._readers: dict[str, PictureReader | None] = {}

    def read(self, row: Mapping[str, Any]) -> Image | None:
        """Return a portrait's picture as RGB, or None where it can't be read.

        Parameters
        ----------
        row : mapping
            With the columns ``image`` and ``run_id`` of the portraits table.
        """
        reader = self._reader(row["run_id"])
        return None if reader is None or row["image"] is None else reader.read(row["image"])

    def read_bytes(self, row: Mapping[str, Any]) -> bytes | None:
        """Return a portrait's picture file, or None where it can't be read."""
        reader = self._reader(row["run_id"])
        return None if reader is None or row["image"] is None else reader.read_bytes(row["image"])

    def address(self, run_id: str) -> str | None:
        """Return the address of the folder that a run's pictures lie in, as a browser opens it.

        None where they are no files of this machine.
        """
        reader = self._reader(run_id)
        if reader is None or not isinstance(reader.pictures, FilePictures):
            return None
        folder = reader.pictures.folder
        return f"{Path(folder.root).as_uri()}/" if folder.is_local else None

    def _reader(self, run_id: str) -> PictureReader | None:
        if run_id not in self._readers:
            record = read_record(self._folder, run_id)
            try:
                self._readers[run_id] = None if record is None else picture_reader(record)
            except HairpipeError:
                self._readers[run_id] = None
        return self._readers[run_id]


def picture_reader(record: RunRecord) -> PictureReader:
    """Return the reader of a recorded run's pictures.

    Raises
    ------
    ConfigError
        If the record's configuration is not one that this version understands.
    """
    try:
        source: SourceSettings = TypeAdapter(SourceSettings).validate_python(record.config["source"])
        decoding = DecodeSettings.model_validate(record.config["decode"])
    except (KeyError, ValidationError) as error:
        raise ConfigError(f"the record of run {record.run_id} can't be understood: {error}") from None
    return PictureReader(open_source(source).pictures(decoding.max_bytes), decoding)
