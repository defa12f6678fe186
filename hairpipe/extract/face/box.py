"""Face boxes: which are possible, which of several counts, and where their middle is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hairpipe.extract.result import Box, Face

# Rows and columns of a picture.
Window = tuple[slice, slice]

# A box with less of its area than this in the picture belongs to another picture.
MIN_VISIBLE = 0.5

# The box that meets those of found faces best, over 182 pictures of a scraped character database:
# in the middle across, at this part of the height, and with a side of this part of the lesser
# dimension. Its score is the part of the pictures where the two overlap by more than half.
_PRIOR_HEIGHT = 0.44
_PRIOR_SIDE = 0.48
_PRIOR_SCORE = 0.48
# What the tables' ``face_source`` says of it.
PRIOR = "prior"
# And of a face that the learned method saw itself.
NETWORK = "network"


@dataclass(frozen=True)
class Detection:
    """A face that a detector sees: its box in pixels and how sure the detector is, 0 to 1."""

    box: Box
    score: float


def box_problem(box: Box, width: int, height: int) -> str | None:
    """Return why a box can't be a face in a picture of this size, in a few words, or None.

    Parameters
    ----------
    box : Box
        In pixels; may hold any numbers.
    """
    shown = f"({', '.join(f'{value:g}' for value in box)})"
    if not all(math.isfinite(value) for value in box):
        return f"face box {shown} holds a value that is no number"
    if box.w < 1 or box.h < 1:
        return f"face box {shown} has no area"
    visible_width = min(box.x + box.w, width) - max(box.x, 0)
    visible_height = min(box.y + box.h, height) - max(box.y, 0)
    visible = max(visible_width, 0) * max(visible_height, 0)
    if visible < MIN_VISIBLE * box.w * box.h:
        return f"face box {shown} lies outside the picture of {width}x{height}"
    return None


def box_at(size: tuple[int, int], box: Box, image_size: tuple[int, int]) -> Box:
    """Return a box of a picture of `image_size`, (height, width), in the pixels of another size."""
    down, across = size[0] / image_size[0], size[1] / image_size[1]
    return Box(box.x * across, box.y * down, box.w * across, box.h * down)


def middle_of(box: Box, width: int, height: int) -> Window:
    """Return the rows and columns of the middle half of a possible box, in both directions.

    At least one pixel, and only pixels of the picture.
    """

    def span(start: float, size: float, limit: int) -> slice:
        first = min(max(math.floor(start + size / 4), 0), limit - 1)
        return slice(first, max(first + 1, min(math.ceil(start + 3 * size / 4), limit)))

    return span(box.y, box.h, height), span(box.x, box.w, width)


def main_box(boxes: Sequence[Box], width: int, height: int) -> int:
    """Return the index of the largest central box.

    The area counts, less the farther the box's middle is from the picture's: in full at the
    picture's middle, not at all in its corners.

    Parameters
    ----------
    boxes : sequence of Box
        At least one.
    """

    def prominence(box: Box) -> float:
        off_x, off_y = box.x + box.w / 2 - width / 2, box.y + box.h / 2 - height / 2
        off_center = math.hypot(off_x, off_y) / math.hypot(width / 2, height / 2)
        return box.w * box.h * max(0.0, 1 - off_center)

    return max(range(len(boxes)), key=lambda index: prominence(boxes[index]))


def prior_face(width: int, height: int) -> Face:
    """Return the face that a portrait of this size has most likely, whatever it shows.

    Its source is ``prior``, and its score is how often such a box fits.

    Parameters
    ----------
    width, height : int
        Of the picture, at least 1.
    """
    side = _PRIOR_SIDE * min(width, height)
    top = min(max(_PRIOR_HEIGHT * height - side / 2, 0), height - side)
    return Face(Box((width - side) / 2, top, side, side), PRIOR, _PRIOR_SCORE, count=0)


# What to make of a picture of this width and height where no face was found.
FALLBACKS: Mapping[str, Callable[[int, int], Face | None]] = MappingProxyType(
    {"none": lambda width, height: None, "prior": prior_face}
)
