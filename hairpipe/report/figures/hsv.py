"""The article's colour plots: pixels in HSV, as a cloud and its three projections, in their true colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.result import Image, Mask
from hairpipe.report.figures.drawing import Drawing, Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from mpl_toolkits.mplot3d.axes3d import Axes3D  # type: ignore[import-untyped]

_MOST_POINTS = 2500
_CHANNELS = ("hue", "saturation", "value")
# A little beyond the values, or dots on the edge are cut.
_LIMITS = ((-8, 368), (-0.03, 1.03), (-0.03, 1.03))
_TICKS = (list(range(0, 361, 60)), [0, 0.25, 0.5, 0.75, 1], [0, 0.25, 0.5, 0.75, 1])
_STRIP = 0.07
_DOT, _LARGEST_DOT = 1.5, 60.0
_GROUND = "0.84"
"""Behind the dots, for white ones to be seen."""


@dataclass(frozen=True, eq=False)
class Dots:
    """Colours to be drawn."""

    colors: NDArray[np.uint8]
    """(N, 3): RGB."""
    sizes: NDArray[np.float64]
    """(N,): in square points."""


def hsv_drawing(name: str, shown: str, image: Image, reduced: Image, hair: Mask | None) -> Drawing:
    """Return the HSV plots of a picture, its hair, and both with few colours, a row of panels each.

    `shown` is what the picture is called.
    """
    panels = []
    for title, picture in ((shown, image), ("reduced", reduced)):
        panels += hsv_panels(title, flat_pixels(picture))
        if hair is not None:
            hair_title = "hair" if picture is image else "reduced hair"
            panels += hsv_panels(hair_title, flat_pixels(picture, hair))
    return Drawing(name, "Colours by hue, saturation and value", panels, 4, gap=0.28)


def hsv_panels(title: str, pixels: NDArray[np.uint8]) -> list[Panel]:
    """Return a row of four panels: the cloud, and hue, saturation and value in pairs.

    `pixels` are RGB, uint8 (N, 3), drawn once for each different colour, at most 2500 of them.
    """
    dots = _distinct(pixels)
    pairs = [
        Panel(f"{_CHANNELS[x]}, {_CHANNELS[y]}", partial(draw_projection, dots=dots, x=x, y=y))
        for x, y in ((0, 1), (0, 2), (1, 2))
    ]
    return [Panel(title, partial(draw_cloud, dots=dots), is_3d=True), *pairs]


def hsv_of(colors: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the hue (0 to 360), saturation and value (0 to 1) of RGB colours, (N, 3)."""
    if len(colors) == 0:
        return np.empty((0, 3), np.float32)
    converted = cv2.cvtColor(colors[None].astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
    return np.asarray(converted[0], dtype=np.float32)


def hsv_to_rgb(hues: NDArray[np.integer]) -> NDArray[np.float32]:
    """Return full colours of hues in degrees, (N, 3), 0 to 1."""
    full = np.ones_like(hues, np.float32)
    hsv = np.stack([hues.astype(np.float32), full, full], axis=-1)
    return np.asarray(cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0], dtype=np.float32)


def draw_cloud(axes: Axes3D, dots: Dots) -> None:
    """Draw colours as dots in the space of hue, saturation and value."""
    hue, saturation, value = hsv_of(dots.colors).T
    axes.scatter(hue, saturation, value, c=dots.colors / 255, s=dots.sizes, depthshade=False, rasterized=True)
    axes.set(xlim=_LIMITS[0], ylim=_LIMITS[1], zlim=_LIMITS[2], xticks=_TICKS[0][::2])
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color(_GROUND)
    axes.set_xlabel("hue", fontsize=7, labelpad=-8)
    axes.set_ylabel("saturation", fontsize=7, labelpad=-8)
    axes.set_zlabel("value", fontsize=7, labelpad=-8)
    axes.tick_params(labelsize=5, pad=-3)
    axes.set_box_aspect(None, zoom=0.92)


def draw_projection(axes: Axes, dots: Dots, x: int, y: int) -> None:
    """Draw colours by two of hue (0), saturation (1) and value (2)."""
    hsv = hsv_of(dots.colors)
    axes.scatter(hsv[:, x], hsv[:, y], c=dots.colors / 255, s=dots.sizes, rasterized=True)
    bottom, top = _LIMITS[y]
    if x == 0:
        # Which hue is where, along the axis.
        strip = hsv_to_rgb(np.arange(360))[None]
        bottom -= _STRIP
        axes.imshow(strip, extent=(0, 360, bottom, bottom + 0.7 * _STRIP), aspect="auto")
    axes.set(
        xlim=_LIMITS[x],
        ylim=(bottom, top),
        xticks=_TICKS[x],
        yticks=_TICKS[y],
        facecolor=_GROUND,
        aspect="auto",
    )
    axes.set_xlabel(_CHANNELS[x], fontsize=7)
    axes.set_ylabel(_CHANNELS[y], fontsize=7)
    axes.tick_params(labelsize=6)


def _distinct(pixels: NDArray[np.uint8]) -> Dots:
    """Return the different colours; where they are few, as in a reduced picture, dots grow by share."""
    if len(pixels) == 0:
        return Dots(np.empty((0, 3), np.uint8), np.empty(0))
    colors, counts = np.unique(pixels, axis=0, return_counts=True)
    if len(colors) > _MOST_POINTS:
        kept = np.random.default_rng(0).choice(len(colors), _MOST_POINTS, replace=False)
        colors, counts = colors[kept], counts[kept]
    if len(colors) > 256:
        return Dots(colors, np.full(len(colors), _DOT))
    return Dots(colors, _DOT + _LARGEST_DOT * counts / counts.max())


def flat_pixels(image: NDArray[np.uint8], mask: NDArray[np.bool_] | None = None) -> NDArray[np.uint8]:
    """Return a picture's pixels, or those of a mask, as (N, 3)."""
    return image.reshape(-1, 3) if mask is None else image[mask]
