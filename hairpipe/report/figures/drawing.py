"""A figure before it is drawn: its panels, laid out on a grid."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hairpipe.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PANEL_INCHES = 2.3


@dataclass(frozen=True)
class Panel:
    """One panel of a figure.

    Attributes
    ----------
    title : str
    draw : callable
        Draws on the axes it is given.
    is_3d : bool
        Whether the axes need a third dimension.
    """

    title: str
    draw: Callable[[Axes], None]
    is_3d: bool = False


@dataclass(frozen=True)
class Drawing:
    """One figure.

    Attributes
    ----------
    name : str
        For a file name.
    title : str
    panels : sequence of Panel
    columns : int
        Panels in a row.
    aspect : float
        Height of a panel over its width.
    """

    name: str
    title: str
    panels: Sequence[Panel]
    columns: int
    aspect: float = 1.0

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
        size = (_PANEL_INCHES * columns, (_PANEL_INCHES * self.aspect + 0.3) * rows + 0.4)
        figure = Figure(figsize=size, layout="constrained")
        figure.suptitle(self.title, parse_math=False)
        for place, panel in enumerate(self.panels, start=1):
            axes = figure.add_subplot(rows, columns, place, projection="3d" if panel.is_3d else None)
            axes.set_title(panel.title, fontsize=9, parse_math=False)
            panel.draw(axes)
        return figure


def check_matplotlib() -> None:
    """Raise ConfigError where matplotlib is not installed."""
    if importlib.util.find_spec("matplotlib") is None:
        raise ConfigError("figures need matplotlib; install it with: pip install 'hairpipe[figures]'")
