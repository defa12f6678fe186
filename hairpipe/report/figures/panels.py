"""Panels that any method's figures are made of. Each draws on the matplotlib axes it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.result import Box, HairColor, Image, Mask

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARK = "#ff00c8"
"""Colour of lines over a picture: few drawings have it."""
_FEWEST_SWATCHES = 6


def draw_picture(axes: Axes, image: Image) -> None:
    """Draw an RGB picture, uint8 (H, W, 3)."""
    axes.imshow(image, interpolation="nearest")
    axes.set_axis_off()


def draw_mask(axes: Axes, mask: Mask) -> None:
    """Draw a mask, bool (H, W), dark on light."""
    axes.imshow(~mask, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    # A frame, or a mask on white paper has no edge.
    axes.set(xticks=[], yticks=[])


def draw_probability(axes: Axes, chances: NDArray[np.float32]) -> None:
    """Draw a probability for each pixel, (H, W): dark where it is 0, bright where it is 1."""
    axes.imshow(chances, cmap="viridis", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()


def draw_outline(axes: Axes, image: Image, mask: Mask) -> None:
    """Draw a picture with a line around a mask."""
    draw_picture(axes, image)
    if mask.any() and not mask.all():
        axes.contour(mask, levels=[0.5], colors=[MARK], linewidths=1.2)


def draw_box(axes: Axes, box: Box) -> None:
    """Draw a face box over a picture."""
    left, top, right, bottom = box.x - 0.5, box.y - 0.5, box.x + box.w - 0.5, box.y + box.h - 0.5
    axes.plot([left, right, right, left, left], [top, top, bottom, bottom, top], color=MARK, linewidth=1.2)


def draw_swatches(axes: Axes, colors: Sequence[str], shares: Sequence[float], names: Sequence[str]) -> None:
    """Draw colours as bars as long as their shares, the first on top.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        To draw on.
    colors : sequence of str
        ``#rrggbb``.
    shares : sequence of float
        0 to 1.
    names : sequence of str
        Written beside the bars.
    """
    places = range(len(colors))
    axes.barh(places, shares, color=colors, edgecolor="0.5", linewidth=0.5, height=0.85)
    for place, share, name in zip(places, shares, names, strict=True):
        axes.text(share, place, f" {name} {share:.1%}", va="center", fontsize=7, parse_math=False)
    axes.set_xlim(0, 1.8 * max(shares, default=1.0))
    # As low as among others, or a single colour would fill the panel.
    axes.set_ylim(max(len(colors), _FEWEST_SWATCHES) - 0.5, -0.5)
    axes.set_axis_off()


def draw_hair_colors(axes: Axes, colors: Sequence[HairColor]) -> None:
    """Draw named hair colours with their shares."""
    names = [" ".join(filter(None, (color.modifier, color.name or "no name"))) for color in colors]
    draw_swatches(axes, [color.hex for color in colors], [color.share for color in colors], names)


def draw_text(axes: Axes, text: str) -> None:
    """Draw nothing but a text."""
    axes.text(0.5, 0.5, text, ha="center", va="center", wrap=True, transform=axes.transAxes, parse_math=False)
    axes.set_axis_off()
