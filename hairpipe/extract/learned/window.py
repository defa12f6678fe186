"""Parts of a picture that are looked at by themselves.

The network sees a picture at one small size, and was taught portraits: on a full body or in a scene the
head is a few of its pixels. A part of the picture looks like a portrait again.
"""

from __future__ import annotations

import math

from hairpipe.extract.face.box import Window
from hairpipe.extract.result import Box

# How much round the face belongs to the close-up, in heights and widths of the face box: tall and wide
# hair above and beside it, and hair down to the hips.
_ABOVE, _BELOW, _BESIDE = 1.2, 2.8, 1.2
# A close-up of more than this part of the picture would show little that the picture doesn't.
_LARGEST = 0.85


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
    top = max(0, math.floor(face.y - _ABOVE * face.h))
    bottom = min(height, math.ceil(face.y + face.h + _BELOW * face.h))
    left = max(0, math.floor(face.x - _BESIDE * face.w))
    right = min(width, math.ceil(face.x + face.w + _BESIDE * face.w))
    if (bottom - top) * (right - left) >= _LARGEST * height * width:
        return None
    return slice(top, bottom), slice(left, right)


def box_in_window(box: Box, window: Window) -> Box:
    """Return a box of the picture in the pixels of a part of it."""
    rows, columns = window
    return box._replace(x=box.x - columns.start, y=box.y - rows.start)
