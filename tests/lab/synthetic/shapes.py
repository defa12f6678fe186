"""What the tests of the drawing modules share: styles to order and an empty sheet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hairpipe.lab.synthetic.drawing.curves import Frame
from hairpipe.lab.synthetic.drawing.style import Style, choose_style
from hairpipe.lab.synthetic.sheet import HAIR_START, Sheet, code_table

HEIGHT, WIDTH = 120, 80
HEAD = Frame((80.0, 100.0), 36.0)
HAIR = code_table(range(HAIR_START, 256))


def style_with(**chosen: object) -> Style:
    """Return a style of which some choices are given."""
    return replace(choose_style(np.random.default_rng(1)), **chosen)  # type: ignore[arg-type]


def empty_sheet() -> Sheet:
    """Return a sheet on which `HEAD` lies in the middle."""
    return Sheet(HEIGHT, WIDTH)


def rng(seed: int = 0) -> np.random.Generator:
    """Return a generator."""
    return np.random.default_rng(seed)
