"""One profile of a drawn scrape: its picture's file and what is told about it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np

from hairpipe.lab.synthetic.attributes import made_up_attributes, made_up_name
from hairpipe.lab.synthetic.drawing.portrait import DrawnPortrait, draw_portrait
from hairpipe.lab.synthetic.pictures import (
    ERROR_PAGE,
    PictureFile,
    cut_png,
    encoded,
    placeholder,
    png,
    without_figure,
)
from hairpipe.lab.synthetic.truth import Fault, ProfileTruth, ScrapePlan

IMAGES = "images"

Row = dict[str, str | int | None]

# What the file of a broken picture is called.
_ENDINGS: Mapping[Fault, str] = MappingProxyType(
    {
        Fault.PLACEHOLDER: "gif",
        Fault.EMPTY_FILE: "jpg",
        Fault.ERROR_PAGE: "jpg",
        Fault.CUT_PICTURE: "png",
        Fault.NO_FIGURE: "jpg",
    }
)


def write_table_entry(
    root: Path, number: int, plan: ScrapePlan, seed: Sequence[int], fault: Fault | None
) -> tuple[Row, ProfileTruth]:
    """Write a profile's picture below ``images/`` and return its line and the truth about it.

    Parameters
    ----------
    root : Path
        The scrape's folder.
    number : int
        The profile's id.
    plan : ScrapePlan
        The scrape's plan: size and columns.
    seed : sequence of int
        Decides figure, attributes and file format.
    fault : Fault or None
        What is to be wrong with the profile.
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
        row.update(_box_columns(drawn, fault, rng))
    return row, _truth(image, fault, drawn)


def write_article_entry(
    root: Path, index: int, plan: ScrapePlan, fault: Fault | None
) -> tuple[str, ProfileTruth]:
    """Write a portrait and its box below ``pngs/`` and ``jsons/``; return the file's stem and the truth."""
    drawn = draw_portrait((plan.seed, index), plan.height, plan.width)
    rng = np.random.default_rng(np.random.SeedSequence((plan.seed, index, 1)))
    stem = f"{made_up_name(rng).replace(' ', '-')}-{index:03d}"
    broken = _broken_picture(fault, drawn, plan, rng) if fault in _ENDINGS else None
    data = png(drawn.image) if broken is None else broken
    (root / "pngs" / f"{stem}.png").write_bytes(data)
    box = {key.removeprefix("face_"): value for key, value in _box_columns(drawn, fault, rng).items()}
    (root / "jsons" / f"{stem}.json").write_text(json.dumps(box, sort_keys=True), encoding="utf-8")
    return stem, _truth(f"pngs/{stem}.png", fault, drawn)


def _picture(
    number: int, drawn: DrawnPortrait, plan: ScrapePlan, rng: np.random.Generator, fault: Fault | None
) -> tuple[str | None, PictureFile | None]:
    """Return how the line names the picture, and the file to be written, each where there is one."""
    match fault:
        case Fault.NO_PICTURE:
            return None, None
        case Fault.NEVER_FETCHED:
            return f"{IMAGES}/{number}.jpg", None
        case Fault.PATH_OUTSIDE:
            return "../../../../etc/hostname", None
        case None | Fault.IMPOSSIBLE_BOX:
            picture = encoded(drawn, rng)
        case _:
            picture = PictureFile(_ENDINGS[fault], _broken_picture(fault, drawn, plan, rng))
    return f"{IMAGES}/{number}.{picture.ending}", picture


def _broken_picture(
    fault: Fault | None, drawn: DrawnPortrait, plan: ScrapePlan, rng: np.random.Generator
) -> bytes:
    match fault:
        case Fault.PLACEHOLDER:
            return placeholder(plan.height, plan.width)
        case Fault.ERROR_PAGE:
            return ERROR_PAGE
        case Fault.CUT_PICTURE:
            return cut_png(drawn.image, rng)
        case Fault.NO_FIGURE:
            return without_figure(plan.height, plan.width, rng)
        case _:
            return b""


def _box_columns(drawn: DrawnPortrait, fault: Fault | None, rng: np.random.Generator) -> Row:
    """Return the face's box; an impossible one lies beyond the picture or has no width."""
    x, y, w, h = drawn.face_box
    if fault is Fault.IMPOSSIBLE_BOX:
        height, width = drawn.hair_mask.shape
        x, w = (x + 2 * width, w) if rng.random() < 0.5 else (x, 0)
        y = y + 2 * height if w else y
    return {"face_x": x, "face_y": y, "face_w": w, "face_h": h}


def _truth(image: str | None, fault: Fault | None, drawn: DrawnPortrait) -> ProfileTruth:
    if fault is not None:
        return ProfileTruth(image, fault)
    return ProfileTruth(image, None, drawn.colors, drawn.face_box)
