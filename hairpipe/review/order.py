"""The order in which judging portraits teaches most, without fooling the one who judges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from hairpipe.quality.judgement import Judgement
from hairpipe.store.labels import Label, SampleReason

RANDOM_EVERY = 4
"""One portrait in so many is a random one: a share of 25%."""


@dataclass(frozen=True, eq=False)
class TeachingOrder:
    """An order of all portraits."""

    rows: NDArray[np.int64]
    """(N,): row numbers, the first to be judged first."""
    is_random: NDArray[np.bool_]
    """(N,): by row number: whether the row got its place by chance."""


@dataclass(frozen=True)
class Estimate:
    """A share of all portraits, as far as the random picks tell."""

    judged: int
    """Random picks that were judged."""
    share: float
    low: float
    high: float
    """The ends of the 95% interval, Wilson's; the three are 0, 0 and 1 where none was judged."""


def teaching_order(quality: NDArray[np.float64], seed: int) -> TeachingOrder:
    """Return uncertain portraits first, each fourth place given to a random one.

    Judging what the quality model is least sure of teaches it most (uncertainty sampling), but
    says nothing of the whole. A quarter of all portraits, drawn by chance, is therefore kept out
    of that order and fills the random places: what is judged of them is a fair sample.

    Parameters
    ----------
    quality : ndarray of float, (N,)
        0 to 1, NaN where there is none: of the uncertain ones, those come last.
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


def good_shares(labels: Iterable[Label]) -> dict[str, Estimate]:
    """Return the shares of good masks and of right names among the random picks of standing labels."""
    random = [label for label in labels if label.picked is SampleReason.RANDOM]
    masks = [label.label is Judgement.GOOD for label in random if label.label is not None]
    names = [label.corrected_color is None for label in random if label.accepted]
    return {"mask": estimated(masks), "name": estimated(names)}


def estimated(hits: Sequence[bool]) -> Estimate:
    """Return the share of hits in all portraits, given a random sample of them."""
    if not hits:
        return Estimate(0, 0.0, 0.0, 1.0)
    found = binomtest(sum(hits), len(hits)).proportion_ci(0.95, method="wilson")
    return Estimate(len(hits), sum(hits) / len(hits), float(found.low), float(found.high))
