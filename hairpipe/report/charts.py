"""The report's charts as inline SVG: small at any number of portraits, readable on light and dark paper."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup
from numpy.typing import NDArray

from hairpipe.report.results import column_values
from hairpipe.report.summary import ColorCount

_MAP_REACH = 90.0
_MAP_CELL = 3.0


def swatch_bar(color: ColorCount, longest: int, height: int = 22) -> Markup:
    """Return a bar as long as the colour is frequent, made of real hair colours of that name."""
    width = 100.0 * color.count / max(1, longest)
    step = width / max(1, len(color.swatches))
    # Neighbours overlap a little, or their seams shine through.
    stripes = Markup("").join(
        Markup('<rect x="{:.3f}" width="{:.3f}" height="{}" fill="{}"/>').format(
            index * step, step * 1.02, height, swatch
        )
        for index, swatch in enumerate(color.swatches)
    )
    return Markup(
        '<svg class="bar" viewBox="0 0 100 {height}" preserveAspectRatio="none" role="img" '
        'aria-label="{label}">{stripes}</svg>'
    ).format(height=height, label=f"{color.name}: {color.count}", stripes=stripes)


def hue_map(portraits: pa.Table) -> Markup:
    """Return all portraits on the a*, b* plane of CIELAB: hue is the angle, colourfulness the distance.

    Portraits of about the same colour are one dot, its area their number, its colour their mean.
    """
    colored = portraits.filter(pc.is_valid(portraits["hair_a"]))
    if colored.num_rows == 0:
        return Markup("")
    a, b = column_values(colored, "hair_a"), column_values(colored, "hair_b")
    rgb = np.array([_rgb(text) for text in column_values(colored, "hair_hex")], dtype=np.float64)
    cells = np.stack([np.round(a / _MAP_CELL), np.round(b / _MAP_CELL)], axis=1)
    _, cell, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    cell = cell.reshape(-1)
    means = _means(np.column_stack([a, b, rgb]), cell, counts)
    radius = 0.5 + 3.2 * np.sqrt(counts / counts.max())
    dots = [
        f'<circle cx="{x:.1f}" cy="{-y:.1f}" r="{r:.1f}" fill="#{round(red):02x}{round(green):02x}{round(blue):02x}"/>'
        for (x, y, red, green, blue), r in zip(means, radius, strict=True)
    ]
    reach = _MAP_REACH
    rings = "".join(f'<circle r="{r}" class="ring"/>' for r in (20, 40, 60, 80))
    hues = "".join(
        f'<text x="{(reach + 4) * np.cos(np.radians(angle)):.1f}" '
        f'y="{-(reach + 4) * np.sin(np.radians(angle)):.1f}">{name}</text>'
        for angle, name in (
            (20, "pink, red"),
            (90, "yellow"),
            (160, "green"),
            (225, "aqua"),
            (285, "blue"),
            (325, "purple"),
        )
    )
    return Markup(  # noqa: S704  numbers and fixed words only
        f'<svg class="map" viewBox="{-reach - 26} {-reach - 12} {2 * reach + 52} {2 * reach + 24}" role="img" '
        f'aria-label="hair colours by hue">{rings}{hues}<g>{"".join(dots)}</g></svg>'
    )


def histogram(counts: Sequence[int] | NDArray[np.int64], low: float, high: float) -> Markup:
    """Return a histogram with equal bins from `low` to `high`."""
    highest = max(1, *(int(count) for count in counts))
    bars = "".join(
        f'<rect x="{index + 0.06:.2f}" y="{40 - 40 * int(count) / highest:.2f}" width="0.88" '
        f'height="{40 * int(count) / highest:.2f}"><title>{int(count)}</title></rect>'
        for index, count in enumerate(counts)
    )
    return Markup(  # noqa: S704  numbers only
        f'<div class="histogram"><svg viewBox="0 0 {len(counts)} 40" preserveAspectRatio="none" role="img" '
        f'aria-label="histogram">{bars}</svg><span>{low:g}</span><span>{high:g}</span></div>'
    )


def _rgb(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _means(
    values: NDArray[np.float64], cell: NDArray[np.int64], counts: NDArray[np.int64]
) -> NDArray[np.float64]:
    sums = np.stack([np.bincount(cell, weights=column, minlength=len(counts)) for column in values.T], axis=1)
    return np.asarray(sums / counts[:, None], dtype=np.float64)
