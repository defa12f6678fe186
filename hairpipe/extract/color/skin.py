"""The colour of the face's skin."""

from __future__ import annotations

import numpy as np

from hairpipe.extract.color.palette import Palette
from hairpipe.extract.face.box import Window


def skin_color(palette: Palette, middle: Window) -> int:
    """Return the index of the palette's colour with the most pixels in the face's middle.

    Parameters
    ----------
    palette : Palette
        Of the portrait.
    middle : Window
        From :func:`hairpipe.extract.face.box.middle_of`; has at least one pixel.
    """
    counts = np.bincount(palette.labels[middle].ravel(), minlength=len(palette.colors))
    return int(counts.argmax())
