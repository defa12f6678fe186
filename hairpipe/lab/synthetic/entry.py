"""One profile of a drawn scrape: its picture's file, sound or broken, and what is told about it."""

from __future__ import annotations

import io
from calendar import monthrange
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from hairpipe.lab.synthetic.drawing.backdrop import draw_backdrop
from hairpipe.lab.synthetic.drawing.portrait import DrawnPortrait, draw_portrait
from hairpipe.lab.synthetic.drawing.style import Gender, Style, choose_style, chosen
from hairpipe.lab.synthetic.truth import Fault, ProfileTruth, ScrapePlan

IMAGES = "images"

Row = dict[str, str | float | None]
Attributes = dict[str, str | int | None]

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
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SYLLABLES = ("ka", "mi", "ra", "to", "shi", "na", "yu", "re", "ha", "so", "ki", "mo", "ri", "ta", "no", "sa")
_NATURAL = ("black", "brown", "blonde", "gray", "white")
_NATURAL_SERIES = {"Harbour Street 12": 4, "The Long Relay": 3, "Paper Lanterns": 2, "Tin Stars": 1}
_VIVID_SERIES = {"Prism Academy": 4, "Neon Tide": 3, "Tin Stars": 2, "Paper Lanterns": 1}


def write_table_entry(
    root: Path, number: int, plan: ScrapePlan, seed: Sequence[int], fault: Fault | None
) -> tuple[Row, ProfileTruth]:
    """Write a profile's picture below ``images/`` and return its line and the truth about it.

    The seed decides figure, attributes and file format; the number is the profile's id.
    """
    drawn = draw_portrait(seed, plan.height, plan.width)
    rng = np.random.default_rng(np.random.SeedSequence((*seed, 1)))
    row: Row = {
        "id": number,
        "url": f"https://example.org/character/{number}",
        "name": made_up_name(rng),
        "image": None,
        **made_up_attributes(drawn.style, rng),
    }
    image, picture = _picture(number, drawn, plan, rng, fault)
    if image is not None:
        row["image"] = image
    if picture is not None:
        (root / IMAGES / f"{number}.{picture.ending}").write_bytes(picture.data)
    if plan.face_boxes and (fault is None or fault is Fault.IMPOSSIBLE_BOX):
        row.update(box_columns(drawn, fault, rng))
    return row, truth_of(image, fault, drawn)


def _picture(
    number: int, drawn: DrawnPortrait, plan: ScrapePlan, rng: Generator, fault: Fault | None
) -> tuple[str | None, PictureFile | None]:
    """Return how the line names the picture, and the file to be written, each where there is one."""
    match fault:
        case Fault.NO_PICTURE:
            return None, None
        case Fault.NEVER_FETCHED:
            return f"{IMAGES}/{number}.jpg", None
        case Fault.PATH_OUTSIDE:
            return "../../../../etc/hostname", None
    picture = broken_picture(fault, drawn, plan, rng) or encoded(drawn, rng)
    return f"{IMAGES}/{number}.{picture.ending}", picture


def broken_picture(
    fault: Fault | None, drawn: DrawnPortrait, plan: ScrapePlan, rng: Generator
) -> PictureFile | None:
    """Return the file of a picture that is no portrait; None where the fault isn't the file's."""
    match fault:
        case Fault.PLACEHOLDER:
            return PictureFile("gif", placeholder(plan.height, plan.width))
        case Fault.EMPTY_FILE:
            return PictureFile("jpg", b"")
        case Fault.ERROR_PAGE:
            return PictureFile("jpg", ERROR_PAGE)
        case Fault.CUT_PICTURE:
            return PictureFile("png", cut_png(drawn.image, rng))
        case Fault.NO_FIGURE:
            return PictureFile("jpg", without_figure(plan.height, plan.width, rng))
        case _:
            return None


def box_columns(drawn: DrawnPortrait, fault: Fault | None, rng: Generator) -> Row:
    """Return the face's box; an impossible one lies beyond the picture or has no width."""
    x, y, w, h = drawn.face_box
    if fault is Fault.IMPOSSIBLE_BOX:
        height, width = drawn.hair_mask.shape
        x, w = (x + 2 * width, w) if rng.random() < 0.5 else (x, 0)
        y = y + 2 * height if w else y
    return {"face_x": x, "face_y": y, "face_w": w, "face_h": h}


def truth_of(image: str | None, fault: Fault | None, drawn: DrawnPortrait) -> ProfileTruth:
    """Return what is known of a profile: nothing about its hair where it is broken."""
    if fault is not None:
        return ProfileTruth(image, fault)
    return ProfileTruth(image, None, drawn.colors, drawn.face_box)


def made_up_name(rng: Generator) -> str:
    """Return a given and a family name."""
    picks = [_SYLLABLES[index] for index in rng.integers(0, len(_SYLLABLES), 5)]
    return f"{''.join(picks[:2]).capitalize()} {''.join(picks[2:]).capitalize()}"


def made_up_attributes(style: Style, rng: Generator) -> Attributes:
    """Return a profile's attributes, some of them unknown.

    Birth years run from 1980 to 2010. Figures with unnatural hair colours tend to be born later and
    to come from other series; males tend to be taller; blue and pink hair is liked a little more.
    """
    draws = rng.random(8)
    natural = style.hair_names[0] in _NATURAL
    month = int(12 * draws[0])
    days = monthrange(1999, month + 1)[1]
    male = style.gender is Gender.MALE
    year = 1980 + int(30.999 * draws[1] ** (1.5 if natural else 0.6))
    height = round((172 if male else 159) + 7 * float(rng.standard_normal()))
    liked = 2.0 if style.hair_names[0] in ("blue", "pink") else 1.0
    return {
        "gender": style.gender.value if draws[2] < 0.92 else None,
        "birthday": f"{_MONTHS[month]} {1 + int(days * draws[3])}" if draws[4] < 0.8 else None,
        "birth_year": year if draws[5] < 0.85 else None,
        "height_cm": height if draws[6] < 0.7 else None,
        "favorites": int(liked * 20 * float(rng.pareto(1.1))),
        "series": chosen(_NATURAL_SERIES if natural else _VIVID_SERIES, draws[7]),
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
