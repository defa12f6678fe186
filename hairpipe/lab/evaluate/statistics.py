"""Numbers that sum up many portraits."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import roc_auc_score

from hairpipe.extract.result import Box, Mask

# The parts of the portraits, best rated first, for which the risk-coverage curve tells the result.
COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.5, 0.3)
_CALIBRATION_BINS = 10

_Item = TypeVar("_Item")
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True)
class Spread:
    """How a number is spread over portraits; all None without one."""

    mean: float | None
    median: float | None
    p10: float | None
    """The tenth percentile: a tenth of the portraits have less."""


@dataclass(frozen=True)
class Calibration:
    """How far a quality in 0..1 tells right from wrong."""

    rated: int
    """Portraits that have a quality."""
    right: float | None
    """The part of them that is right."""
    auc: float | None
    """How often a right one has the greater quality than a wrong one; None where all are alike."""
    brier: float | None
    """Mean squared difference between quality and right (1) or wrong (0)."""
    calibration_error: float | None
    """Mean difference between quality and the part that is right, over ten bins of quality."""
    right_at_coverage: dict[str, float]
    """For the best-rated part of the portraits, such as ``0.7``: the part that is right."""


def grouped(items: Iterable[_Item], key: Callable[[_Item], _Key]) -> dict[_Key, list[_Item]]:
    """Return the items by key, in the order in which the keys come up."""
    groups: dict[_Key, list[_Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def spread_of(values: Sequence[float]) -> Spread:
    """Return the mean, median and tenth percentile of the numbers."""
    if not values:
        return Spread(None, None, None)
    return Spread(float(np.mean(values)), float(np.median(values)), float(np.percentile(values, 10)))


def share_of(flags: Sequence[bool]) -> float | None:
    """Return the part of the flags that are set; None without any."""
    return float(np.mean(flags)) if len(flags) else None


def mask_iou(one: Mask, other: Mask) -> float:
    """Return the intersection over the union of two masks of one shape; 1 where both are empty."""
    union = np.count_nonzero(one | other)
    return np.count_nonzero(one & other) / union if union else 1.0


def box_iou(one: Box, other: Box) -> float:
    """Return the intersection over the union of two boxes with an area."""
    width = min(one.x + one.w, other.x + other.w) - max(one.x, other.x)
    height = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / (one.w * one.h + other.w * other.h - shared)


def roc_auc(scores: ArrayLike, right: ArrayLike) -> float | None:
    """Return how often a right case outscores a wrong one; None where all are right or all are wrong."""
    flags = np.asarray(right, bool)
    return None if flags.all() or not flags.any() else float(roc_auc_score(flags, scores))


def calibration_of(quality: Sequence[float | None], right: Sequence[bool]) -> Calibration:
    """Return how well quality, 0 to 1, predicts what is right; portraits without one are left out."""
    pairs = [(value, flag) for value, flag in zip(quality, right, strict=True) if value is not None]
    if not pairs:
        return Calibration(0, None, None, None, None, {})
    values, flags = (np.array(each) for each in zip(*pairs, strict=True))
    best_first = flags[np.argsort(-values, kind="stable")]
    return Calibration(
        rated=len(pairs),
        right=float(flags.mean()),
        auc=roc_auc(values, flags),
        brier=float(((values - flags) ** 2).mean()),
        calibration_error=_calibration_error(values, flags),
        right_at_coverage={
            f"{part:g}": float(best_first[: max(1, round(part * len(pairs)))].mean()) for part in COVERAGES
        },
    )


def _calibration_error(values: NDArray[np.float64], flags: NDArray[np.bool_]) -> float:
    bins = np.minimum((values * _CALIBRATION_BINS).astype(int), _CALIBRATION_BINS - 1)
    differences = np.bincount(bins, weights=values - flags, minlength=_CALIBRATION_BINS)
    return float(np.abs(differences).sum() / len(values))
