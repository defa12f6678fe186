"""A pen draws on a sheet what is told in the units of a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from hairpipe.lab.synthetic.drawing.curves import Frame
from hairpipe.lab.synthetic.sheet import Sheet, Table

LINE_WIDTH = 0.035
"""Of drawn lines, in units of the head (its face is two units wide)."""


@dataclass(frozen=True)
class Pen:
    """Draws on a sheet; outlines, lines, (n, 2) of x and y, and widths are in a frame's units."""

    sheet: Sheet
    frame: Frame

    def fill(self, outline: ArrayLike, code: int) -> None:
        """Fill a closed outline."""
        self.sheet.fill(self.frame.place(outline), code)

    def stroke(self, line: ArrayLike, code: int, width: float = LINE_WIDTH, *, closed: bool = False) -> None:
        """Draw a line."""
        self.sheet.stroke(self.frame.place(line), code, width * self.frame.unit, closed)

    def piece(self, outline: ArrayLike, code: int, line_code: int) -> None:
        """Fill a closed outline and draw a line round it."""
        self.fill(outline, code)
        self.stroke(outline, line_code, closed=True)

    def change(self, outlines: Sequence[ArrayLike], table: Table) -> None:
        """Replace each code inside any of the closed outlines by its entry of a table."""
        self.sheet.change([self.frame.place(outline) for outline in outlines], table)
