"""One portrait of an evaluation: read, extracted, and what that cost."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from hairpipe.errors import ConfigError
from hairpipe.extract.decode import decode
from hairpipe.extract.extract import extract_hair
from hairpipe.extract.result import Box, Extraction, Image
from hairpipe.extract.settings import DecodeSettings, Settings
from hairpipe.storage.picture_file import read_picture_file


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture in memory, and the processor time in milliseconds that reading it took."""

    image: Image
    milliseconds: float


@dataclass(frozen=True, eq=False)
class Measured:
    """An extraction, and the processor time in milliseconds that it took, decoding apart."""

    extraction: Extraction
    milliseconds: float


def read_picture(path: Path, settings: DecodeSettings | None = None) -> Picture:
    """Read a labelled picture.

    Raises
    ------
    ConfigError
        If it can't be read.
    """
    try:
        data = read_picture_file(path, (settings or DecodeSettings()).max_bytes)
    except OSError as error:
        raise ConfigError(f"{path} can't be read ({error.strerror}); leave it out of the table") from None
    start = time.process_time()
    decoded = decode(data, settings)
    spent = time.process_time() - start
    if decoded.image is None:
        raise ConfigError(f"{path} can't be read ({decoded.error}); leave it out of the table")
    return Picture(decoded.image, 1e3 * spent)


def measured_extraction(image: Image, face: Box | None, settings: Settings) -> Measured:
    """Extract the hair of a picture, and say what it took; without a box, finding one included."""
    start = time.process_time()
    extraction = extract_hair(image, face, settings)
    return Measured(extraction, 1e3 * (time.process_time() - start))
