"""The order in which judging portraits teaches most, without fooling the one who judges."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hairpipe.quality.judgement import Judgement
from hairpipe.review.labels import Label, SampleReason

RANDOM_EVERY = 4
"""One portrait in so many is a random one: a share of 25%."""


@dataclass(frozen=True, eq=False)
class TeachingOrder:
    """An order of all portraits.

    Attributes
    ----------
    rows : ndarray of int, (N,)
        Row numbers, the first to be judged first.
    is_random : ndarray of bool, (N,)
        By row number: whether the row got its place by chance.
    """

    rows: NDArray[np.int64]
    is_random: NDArray[np.bool_]


@dataclass(frozen=True)
class Estimate:
    """How many of all portraits are good, as far as the random picks tell.

    Attributes
    ----------
    judged : int
        Random picks that were judged.
    share, low, high : float
        Share of good ones with its 95% Wilson interval; 0, 0 and 1 where none was judged.
    """

    judged: int
    share: float
    low: float
    high: float


def teaching_order(quality: NDArray[np.float64], seed: int) -> TeachingOrder:
    """Return uncertain portraits first, each fourth place given to a random one.

    Judging what the quality model is least sure of teaches it most (uncertainty sampling), but
    says nothing of the whole. A quarter of all portraits, drawn by chance, is therefore kept out
    of that order and fills the random places: what is judged of them is a fair sample.

    Parameters
    ----------
    quality : ndarray of float, (N,)
        0 to 1, NaN where there is none: of the uncertain ones, those come last.
    seed : int
    """
    chance = np.random.default_rng(seed).permutation(len(quality))
    is_random = np.zeros(len(quality), dtype=bool)
    is_random[chance[: len(quality) // RANDOM_EVERY]] = True
    random, rest = chance[is_random[chance]], chance[~is_random[chance]]
    # Of equally uncertain portraits the one that chance puts first comes first.
    doubt = np.nan_to_num(np.abs(quality[rest] - 0.5), nan=1.0)
    uncertain = rest[np.argsort(doubt, kind="stable")]
    places = np.concatenate([np.arange(len(random)) * (RANDOM_EVERY - 1) - 0.5, np.arange(len(uncertain))])
    rows = np.concatenate([random, uncertain])[np.argsort(places, kind="stable")]
    return TeachingOrder(rows=rows.astype(np.int64), is_random=is_random)


def good_share(labels: Iterable[Label]) -> Estimate:
    """Return the share of good portraits among the random picks, with a 95% interval.

    Parameters
    ----------
    labels : iterable of Label
        The standing ones; those without a judgement of the mask and those not picked at random
        don't count.
    """
    random = [
        label.label for label in labels if label.picked is SampleReason.RANDOM and label.label is not None
    ]
    count = len(random)
    if count == 0:
        return Estimate(0, 0.0, 0.0, 1.0)
    share = random.count(Judgement.GOOD) / count
    z = 1.96
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return Estimate(count, share, max(0.0, centre - half), min(1.0, centre + half))
