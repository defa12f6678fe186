"""How the hair's colours are laid out: one, two, many, or one running into another."""

from __future__ import annotations

import numpy as np

from hairpipe.extract.color.lab import Floats
from hairpipe.extract.color.tones import Tones, merged_tones, pixels_of_owners

# Tones nearer than this CIEDE2000, at the weight of shade, are one colour.
_SHADE_DISTANCE = 14.0
# A colour with less of the hair than this is an outline, a reflection or a ribbon.
_TELLING_SHARE = 0.1

# A gradient's colour follows the height: the part of its variance that height explains, and the
# distance in CIELAB from top to bottom. Between the two ends' colours lie tones with a part of the
# hair, and rows with a part of it have a mean in between; where two colours meet, the rows step.
_GRADIENT_FIT = 0.2
_GRADIENT_SPAN = 18.0
_BETWEEN_TONES = 0.08
_BETWEEN_ROWS = 0.12


def hair_pattern(tones: Tones) -> str | None:
    """Return ``single``, ``two_tone``, ``multicolored`` or ``gradient``; None without hair.

    Shade and shine are no colours of their own; a colour counts from a tenth of the hair on.

    Parameters
    ----------
    tones : Tones
        The hair's tones.
    """
    if tones.pixels.size == 0:
        return None
    if is_gradient(tones):
        return "gradient"
    pixels = pixels_of_owners(tones, merged_tones(tones, _SHADE_DISTANCE, 0.0))
    telling = int((pixels >= _TELLING_SHARE * pixels.sum()).sum())
    if telling <= 1:
        return "single"
    return "two_tone" if telling == 2 else "multicolored"


def is_gradient(tones: Tones) -> bool:
    """Return whether the hair's colour changes steadily from top to bottom.

    Parameters
    ----------
    tones : Tones
        At least one.
    """
    weights = tones.pixels / tones.pixels.sum()
    rows = np.arange(tones.pixels_by_row.shape[1], dtype=np.float64)
    mean_row = (tones.pixels_by_row @ rows) / tones.pixels
    by_row = tones.pixels_by_row.sum(axis=0) / tones.pixels.sum()
    middle = float(by_row @ rows)
    row_variance = float(by_row @ (rows - middle) ** 2)
    spread = tones.lab - weights @ tones.lab
    color_variance = float(weights @ (spread**2).sum(axis=1))
    if row_variance == 0 or color_variance == 0:
        return False
    # Least squares of CIELAB on the row.
    slope = (weights * (mean_row - middle)) @ spread / row_variance
    steepness = float(np.sqrt(slope @ slope))
    if slope @ slope * row_variance < _GRADIENT_FIT * color_variance:
        return False
    top, bottom = _quantile(rows, by_row, 0.05), _quantile(rows, by_row, 0.95)
    if steepness * (bottom - top) < _GRADIENT_SPAN:
        return False
    along: Floats = spread @ slope / steepness
    if _part_between(along, weights, end=0.1, margin=1 / 3) < _BETWEEN_TONES:
        return False
    shown = by_row > 0
    along_row = (along @ tones.pixels_by_row)[shown] / tones.pixels_by_row.sum(axis=0)[shown]
    return _part_between(along_row, by_row[shown], end=0.05, margin=1 / 4) >= _BETWEEN_ROWS


def _part_between(values: Floats, weights: Floats, end: float, margin: float) -> float:
    """Return the weight of the values that lie well between the two ends; all weights add up to 1.

    Parameters
    ----------
    values, weights : ndarray, (n,)
    end : float
        This part of the weight lies beyond either end.
    margin : float
        Values count that lie farther from both ends than this part of the distance between them.
    """
    order = np.argsort(values)
    low = _quantile(values[order], weights[order], end)
    high = _quantile(values[order], weights[order], 1 - end)
    margin *= high - low
    return float(weights[(values > low + margin) & (values < high - margin)].sum())


def _quantile(values: Floats, weights: Floats, part: float) -> float:
    """Return the first of the sorted values at which the weights reach this part of their sum."""
    return float(values[np.searchsorted(np.cumsum(weights), part * weights.sum() * (1 - 1e-12))])
