"""From opinions about regions to a mask with the right edge."""

from __future__ import annotations

import cv2
import numpy as np

from hairpipe.extract.learned.features import Floats, color_posterior, lab_of
from hairpipe.extract.result import Image, Mask

# Blur of the regions' choice, in pixels: its stairs, and how far a colour may speak for its surroundings.
_STAIRS, _REACH = 0.8, 3.0
_SURE_HAIR, _SURE_OTHER = 0.85, 0.15
# Holes in the hair and flecks outside of it with less of the picture are shine and noise.
_SMALLEST_PART = 0.0008


def pixel_probabilities(image: Image, regions: Floats) -> Floats:
    """Return how likely each pixel is hair, (H, W), from its region and from its own colour.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    regions : ndarray of float32, (H, W)
        The probability of each pixel's region.
    """
    posterior = color_posterior(lab_of(image), _blurred(regions, _REACH))
    return np.asarray((_blurred(regions, _STAIRS) + _blurred(posterior, _STAIRS)) / 2, np.float32)


def cut_mask(image: Image, probabilities: Floats, scale: float) -> Mask:
    """Return the hair: GrabCut's one step where the probabilities are unsure, then no specks.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    probabilities : ndarray of float32, (H, W)
    scale : float
        Size that GrabCut works at, as a part of the picture's; 0 leaves it out.

    References
    ----------
    Rother, Kolmogorov, Blake: "GrabCut: Interactive foreground extraction using iterated graph
    cuts", 2004.
    """
    likely = probabilities > 0.5
    if scale > 0:
        height, width = likely.shape
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = image if scale == 1 else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        chances = (
            probabilities if scale == 1 else cv2.resize(probabilities, size, interpolation=cv2.INTER_AREA)
        )
        cut = _grab_cut(np.asarray(small, np.uint8), np.asarray(chances, np.float32))
        likely = cv2.resize(cut.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) > 0.5
    return without_specks(np.asarray(likely, bool))


def without_specks(mask: Mask) -> Mask:
    """Return a mask without its small holes and small pieces."""
    smallest = max(4, round(_SMALLEST_PART * mask.size))
    return _without_small(~_without_small(~mask, smallest), smallest)


def _blurred(values: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)


def _grab_cut(image: Image, chances: Floats) -> Mask:
    marks = np.where(chances > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    marks[chances > _SURE_HAIR] = cv2.GC_FGD
    marks[chances < _SURE_OTHER] = cv2.GC_BGD
    hair = chances > 0.5
    # Its colour models need a handful of pixels on either side.
    if min(np.count_nonzero(hair), np.count_nonzero(~hair)) < 10:
        return np.asarray(hair, bool)
    # GrabCut starts its colour models from OpenCV's random numbers; the same picture must give the same mask.
    cv2.setRNGSeed(0)
    cv2.grabCut(image, marks, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 1, cv2.GC_INIT_WITH_MASK)
    return np.asarray((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD), bool)


def _without_small(mask: Mask, smallest: int) -> Mask:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4)
    kept = stats[:, cv2.CC_STAT_AREA] >= smallest
    kept[0] = False
    return np.asarray(kept[labels], bool)
