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

# Where heads are in pictures whose face is small, as top, bottom, left and right in parts of the picture,
# most fruitful first: full bodies stand upright, scenes are wide.
_TALL = ((0.0, 0.5, 0.2, 0.8), (0.0, 0.5, 0.0, 0.6), (0.0, 0.33, 0.25, 0.75))
_WIDE = ((0.0, 1.0, 0.3, 0.7), (0.0, 1.0, 0.55, 0.95), (0.0, 1.0, 0.05, 0.45))
_LEVEL = ((0.0, 0.5, 0.25, 0.75), (0.15, 0.85, 0.15, 0.85))
# One side longer than the other by this factor makes a picture tall or wide.
_LONGER = 1.15
# A smaller part, in pixels of a side, is too blurred for a face.
_SMALLEST = 24


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


def likely_places(size: tuple[int, int]) -> list[Window]:
    """Return the parts of a picture in which a small face is likely, likeliest first.

    Parameters
    ----------
    size : (int, int)
        The picture's height and width. Of small pictures there are no parts.
    """
    height, width = size
    places = _TALL if height > _LONGER * width else _WIDE if width > _LONGER * height else _LEVEL
    windows = [
        (slice(round(top * height), round(bottom * height)), slice(round(left * width), round(right * width)))
        for top, bottom, left, right in places
    ]
    return [
        (rows, columns)
        for rows, columns in windows
        if min(rows.stop - rows.start, columns.stop - columns.start) >= _SMALLEST
    ]


def box_in_window(box: Box, window: Window) -> Box:
    """Return a box of the picture in the pixels of a part of it."""
    rows, columns = window
    return box._replace(x=box.x - columns.start, y=box.y - rows.start)


def box_in_picture(box: Box, window: Window) -> Box:
    """Return a box in the pixels of a part of the picture as one of the picture."""
    rows, columns = window
    return box._replace(x=box.x + columns.start, y=box.y + rows.start)
