"""What a mask model learns from: pictures whose hair is known, with what else people said of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.errors import ConfigError
from hairpipe.extract.face.box import box_problem
from hairpipe.extract.learned.judges import UNKNOWN_LENGTH
from hairpipe.extract.result import Box
from hairpipe.lab.evaluate.cases import Picture, mask_cases, read_lines, read_picture
from hairpipe.lab.synthetic import draw_portrait

Coverage = NDArray[np.uint8]

CUTOUTS, MASKS = "cutouts.csv", "masks.csv"

_DRAWN_HEIGHT, _DRAWN_WIDTH = 288, 192
# A picture of which less is transparent has only soft or rounded edges, and keeps its background.
_SEE_THROUGH, _CUT_OUT_SHARE = 250, 0.05
# Lengths that people looked for and could not tell: the hair leaves the frame, or there is none.
_UNTOLD_LENGTHS = frozenset({"cut", "none", UNKNOWN_LENGTH})
# Why no hair is to be seen, by the first of these that the note, the style or the kind of picture names.
_REASONS = (
    ("bald", re.compile(r"\b(bald|shaved)")),
    ("creature", re.compile(r"\b(creature|monster|robot|animal)")),
    (
        "covered",
        re.compile(r"\b((\w+_)?hats?|bandana|turban|\w*cap|\w*hood|\w*helmet|\w*mask|cover(s|ed|ing))\b"),
    ),
)
_NO_REASON = "nobody"


@dataclass(frozen=True)
class LabelledPicture:
    """A line of a table of pictures whose hair is known."""

    image: Path
    hair: Path
    """A picture of how much of each pixel is hair."""
    group: str
    """Pictures that share it are never divided between training and testing: the drawing, or the folder where
    that is kept whole."""
    face: Box | None = None
    cutout: bool = False
    """Whether the picture is to be laid on backgrounds."""
    presence: str = "hair"
    """One of :data:`hairpipe.extract.network.prediction.PRESENCES`."""
    names: tuple[str, ...] = ()
    """The names of the hair's colour that people accept; empty where nobody named it."""
    length: str | None = None
    """``short``, ``medium``, ``long``, or ``unknown`` where somebody looked and could not tell; None where
    nobody looked."""

    @property
    def visible(self) -> bool:
        """Whether hair is to be seen."""
        return self.presence == "hair"


@dataclass(frozen=True, eq=False)
class Example:
    """A picture in memory whose hair is known."""

    image: NDArray[np.uint8]
    """(H, W, 4). RGBA; where it is transparent, any background can be laid under it."""
    hair: Coverage
    """(H, W). How much of each pixel is hair, 0 to 255."""
    face: Box | None
    """Where the face is, or probably is."""
    group: str
    face_certain: bool = True
    """Whether the network may learn from `face` where faces are."""
    presence: str = "hair"
    """One of :data:`hairpipe.extract.network.prediction.PRESENCES`."""

    @property
    def is_cutout(self) -> bool:
        """Whether it can be moved about on a background of its own."""
        return bool((self.image[..., 3] < _SEE_THROUGH).mean() > _CUT_OUT_SHARE)


def read_table(folder: Path, *, whole: bool = False) -> list[LabelledPicture]:
    """Return the pictures of a ``cutouts.csv``, or else of a ``masks.csv``; all are of one group if `whole`.

    ``cutouts.csv`` has the columns image (a picture with alpha), hair (how much of each pixel is hair) and
    drawing. For ``masks.csv`` see :func:`hairpipe.lab.evaluate.cases.mask_cases`; where its column visible
    says ``no``, the reason is read from the columns note, style and kind. In both, the face box x, y, w, h
    may be empty. ConfigError if neither table is there, or a line lacks a column or names no file.
    """
    rows = _cutouts(folder / CUTOUTS) if (folder / CUTOUTS).is_file() else _masks(folder)
    group = str(folder.resolve())
    return [replace(picture, group=group) if whole else picture for picture in rows]


