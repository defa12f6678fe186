"""The choice of regions: how likely each is hair, by the boosted trees that come with the package."""

from __future__ import annotations

import functools
import io
from importlib.resources import files

import numpy as np

from hairpipe.extract.learned.regions.trees import Floats, Trees

REGION_MODEL = "regions.npz"


def region_probabilities(rows: Floats) -> Floats:
    """Return how likely each region is hair, (N,), from its features, (N, F)."""
    return shipped_trees().probabilities(rows)


@functools.cache
def shipped_trees() -> Trees:
    """Return the model of the choice that comes with the package."""
    data = files("hairpipe.extract.learned").joinpath("model", REGION_MODEL).read_bytes()
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return Trees(
            feature=arrays["feature"],
            threshold=arrays["threshold"],
            kept=arrays["kept"],
            value=arrays["value"],
            baseline=float(arrays["baseline"]),
        )
