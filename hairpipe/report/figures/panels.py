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
_FOR, _AGAINST = "#2f6fde", "#e0762b"


def draw_picture(axes: Axes, image: Image) -> None:
    """Draw an RGB picture, uint8 (H, W, 3)."""
    axes.imshow(image, interpolation="nearest")
    axes.set_axis_off()


def draw_portrait(axes: Axes, image: Image, box: Box | None) -> None:
    """Draw a picture with its face box, where there is one."""
    draw_picture(axes, image)
    if box is not None:
        draw_box(axes, box)


def draw_mask(axes: Axes, mask: Mask) -> None:
    """Draw a mask, bool (H, W), dark on light."""
    axes.imshow(~mask, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    # A frame, or a mask on white paper has no edge.
    axes.set(xticks=[], yticks=[])


def draw_probability(axes: Axes, chances: NDArray[np.float32]) -> None:
    """Draw a probability for each pixel, (H, W), with a bar that says which colour is which."""
    axes.imshow(chances, cmap="viridis", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()
    bar = axes.inset_axes((0.1, -0.06, 0.8, 0.03))
    bar.imshow(np.linspace(0, 1, 256)[None], cmap="viridis", aspect="auto", extent=(0, 1, 0, 1))
    bar.set(yticks=[], xticks=[0, 0.5, 1])
    bar.tick_params(labelsize=6, length=2, pad=1)


def draw_outline(axes: Axes, image: Image, mask: Mask) -> None:
    """Draw a picture with a line around a mask."""
    draw_picture(axes, image)
    if mask.any() and not mask.all():
        axes.contour(mask, levels=[0.5], colors=[MARK], linewidths=1.2)


def draw_box(axes: Axes, box: Box) -> None:
    """Draw a face box over a picture."""
    left, top, right, bottom = box.x - 0.5, box.y - 0.5, box.x + box.w - 0.5, box.y + box.h - 0.5
    axes.plot([left, right, right, left, left], [top, top, bottom, bottom, top], color=MARK, linewidth=1.2)


def draw_swatches(
    axes: Axes,
    colors: Sequence[str],
    shares: Sequence[float],
    names: Sequence[str],
    limit: float | None = None,
) -> None:
    """Draw colours as bars as long as their shares, the first on top.

    Parameters
    ----------
    colors : sequence of str
        ``#rrggbb``.
    shares : sequence of float
        0 to 1.
    names : sequence of str
        Written beside the bars.
    limit : float, optional
        A share to draw a line at.
    """
    places = range(len(colors))
    axes.barh(places, shares, color=colors, edgecolor="0.5", linewidth=0.5, height=0.85)
    for place, share, name in zip(places, shares, names, strict=True):
        # Beyond the line, or it would cross the words.
        right = max(share, limit or 0)
        axes.text(right, place, f" {name} {share:.1%}", va="center", fontsize=7, parse_math=False)
    axes.set_xlim(0, 1.8 * max(*shares, limit or 0, 0.01))
    if limit is not None:
        axes.axvline(limit, color=MARK, linewidth=1, linestyle="--")
        axes.text(limit, -0.5, f" {limit:.0%}", color=MARK, fontsize=7, va="bottom")
    # As low as among others, or a single colour would fill the panel.
    axes.set_ylim(max(len(colors), _FEWEST_SWATCHES) - 0.5, -0.5)
    axes.set_axis_off()


def draw_hair_colors(axes: Axes, colors: Sequence[HairColor]) -> None:
    """Draw named hair colours with their shares."""
    names = [" ".join(filter(None, (color.modifier, color.name or "no name"))) for color in colors]
    draw_swatches(axes, [color.hex for color in colors], [color.share for color in colors], names)


def draw_contributions(axes: Axes, names: Sequence[str], values: Sequence[float]) -> None:
    """Draw what speaks for something, to the right, and what speaks against it, to the left."""
    places = range(len(names))
    axes.barh(places, values, color=[_FOR if value > 0 else _AGAINST for value in values], height=0.7)
    axes.axvline(0, color="0.5", linewidth=0.8)
    reach = 1.1 * max(*map(abs, values), 0.1)
    for place, name, value in zip(places, names, values, strict=True):
        # On the side where the bar is not.
        side = "right" if value > 0 else "left"
        axes.text(0, place, f" {name} ", ha=side, va="center", fontsize=7)
    axes.set(xlim=(-reach, reach), ylim=(len(names) - 0.5, -0.5), yticks=[], xticks=[])
    for side in ("top", "left", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel("against \N{LEFT RIGHT ARROW} for", fontsize=7)


def draw_text(axes: Axes, text: str) -> None:
    """Draw nothing but a text."""
    axes.text(0.5, 0.5, text, ha="center", va="center", wrap=True, transform=axes.transAxes, parse_math=False)
    axes.set_axis_off()
