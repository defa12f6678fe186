"""One picture, from bytes to what is known of it: the boundary past which nothing is raised."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from hairpipe.errors import HairpipeError
from hairpipe.extract.decode import Decoded, decode
from hairpipe.extract.extract import extract_hair
from hairpipe.extract.result import Extraction, Face
from hairpipe.extract.settings import Settings
from hairpipe.plan.context import Rate
from hairpipe.plan.tasks import ImageTask
from hairpipe.source.profile import Pictures, Portrait
from hairpipe.status import Status
from hairpipe.storage.folder import OutsideFolderError
from hairpipe.storage.picture_file import PictureTooLargeError


@dataclass(frozen=True)
class ImageResult:
    """What looking at a picture gave."""

    status: Status
    error: str | None = None
    """Why the status is not ok, in a few words."""
    digest: str | None = None
    """SHA-256 of the picture's bytes, where they could be read."""
    width: int | None = None
    height: int | None = None
    """Width and height are in pixels, where the picture could be decoded."""
    extraction: Extraction | None = None
    """None where there was no picture to extract from."""
    quality: float | None = None
    """Of the extraction, by the user's own quality model or else by the method."""
    seconds: float = 0.0
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    """Where they went: read, decode, extract."""


def process_image(
    task: ImageTask, pictures: Pictures, settings: Settings, rate: Rate | None = None
) -> ImageResult:
    """Read, decode, extract and rate one picture; whatever goes wrong with it is a status.

    Parameters
    ----------
    pictures : Pictures
        Reader of the source's pictures.
    rate : callable, optional
        The user's own quality model.

    Raises
    ------
    HairpipeError
        If the source's disk or store can't be had, or what the settings name.
    """
    portrait = task.portraits[0]
    if portrait.problem is not None:
        return ImageResult(portrait.problem, portrait.detail)
    if task.placeholder:
        return ImageResult(Status.PLACEHOLDER, "many profiles share this picture", digest=task.known_digest)
    if portrait.size is not None and portrait.size > settings.decode.max_bytes:
        return ImageResult(Status.TOO_LARGE, f"{portrait.size} bytes, over {settings.decode.max_bytes}")
    started = time.perf_counter()
    try:
        return _result_of(task, portrait, pictures, settings, rate, started)
    except HairpipeError:
        # The store is out of reach, or the detector can't be had: that is no word on the picture.
        raise
    except MemoryError:
        return ImageResult(Status.OUT_OF_MEMORY, "ran out of memory", seconds=time.perf_counter() - started)
    except Exception as error:  # noqa: BLE001  the per-portrait boundary: one bad picture costs one row
        reason = f"{type(error).__name__}: {error}"[:300]
        return ImageResult(Status.ERROR, reason, seconds=time.perf_counter() - started)


def _result_of(
    task: ImageTask,
    portrait: Portrait,
    pictures: Pictures,
    settings: Settings,
    rate: Rate | None,
    started: float,
) -> ImageResult:
    try:
        data = pictures.read(portrait.image or "")
    except FileNotFoundError:
        return ImageResult(Status.MISSING, "no such file")
    except OutsideFolderError:
        return ImageResult(Status.OUTSIDE_ROOT, "the path leaves the scrape's folder")
    except PictureTooLargeError as error:
        return ImageResult(Status.TOO_LARGE, error.strerror)
    except OSError as error:
        return ImageResult(Status.UNREADABLE, error.strerror or type(error).__name__)
    read = time.perf_counter()
    digest = hashlib.sha256(data).hexdigest()
    decoded = decode(data, settings.decode)
    done_decoding = time.perf_counter()
    stages = {"read": read - started, "decode": done_decoding - read}
    if decoded.image is None and portrait.size not in (None, len(data)):
        # The disk's fault, perhaps, or still being written: another run may see all of it.
        decoded = Decoded(Status.UNREADABLE, error=f"{len(data)} bytes were read, {portrait.size} listed")
    if decoded.image is None:
        seconds = done_decoding - started
        return ImageResult(
            decoded.status,
            decoded.error,
            digest,
            decoded.width,
            decoded.height,
            seconds=seconds,
            stage_seconds=stages,
        )
    known: Face | tuple[float, float, float, float] | None = portrait.face
    if known is None and task.known_digest == digest:
        known = task.known_face
    extraction = extract_hair(decoded.image, known, settings)
    quality = extraction.quality if rate is None else rate(extraction)
    ended = time.perf_counter()
    return ImageResult(
        status=extraction.status,
        error=extraction.error,
        digest=digest,
        width=decoded.width,
        height=decoded.height,
        extraction=extraction,
        quality=quality,
        seconds=ended - started,
        stage_seconds={**stages, "extract": ended - done_decoding},
    )
