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
    """A picture, its file's bytes, and the processor time in milliseconds that decoding took."""

    image: Image
    data: bytes
    milliseconds: float


def read_picture(path: Path, settings: DecodeSettings | None = None) -> Picture:
    """Read a labelled picture, within the limits of a job; ConfigError if it can't be read."""
    data = picture_bytes(path, settings)
    start = time.process_time()
    decoded = decode(data, settings)
    spent = time.process_time() - start
    if decoded.image is None:
        raise ConfigError(f"{path} can't be read ({decoded.error}); leave it out")
    return Picture(decoded.image, data, 1e3 * spent)


def picture_bytes(path: Path, settings: DecodeSettings | None = None) -> bytes:
    """Return the bytes of a labelled picture's file; ConfigError if they can't be read."""
    try:
        return read_picture_file(path, (settings or DecodeSettings()).max_bytes)
    except OSError as error:
        raise ConfigError(f"{path} can't be read ({error.strerror}); leave it out") from None


def measured_extraction(image: Image, face: Box | None, settings: Settings) -> tuple[Extraction, float]:
    """Return the hair of a picture, and what that took, finding a face included, in milliseconds."""
    start = time.process_time()
    extraction = extract_hair(image, face, settings)
    return extraction, 1e3 * (time.process_time() - start)
