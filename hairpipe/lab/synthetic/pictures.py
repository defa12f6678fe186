"""The picture files of a drawn scrape, sound and broken."""

from __future__ import annotations

import io
from collections.abc import Callable
from types import MappingProxyType
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hairpipe.lab.synthetic.drawing.backdrop import draw_backdrop
from hairpipe.lab.synthetic.drawing.portrait import DrawnPortrait
from hairpipe.lab.synthetic.drawing.style import choose_style, chosen

ERROR_PAGE = b"<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not Found</body></html>\n"


class PictureFile(NamedTuple):
    """A picture's bytes and the ending of its name."""

    ending: str
    data: bytes


def encoded(drawn: DrawnPortrait, rng: np.random.Generator) -> PictureFile:
    """Return a portrait in one of the formats a scrape delivers."""
    return chosen(_FORMATS, rng.random())(drawn)


def jpeg(image: NDArray[np.uint8]) -> bytes:
    """Return an RGB picture as JPEG."""
    return _written(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])


def png(image: NDArray[np.uint8]) -> bytes:
    """Return an RGB picture as PNG."""
    return _written(".png", image[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])


def placeholder(height: int, width: int) -> bytes:
    """Return the GIF that stands in for a picture nobody has uploaded: a grey figure with a question mark."""
    canvas = np.full((height, width), 214, np.uint8)
    unit = width / 10
    x, y = width // 2, int(0.4 * height)
    shoulders = (round(4 * unit), round(0.35 * height))
    cv2.circle(canvas, (x, y), round(2.4 * unit), 170, -1, cv2.LINE_AA)
    cv2.ellipse(canvas, (x, height), shoulders, 0, 0, 360, 170, -1, cv2.LINE_AA)
    corner, thickness = (x - round(unit), y + round(unit)), max(1, round(unit / 4))
    cv2.putText(canvas, "?", corner, cv2.FONT_HERSHEY_SIMPLEX, unit / 10, 230, thickness, cv2.LINE_AA)
    return _gif(Image.fromarray(canvas))


def without_figure(height: int, width: int, rng: np.random.Generator) -> bytes:
    """Return a JPEG of a background alone."""
    return jpeg(draw_backdrop(height, width, choose_style(rng), rng))


def cut_png(image: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    """Return the PNG of a picture whose download broke off."""
    data = png(image)
    return data[: int(len(data) * rng.uniform(0.2, 0.8))]


def _as_jpg(drawn: DrawnPortrait) -> PictureFile:
    return PictureFile("jpg", jpeg(drawn.image))


def _as_jpeg(drawn: DrawnPortrait) -> PictureFile:
    return PictureFile("jpeg", jpeg(drawn.image))


def _as_png(drawn: DrawnPortrait) -> PictureFile:
    return PictureFile("png", png(drawn.image))


def _as_cutout(drawn: DrawnPortrait) -> PictureFile:
    """Return a PNG with the background transparent."""
    alpha = np.where(drawn.figure_mask, np.uint8(255), np.uint8(0))
    picture = np.dstack([drawn.image[..., ::-1], alpha])
    return PictureFile("png", _written(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 1]))


def _as_webp(drawn: DrawnPortrait) -> PictureFile:
    return PictureFile("webp", _written(".webp", drawn.image[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, 90]))


def _as_gif(drawn: DrawnPortrait) -> PictureFile:
    palette_picture = Image.fromarray(drawn.image).quantize(128, method=Image.Quantize.FASTOCTREE)
    return PictureFile("gif", _gif(palette_picture))


_FORMATS: MappingProxyType[Callable[[DrawnPortrait], PictureFile], float] = MappingProxyType(
    {_as_jpg: 0.60, _as_png: 0.14, _as_webp: 0.14, _as_jpeg: 0.05, _as_gif: 0.04, _as_cutout: 0.03}
)


def _written(ending: str, picture: NDArray[np.uint8], options: list[int]) -> bytes:
    _, data = cv2.imencode(ending, picture, options)
    return data.tobytes()


def _gif(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "GIF")
    return buffer.getvalue()