def presence_of(visible: str, words: str) -> str:
    """Return what the network is to say of a picture: of one not ``visible``, what people's words say."""
    if visible != "no":
        return "hair"
    matches = (reason for reason, pattern in _REASONS if pattern.search(words.lower()))
    return next(matches, _NO_REASON)


def load_example(picture: LabelledPicture, most_pixels: int) -> Example:
    """Return a picture and its hair, shrunk where they have too many pixels.

    ConfigError if a file can't be read, or the two differ in size.
    """
    rgba, coverage = _read_rgba(picture.image), _decoded(read_picture(picture.hair), cv2.IMREAD_GRAYSCALE)
    if coverage is None:
        raise ConfigError(f"{picture.hair} can't be read as a mask; save it as PNG.")
    if rgba.shape[:2] != coverage.shape:
        raise ConfigError(
            f"{picture.hair} is {coverage.shape[1]}x{coverage.shape[0]} pixels, its picture {picture.image} "
            f"{rgba.shape[1]}x{rgba.shape[0]}; make them alike."
        )
    height, width = coverage.shape
    problem = None if picture.face is None else box_problem(picture.face, width, height)
    if problem is not None:
        raise ConfigError(f"{picture.image}: {problem}; correct its line in the table.")
    # Hair that an ornament hides counts as little as the picture shows of it.
    hair = np.asarray(np.minimum(coverage, rgba[..., 3]), np.uint8)
    shrink = float(np.sqrt(most_pixels / hair.size))
    face = picture.face
    if shrink < 1:
        size = max(1, round(width * shrink)), max(1, round(height * shrink))
        rgba = np.asarray(cv2.resize(rgba, size, interpolation=cv2.INTER_AREA), np.uint8)
        hair = np.asarray(cv2.resize(hair, size, interpolation=cv2.INTER_AREA), np.uint8)
        face = None if face is None else Box(*(value * shrink for value in face))
    return Example(rgba, hair, face, picture.group, presence=picture.presence)


def drawn_example(seed: int) -> Example:
    """Return a portrait that hairpipe draws, as an example."""
    drawn = draw_portrait(seed, _DRAWN_HEIGHT, _DRAWN_WIDTH)
    opaque = np.full(drawn.hair_mask.shape, 255, np.uint8)
    hair = np.where(drawn.hair_mask, 255, 0).astype(np.uint8)
    return Example(np.dstack([drawn.image, opaque]), hair, Box(*map(float, drawn.face_box)), f"drawn-{seed}")


def _cutouts(table: Path) -> Iterator[LabelledPicture]:
    for line in read_lines(table):
        image, hair = table.parent / line.cell("image"), table.parent / line.cell("hair")
        yield LabelledPicture(image, hair, line.cell("drawing"), line.face(whole=True), cutout=True)


def _masks(folder: Path) -> Iterator[LabelledPicture]:
    for case in mask_cases(folder):
        remarks = case.remarks
        words = " ".join(remarks.get(column) or "" for column in ("note", "style", "kind"))
        yield LabelledPicture(
            image=case.image,
            hair=case.mask,
            group=case.drawing,
            face=case.face,
            presence=presence_of(remarks.get("visible") or "", words),
            names=case.accepted,
            length=case.length or (UNKNOWN_LENGTH if remarks.get("length") in _UNTOLD_LENGTHS else None),
        )


def _decoded(picture: Picture, how: int) -> NDArray[Any] | None:
    """Return a picture that is within the limits, as OpenCV reads it; None where OpenCV can't."""
    return cv2.imdecode(np.frombuffer(picture.data, np.uint8), how)


def _read_rgba(path: Path) -> NDArray[np.uint8]:
    picture = read_picture(path)
    raw = _decoded(picture, cv2.IMREAD_UNCHANGED)
    if raw is None or raw.ndim == 2 or raw.shape[2] < 4:
        # Nothing is transparent: as the job reads it.
        return np.dstack([picture.image, np.full(picture.image.shape[:2], 255, np.uint8)])
    if raw.dtype == np.uint16:
        raw = raw // 257
    return np.asarray(cv2.cvtColor(raw.astype(np.uint8), cv2.COLOR_BGRA2RGBA), np.uint8)
