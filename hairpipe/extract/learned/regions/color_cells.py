"""Colours of a picture as cells of a coarse histogram, and how likely each is hair."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Bins of the colour histograms: lightness, a, b, over the range that pictures fill.
_BINS = (8, 12, 12)
_LAB_LOW = np.array([0.0, -60.0, -60.0], np.float32)
_LAB_HIGH = np.array([100.0, 70.0, 70.0], np.float32)
SURE_HAIR, SURE_OTHER = 0.75, 0.25
"""The network is sure of hair above the first, and of something else below the second."""


def color_cells(planes: Floats) -> NDArray[np.intp]:
    """Return the cell of a coarse colour histogram that each pixel falls into, (H, W).

    Parameters
    ----------
    planes : ndarray of float32, (3, H, W)
        L, a and b of colours that sRGB has, from :func:`hairpipe.extract.color.lab.lab_planes`.
    """
    scale = np.array(_BINS, np.float32) / (_LAB_HIGH - _LAB_LOW)
    # One channel after the other, and in short numbers: a multiple as fast.
    light, a, b = (
        np.clip((plane * scale[i] - _LAB_LOW[i] * scale[i]).astype(np.int8), 0, _BINS[i] - 1)
        for i, plane in enumerate(planes)
    )
    cells = (light.astype(np.int16) * np.int16(_BINS[1]) + a) * np.int16(_BINS[2]) + b
    return np.asarray(cells, np.intp)


def color_posterior(cells: NDArray[np.intp], hair: Floats) -> Floats:
    """Return how likely each pixel is hair by its colour in this picture and the network's prediction.

    The colours of places the network is sure of make two histograms; Bayes' rule joins their
    likelihoods with the prediction of the pixel's own place.

    Parameters
    ----------
    cells : ndarray of int, (H, W)
        From :func:`color_cells`.
    hair : ndarray of float32, (H, W)
        The network's probability.
    """
    flat, likely = cells.ravel(), hair.ravel()
    likelihoods = []
    for sure, weights in ((likely > SURE_HAIR, likely), (likely < SURE_OTHER, 1 - likely)):
        places = np.flatnonzero(sure)
        counts = np.bincount(flat.take(places), weights.take(places), math.prod(_BINS))
        cube = cv2.GaussianBlur(counts.reshape(_BINS[0], -1).astype(np.float32), (3, 1), 0.6).ravel() + 1
        likelihoods.append(cube / cube.sum())
    ratio = (likelihoods[0] / likelihoods[1]).astype(np.float32).take(cells)
    odds = ratio * (hair + 0.02) / (1.02 - hair)
    return np.asarray(odds / (1 + odds), np.float32)
