"""Where the face is small in the picture, the part of it that is worth a closer look.

The network sees a picture at one small size, and was taught portraits: on a full body the head is a few
of its pixels. The part round the face looks like a portrait again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.result import Box

# How much round the face belongs to the close-up, in heights and widths of the face box: tall and wide
# hair above and beside it, and hair down to the hips.
_ABOVE, _BELOW, _BESIDE = 1.2, 2.8, 1.2
# A close-up of more than this part of the picture would show little that the picture doesn't.
_LARGEST = 0.7

Kind = TypeVar("Kind", bound=np.generic)


@dataclass(frozen=True)
class Window:
    """A part of a picture, in whole pixels.

    Attributes
    ----------
    top, bottom, left, right : int
        The last row and column are `bottom` - 1 and `right` - 1.
    """

    top: int
    bottom: int
    left: int
    right: int

    def cut(self, values: NDArray[Kind]) -> NDArray[Kind]:
        """Return this part of a picture or map, (H, W, ...)."""
        return np.ascontiguousarray(values[self.top : self.bottom, self.left : self.right])

    def put_back(self, mask: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.bool_]:
        """Return a mask of this part as one of the whole picture, (height, width); False outside."""
        whole = np.zeros(size, bool)
        whole[self.top : self.bottom, self.left : self.right] = mask
        return whole

    def box(self, box: Box) -> Box:
        """Return a box of the picture in the pixels of this part."""
        return Box(box.x - self.left, box.y - self.top, box.w, box.h)


def close_up(face: Box, size: tuple[int, int]) -> Window | None:
    """Return the part of a picture round a small face; None where the face is large enough.

    Parameters
    ----------
    face : Box
        At least partly inside the picture.
    size : (int, int)
        The picture's height and width.
    """
    height, width = size
    window = Window(
        top=max(0, math.floor(face.y - _ABOVE * face.h)),
        bottom=min(height, math.ceil(face.y + face.h + _BELOW * face.h)),
        left=max(0, math.floor(face.x - _BESIDE * face.w)),
        right=min(width, math.ceil(face.x + face.w + _BESIDE * face.w)),
    )
    area = (window.bottom - window.top) * (window.right - window.left)
    return window if area < _LARGEST * height * width else None
