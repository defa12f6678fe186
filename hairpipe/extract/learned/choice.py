"""The choice of regions: the shipped model's probability for each, and the mask that follows."""

from __future__ import annotations

import functools
import io
from importlib.resources import files

import cv2
import numpy as np

from hairpipe.extract.learned.network import Map
from hairpipe.extract.learned.trees import Floats, Trees
from hairpipe.extract.result import Mask

# How much the regions' choice, the network and the pixel's own colour count for the edge.
REGION_WEIGHT, NETWORK_WEIGHT, COLOR_WEIGHT = 0.6, 0.2, 0.2
_SMOOTHING = 0.8
# Holes in the hair and flecks outside of it with less of the picture are shine and noise.
_SMALLEST_PART = 0.0008


def region_probabilities(rows: Floats) -> Floats:
    """Return how likely each region is hair, (N,), from its features, (N, F)."""
    return shipped_trees().probabilities(rows)


def pixel_probabilities(regions: Map, network: Map, posterior: Floats) -> Floats:
    """Join three opinions of every pixel, each (H, W), and smooth the edge between them."""
    joined = REGION_WEIGHT * regions + NETWORK_WEIGHT * network + COLOR_WEIGHT * posterior
    return np.asarray(cv2.GaussianBlur(joined, (0, 0), _SMOOTHING), np.float32)


def mask_of(probabilities: Floats) -> Mask:
    """Return the likely pixels, small holes filled and small flecks gone."""
    mask = probabilities > 0.5
    smallest = max(4, round(_SMALLEST_PART * mask.size))
    mask = ~_without_small(~mask, smallest)
    return _without_small(mask, smallest)


@functools.cache
def shipped_trees() -> Trees:
    """Return the model of the choice that comes with the package."""
    data = files("hairpipe.extract.learned").joinpath("model", "regions.npz").read_bytes()
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return Trees(
            roots=arrays["roots"],
            feature=arrays["feature"],
            threshold=arrays["threshold"],
            left=arrays["left"],
            right=arrays["right"],
            value=arrays["value"],
            baseline=float(arrays["baseline"]),
            depth=int(arrays["depth"]),
        )


def _without_small(mask: Mask, smallest: int) -> Mask:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4)
    kept = stats[:count, cv2.CC_STAT_AREA] >= smallest
    kept[0] = False
    return np.asarray(kept[labels], bool)
