"""A figure before it is drawn: its panels, laid out on a grid."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hairpipe.errors import ConfigError
from hairpipe.extract.result import Image

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PANEL_INCHES = 2.3
_TITLE_INCHES = 0.3


@dataclass(frozen=True)
class Panel:
    """One panel of a figure."""

    title: str
    draw: Callable[[Axes], None]
    """Draws on the axes it is given."""
    is_3d: bool = False
    """Whether the axes need a third dimension."""


@dataclass(frozen=True)
class Drawing:
    """One figure."""

    name: str
    """For a file name."""
    title: str
    panels: Sequence[Panel]
    columns: int
    """Panels in a row."""
    aspect: float = 1.0
    """Height of a panel over its width."""
    gap: float = 0.04
    """Space between panels, as a part of their width; more where axes have labels."""

    def figure(self) -> Figure:
        """Return the figure, drawn.

        Raises
        ------
        ConfigError
            If matplotlib is not installed.
        """
        check_matplotlib()
        from matplotlib.figure import Figure

        columns = min(self.columns, len(self.panels))
        rows = math.ceil(len(self.panels) / columns)
        panel_height = _PANEL_INCHES * self.aspect
        gaps = (_PANEL_INCHES * self.gap, _PANEL_INCHES * self.gap + _TITLE_INCHES)
        width = columns * (_PANEL_INCHES + gaps[0]) + gaps[0]
        title_height = _TITLE_INCHES if self.title else 0.0
        height = rows * (panel_height + gaps[1]) + 0.2 * _TITLE_INCHES + title_height
        figure = Figure(figsize=(width, height))
        figure.suptitle(self.title, y=1 - 0.4 * _TITLE_INCHES / height, va="center", parse_math=False)
        # Known sizes, laid out by hand: matplotlib's own layout engines take seconds for many panels.
        figure.subplots_adjust(
            left=gaps[0] / width,
            right=1 - gaps[0] / width,
            bottom=(gaps[1] - 0.8 * _TITLE_INCHES) / height,
            top=1 - (_TITLE_INCHES + title_height) / height,
            wspace=gaps[0] / _PANEL_INCHES,
            hspace=gaps[1] / panel_height,
        )
        for place, panel in enumerate(self.panels, start=1):
            axes = figure.add_subplot(rows, columns, place, projection="3d" if panel.is_3d else None)
            axes.set_title(panel.title, fontsize=9, parse_math=False)
            panel.draw(axes)
        return figure


def aspect_of(image: Image) -> float:
    """Return a picture's height over its width."""
    return float(image.shape[0] / image.shape[1])


def check_matplotlib() -> None:
    """Raise ConfigError where matplotlib is not installed."""
    if importlib.util.find_spec("matplotlib") is None:
        raise ConfigError("figures need matplotlib; install it with: pip install 'hairpipe[figures]'")
