"""The picture files of a drawn scrape, sound and broken."""

from __future__ import annotations

import io
from typing import NamedTuple

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from hairpipe.lab.synthetic.drawing.backdrop import draw_backdrop
from hairpipe.lab.synthetic.drawing.portrait import DrawnPortrait
from hairpipe.lab.synthetic.drawing.style import choose_style, chosen

ERROR_PAGE = b"<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not Found</body></html>\n"
# How often each comes.
_FORMATS = {
    "jpg": 0.60,
    "png": 0.14,
    "webp": 0.14,
    "jpeg": 0.05,
    "gif": 0.04,
    "png, background transparent": 0.03,
}
_OPTIONS = {
    "jpg": (cv2.IMWRITE_JPEG_QUALITY, 92),
    "jpeg": (cv2.IMWRITE_JPEG_QUALITY, 92),
    "png": (cv2.IMWRITE_PNG_COMPRESSION, 1),
    "webp": (cv2.IMWRITE_WEBP_QUALITY, 90),
}


class PictureFile(NamedTuple):
    """A picture's bytes and the ending of its name."""

    ending: str
    data: bytes


def encoded(drawn: DrawnPortrait, rng: Generator) -> PictureFile:
    """Return a portrait in one of the formats a scrape delivers."""
    match chosen(_FORMATS, rng.random()):
        case "gif":
            few_colors = Image.fromarray(drawn.image).quantize(128, method=Image.Quantize.FASTOCTREE)
            return PictureFile("gif", _gif(few_colors))
        case "png, background transparent":
            alpha = np.where(drawn.figure_mask, np.uint8(255), np.uint8(0))
            return PictureFile("png", _written("png", np.dstack([drawn.image[..., ::-1], alpha])))
        case ending:
            return PictureFile(ending, _written(ending, drawn.image[..., ::-1]))


def jpeg(image: NDArray[np.uint8]) -> bytes:
    """Return an RGB picture as JPEG."""
    return _written("jpg", image[..., ::-1])


def png(image: NDArray[np.uint8]) -> bytes:
    """Return an RGB picture as PNG."""
    return _written("png", image[..., ::-1])


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


def without_figure(height: int, width: int, rng: Generator) -> bytes:
    """Return a JPEG of a background alone."""
    return jpeg(draw_backdrop(height, width, choose_style(rng), rng))


def cut_png(image: NDArray[np.uint8], rng: Generator) -> bytes:
    """Return the PNG of a picture whose download broke off."""
    data = png(image)
    return data[: int(len(data) * rng.uniform(0.2, 0.8))]


def _written(ending: str, picture: NDArray[np.uint8]) -> bytes:
    _, data = cv2.imencode(f".{ending}", picture, _OPTIONS[ending])
    return data.tobytes()


def _gif(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "GIF")
    return buffer.getvalue()
