"""How likely a mask of the learned method is right."""

from __future__ import annotations

import functools
from importlib.resources import files

import numpy as np

from hairpipe.extract.learned.features import Floats
from hairpipe.extract.quality import expected_overlap
from hairpipe.extract.result import Mask
from hairpipe.group import Group

MASK_QUALITY_MODEL = "certainty.json"
# From here on a mask's intersection over union with the true one counts as right.
RIGHT_OVERLAP = 0.7

# Keeps the log odds of certain overlaps finite.
_DOUBT = 0.01


class MaskQualityModel(Group):
    """Logistic regression on the overlaps that two predictions lead to expect.

    Attributes
    ----------
    pixels : float
        Weight of the log odds of the overlap expected from the pixels' final probabilities.
    network : float
        The same of the network's own probabilities.
    intercept : float
    """

    pixels: float
    network: float
    intercept: float

    def probability(self, overlaps: Floats) -> float:
        """Return how likely a mask is right, from its row of :func:`mask_quality_features`."""
        odds = float(overlaps @ (self.pixels, self.network)) + self.intercept
        return float(1 / (1 + np.exp(-odds)))


def mask_quality_features(probabilities: Floats, network: Floats, mask: Mask) -> Floats:
    """Return the log odds of the overlap with the true mask that two predictions lead to expect, (2,).

    Parameters
    ----------
    probabilities : ndarray of float32, (H, W)
        How likely each pixel is hair, by the whole method.
    network : ndarray of float32, (H, W)
        The same by the network alone.
    mask : ndarray of bool, (H, W)
        What was taken for hair.
    """
    overlaps = np.array([expected_overlap(probabilities, mask), expected_overlap(network, mask)])
    return np.asarray(np.log((overlaps + _DOUBT) / (1 + _DOUBT - overlaps)), np.float32)


def mask_quality(probabilities: Floats, network: Floats, mask: Mask) -> float:
    """Return how likely it is that a mask overlaps the true one by more than `RIGHT_OVERLAP`, 0 to 1.

    Parameters
    ----------
    probabilities, network, mask : ndarray
        See :func:`mask_quality_features`.
    """
    return shipped_mask_quality().probability(mask_quality_features(probabilities, network, mask))


@functools.cache
def shipped_mask_quality() -> MaskQualityModel:
    """Return the model that comes with the package."""
    text = files("hairpipe.extract.learned").joinpath("model", MASK_QUALITY_MODEL).read_text(encoding="utf-8")
    return MaskQualityModel.model_validate_json(text)
