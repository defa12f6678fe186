"""From predictions about regions to a mask with the right edge."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.learned.regions.color_cells import Floats, color_posterior
from hairpipe.extract.learned.regions.runs import label_areas
from hairpipe.extract.result import Image, Mask

Planes = NDArray[np.uint8]

# Blur of the regions' choice, in pixels: its stairs, and how far a colour may speak for its surroundings.
_STAIRS, _REACH = 0.8, 3.0
_NETWORK_PART = 0.3
# Holes in the hair and small components outside of it with less of the picture are shine and noise.
_SMALLEST_PART = 0.0008

# CIELAB in OpenCV's bytes is exact enough for the edge: the units of L, a and b in a byte.
_LAB_OF_BYTE = np.array([[100 / 255], [1], [1]], np.float32)
# Bins of the edge's colour histograms (lightness, a, b), and how much of a count goes to the next bins.
_BINS = (24, 32, 32)
_SPREAD = np.array([0.2, 0.6, 0.2], np.float32)
# A colour that was never seen counts as seen half a time.
_UNSEEN = 0.5
# How much the colour and the probability before it count, in log odds.
_COLOR_WEIGHT, _PRIOR_WEIGHT = 0.35, 0.8
# Two neighbours of the same colour attract each other by this much; less as their colours differ.
_ATTRACTION, _SAME_COLOR = np.float32(3), 8.0
_ROUNDS = 8
# What is likelier, or less likely, stays as it is.
_SURE_HAIR, _SURE_OTHER = 0.85, 0.15


def pixel_probabilities(cells: NDArray[np.intp], regions: Floats, network: Floats) -> Floats:
    """Return how likely each pixel is hair, (H, W), from its region, its own colour and the network.

    Parameters
    ----------
    cells : ndarray of int, (H, W)
        From :func:`hairpipe.extract.learned.regions.color_cells.color_cells`.
    regions : ndarray of float32, (H, W)
        The probability of each pixel's region.
    network : ndarray of float32, (H, W)
        The network's probability.
    """
    posterior = color_posterior(cells, _blurred(regions, _REACH))
    seen = (_blurred(regions, _STAIRS) + _blurred(posterior, _STAIRS)) / 2
    return np.asarray((1 - _NETWORK_PART) * seen + _NETWORK_PART * network, np.float32)


def refined_mask(image: Image, probabilities: Floats) -> Mask:
    """Return the hair: likely pixels, with the edge moved to where the colours change.

    As in GrabCut (Rother, Kolmogorov, Blake: "GrabCut: Interactive foreground extraction using
    iterated graph cuts", 2004), the hair's colours are learnt from the picture itself, and an edge
    between pixels of one colour is dear. But histograms stand in the place of mixtures and a few
    mean-field rounds in the place of the graph cut, at a tenth of the time.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    probabilities : ndarray of float32, (H, W)
        How likely each pixel is hair.
    """
    mask = np.asarray(probabilities > 0.5, bool)
    unsure = np.flatnonzero((probabilities >= _SURE_OTHER) & (probabilities <= _SURE_HAIR))
    if unsure.size and mask.any() and not mask.all():
        mask = _refined(image, mask, unsure, probabilities)
    return without_small_components(mask)


def without_small_components(mask: Mask) -> Mask:
    """Return a mask without its small holes and small pieces."""
    smallest = max(4, round(_SMALLEST_PART * mask.size))
    return _without_small(~_without_small(~mask, smallest), smallest)


def _blurred(values: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)


def _refined(image: Image, mask: Mask, unsure: NDArray[np.intp], probabilities: Floats) -> Mask:
    """Let the pixels at the places `unsure` agree with neighbours of like colour, for a few rounds."""
    likely = probabilities.ravel().take(unsure)
    prior = np.log((likely + 0.02) / (1.02 - likely))
    planes = np.asarray(cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2LAB)), np.uint8)
    own = np.asarray(_COLOR_WEIGHT * _color_odds(planes, mask, unsure) + _PRIOR_WEIGHT * prior, np.float32)
    near, attraction = _neighbours(planes, unsure)
    belief = 2 * mask.ravel().astype(np.float32) - 1
    attracted = np.float32(0)
    for _ in range(_ROUNDS + 1):
        # Near enough to the hyperbolic tangent of mean field, and faster.
        belief[unsure] = np.clip((own + attracted) / 2, -1, 1)
        attracted = (attraction * belief.take(near)).sum(axis=0)
    return np.asarray(belief > 0, bool).reshape(mask.shape)


def _neighbours(planes: Planes, places: NDArray[np.intp]) -> tuple[NDArray[np.intp], Floats]:
    """Return where the four neighbours of pixels are, and how much they attract them, (4, n) each.

    A neighbour outside of the picture is the pixel itself and does not attract it.
    """
    height, width = planes.shape[1:]
    y, x = np.divmod(places, width)
    colors = planes.reshape(3, -1)
    own = colors.take(places, axis=1).astype(np.float32)
    near, attraction = [], []
    for step, inside in ((-width, y > 0), (width, y < height - 1), (-1, x > 0), (1, x < width - 1)):
        there = np.where(inside, places + step, places)
        change = (colors.take(there, axis=1) - own) * _LAB_OF_BYTE
        distance = (change**2).sum(axis=0)
        near.append(there)
        attraction.append(np.exp(distance * np.float32(-0.5 / _SAME_COLOR**2)) * _ATTRACTION * inside)
    return np.stack(near), np.stack(attraction)


def _color_odds(planes: Planes, hair: Mask, places: NDArray[np.intp]) -> Floats:
    """Return the log likelihood ratio of the colours at some places, hair against the rest, (n,)."""
    light, a, b = (cv2.LUT(plane, parts) for plane, parts in zip(planes, _PARTS_OF_CELLS, strict=True))
    cells, size = (light + a + b).astype(np.intp), math.prod(_BINS)
    # Both histograms in one, that of the hair behind that of the rest.
    counts = np.bincount((cells + size * hair).ravel(), minlength=2 * size).reshape(2, size)
    other, own = (_spread(part.astype(np.float32)) + _UNSEEN for part in counts)
    odds = np.log((own / own.sum()) / (other / other.sum()))
    return np.asarray(odds.take(cells.ravel().take(places)), np.float32)


def _parts_of_cells() -> NDArray[np.uint16]:
    """Return what each byte of L, a and b adds to the number of a histogram's cell, (3, 256)."""
    levels = np.arange(256)
    light, a, b = _BINS
    # Pictures fill the range from -60 to 70 of a and b.
    a_bins, b_bins = (np.clip((levels - 68) * bins // 130, 0, bins - 1) for bins in (a, b))
    return np.array([levels * light // 256 * (a * b), a_bins * b, b_bins], np.uint16)


_PARTS_OF_CELLS = _parts_of_cells()


def _spread(counts: Floats) -> Floats:
    """Return a flat histogram of which each count goes in part to the next bins along the three axes."""
    light, a, b = _BINS
    # Hardly a colour lies at the ends of a, where one lightness meets the next.
    along_a_and_b = cv2.sepFilter2D(
        counts.reshape(light * a, b), -1, _SPREAD, _SPREAD, borderType=cv2.BORDER_CONSTANT
    )
    by_lightness = along_a_and_b.reshape(light, a * b)
    spread = cv2.filter2D(by_lightness, -1, _SPREAD[:, None], borderType=cv2.BORDER_CONSTANT)
    return np.asarray(spread, np.float32).ravel()


def _without_small(mask: Mask, smallest: int) -> Mask:
    count, found = cv2.connectedComponents(mask.view(np.uint8), connectivity=4)
    labels = np.asarray(found, np.int32)
    kept = label_areas(labels, count) >= smallest
    kept[0] = False
    return mask if kept[1:].all() else kept.take(labels)
