"""What a mask model learns from: pictures whose hair is known, with their faces."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.errors import ConfigError
from hairpipe.evaluate.cases import mask_cases
from hairpipe.extract.result import Box
from hairpipe.synthetic import draw_portrait

Coverage = NDArray[np.uint8]

_DRAWN_HEIGHT, _DRAWN_WIDTH = 288, 192


@dataclass(frozen=True, eq=False)
class Example:
    """A picture whose hair is known.

    Attributes
    ----------
    image : ndarray of uint8, (H, W, 4)
        RGBA; where it is transparent, any background can be laid under it.
    hair : ndarray of uint8, (H, W)
        How much of each pixel is hair, 0 to 255.
    face : Box
    drawing : str
        What the picture was made from: pictures that share it are never divided between training
        and testing.
    """

    image: NDArray[np.uint8]
    hair: Coverage
    face: Box
    drawing: str

    @property
    def is_cutout(self) -> bool:
        """Whether it can be moved about on a background of its own."""
        return bool((self.image[..., 3] < 255).any())


def read_examples(folder: Path) -> list[Example]:
    """Return the examples of a folder's ``cutouts.csv``, or else of its ``masks.csv``.

    ``cutouts.csv`` has the columns image (a picture with alpha), hair (how much of each pixel is
    hair), drawing, and the face box x, y, w, h. For ``masks.csv`` see
    :func:`hairpipe.evaluate.cases.mask_cases`; portraits without a face box are left out.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    ConfigError
        If neither table is there, or a line names a picture that can't be read or of another size
        than its mask.
    """
    if (folder / "cutouts.csv").is_file():
        return list(_cutouts(folder / "cutouts.csv"))
    return [
        _example(case.image, case.mask, case.face, case.drawing)
        for case in mask_cases(folder)
        if case.face is not None
    ]


def drawn_example(seed: int) -> Example:
    """Return a portrait that hairpipe draws, as an example.

    Parameters
    ----------
    seed : int
        The same seed gives the same portrait.
    """
    drawn = draw_portrait(seed, _DRAWN_HEIGHT, _DRAWN_WIDTH)
    opaque = np.full(drawn.hair_mask.shape, 255, np.uint8)
    box = Box(*(float(value) for value in drawn.face_box))
    hair = np.where(drawn.hair_mask, 255, 0).astype(np.uint8)
    return Example(np.dstack([drawn.image, opaque]), hair, box, f"drawn-{seed}")


def half_of_each_drawing(examples: Sequence[Example], seed: int) -> dict[str, int]:
    """Divide the drawings into two halves at random; return each drawing's, 0 or 1.

    Parameters
    ----------
    examples : sequence of Example
    seed : int
    """
    drawings = sorted({example.drawing for example in examples})
    order = np.random.default_rng(seed).permutation(len(drawings))
    return {drawings[place]: index % 2 for index, place in enumerate(order)}


def _cutouts(table: Path) -> Iterator[Example]:
    with table.open(newline="", encoding="utf-8") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            try:
                face = Box(*(float(row[column]) for column in Box._fields))
                image, hair, drawing = table.parent / row["image"], table.parent / row["hair"], row["drawing"]
            except (KeyError, TypeError, ValueError) as error:
                raise ConfigError(
                    f"{table}, line {number}: needs image, hair, drawing and the numbers x, y, w, h."
                ) from error
            yield _example(image, hair, face, drawing)


def _example(image: Path, hair: Path, face: Box, drawing: str) -> Example:
    picture, coverage = (
        cv2.imread(str(image), cv2.IMREAD_UNCHANGED),
        cv2.imread(str(hair), cv2.IMREAD_GRAYSCALE),
    )
    if picture is None or coverage is None:
        raise ConfigError(f"{image if picture is None else hair} can't be read as a picture.")
    if picture.shape[:2] != coverage.shape:
        raise ConfigError(f"{hair} is {coverage.shape}, its picture {image} {picture.shape[:2]} pixels.")
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    to_rgba = cv2.COLOR_BGRA2RGBA if picture.shape[2] == 4 else cv2.COLOR_BGR2RGBA
    rgba = cv2.cvtColor(picture, to_rgba)
    # Hair that an ornament hides counts as little as the picture shows of it.
    return Example(np.asarray(rgba, np.uint8), np.minimum(coverage, rgba[..., 3]), face, drawing)
