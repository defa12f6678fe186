"""Bytes to pixels: limits first, then one decoder for every picture format a scrape holds."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from hairpipe.extract.result import Image
from hairpipe.extract.settings import DecodeSettings
from hairpipe.status import Status

# Formats beyond these start other programs or hold no single picture.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"RIFF", b"BM")

# What Pillow's readers are known to raise on damaged files, besides their own errors.
_DAMAGE = (OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, EOFError, OverflowError)
_DAMAGE_LOW_LEVEL = (struct.error, zlib.error)

_ORIENTATION_TAG = 0x0112


@dataclass(frozen=True, eq=False)
class Decoded:
    """A picture file after reading."""

    status: Status
    """``ok`` and `image`, or the reason why there is none: ``empty``, ``not_an_image``, ``truncated``,
    ``too_large`` or ``unreadable``."""
    image: Image | None = None
    """(H, W, 3): RGB, upright."""
    width: int | None = None
    height: int | None = None
    """Width and height are in pixels, upright; known for pictures over the limit of pixels too."""
    error: str | None = None
    """The reason in a few words."""


def decode(data: bytes, settings: DecodeSettings | None = None) -> Decoded:
    """Read a picture file; whatever is wrong with it is a status.

    The limits on bytes and pixels are checked before any pixel is decoded. The first frame of
    an animation counts, the EXIF orientation is applied, 16 bits become 8, CMYK and palettes
    become RGB, and transparent parts show the configured background.

    Parameters
    ----------
    settings : DecodeSettings, optional
        The limits and the background.
    """
    settings = settings or DecodeSettings()
    if not data:
        return Decoded(Status.EMPTY, error="the file is empty")
    if len(data) > settings.max_bytes:
        return Decoded(Status.TOO_LARGE, error=f"{len(data)} bytes, over {settings.max_bytes}")
    try:
        with warnings.catch_warnings():
            # Pillow's own warning about size; the limit here is the configured one.
            warnings.simplefilter("ignore", PillowImage.DecompressionBombWarning)
            picture = PillowImage.open(io.BytesIO(data), formats=FORMATS)
    except PillowImage.DecompressionBombError:
        return Decoded(Status.TOO_LARGE, error=f"far over {settings.max_pixels} pixels")
    except (*_DAMAGE, *_DAMAGE_LOW_LEVEL):
        return _unopened(data)
    with picture:
        orientation = _orientation(picture)
        width, height = picture.size if orientation < 5 else picture.size[::-1]
        if width * height > settings.max_pixels:
            error = f"{width}x{height} pixels, over {settings.max_pixels}"
            return Decoded(Status.TOO_LARGE, None, width, height, error)
        try:
            pixels = _rgb(picture, settings.background)
        except (*_DAMAGE, *_DAMAGE_LOW_LEVEL) as error:
            return _undecoded(error, width, height)
    return Decoded(Status.OK, _upright(pixels, orientation), width, height)


def flatten_alpha(image: NDArray[np.uint8], background: tuple[int, int, int]) -> Image:
    """Return an RGBA picture as RGB on a background; an RGB picture as it is.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3) or (H, W, 4)
        RGB or RGBA.
    background : tuple of int
        RGB under the transparent parts.
    """
    if image.shape[2] == 3:
        return image
    alpha = image[..., 3:].astype(np.uint32)
    mixed = image[..., :3] * alpha + np.array(background, np.uint32) * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)


def _unopened(data: bytes) -> Decoded:
    """Tell a damaged picture from something that never was one."""
    if not data.startswith(SIGNATURES):
        start = data[:256].lstrip().lower()
        page = start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head"))
        return Decoded(Status.NOT_AN_IMAGE, error="a web page" if page else "no known picture format")
    if len(data) < 64 or _shorter_than_declared(data):
        return Decoded(Status.TRUNCATED, error="the file ends within its header")
    return Decoded(Status.UNREADABLE, error="the picture's header is damaged")


def _shorter_than_declared(data: bytes) -> bool:
    if data.startswith(b"RIFF"):
        return len(data) < int.from_bytes(data[4:8], "little") + 8
    if data.startswith(b"\x89PNG"):
        return b"IEND" not in data[-32:]
    return data.startswith(b"\xff\xd8") and b"\xff\xd9" not in data[-32:]


def _undecoded(error: BaseException, width: int, height: int) -> Decoded:
    reason = str(error)[:200] or type(error).__name__
    cut = "truncated" in reason or "Truncated" in reason or isinstance(error, EOFError | IndexError)
    return Decoded(Status.TRUNCATED if cut else Status.UNREADABLE, None, width, height, reason)


def _orientation(picture: PillowImage.Image) -> int:
    """EXIF orientation 1 to 8; 1 where there is none or it can't be read."""
    try:
        value = picture.getexif().get(_ORIENTATION_TAG, 1)
    except (*_DAMAGE, *_DAMAGE_LOW_LEVEL):
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _rgb(picture: PillowImage.Image, background: tuple[int, int, int]) -> Image:
    if picture.mode.startswith("I"):
        # 16-bit grey: Pillow's own conversion clips instead of scaling.
        levels = np.asarray(picture).astype(np.int64)
        grey = np.clip((levels + 128) // 257, 0, 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    if picture.mode == "RGB" and "transparency" not in picture.info:
        return np.array(picture)
    if picture.has_transparency_data:
        return flatten_alpha(np.array(picture.convert("RGBA")), background)
    return np.array(picture.convert("RGB"))


def _upright(pixels: Image, orientation: int) -> Image:
    """Turn and flip pixels as the EXIF orientation asks."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
