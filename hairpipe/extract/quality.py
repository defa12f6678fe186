"""How far a result can be trusted: how likely its mask and its name are right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.result import HairColor, Mask

# Where the name is most doubtful, it takes this part of the quality; the mask decides the rest.
_NAME_PART = 0.35


def expected_overlap(probabilities: NDArray[np.floating], mask: Mask) -> float:
    """Return the intersection over union with the true mask that the probabilities lead to expect.

    The expected intersection over the expected union, each pixel being hair with its probability:
    a plug-in estimate of the mean, close to it where the mask has many pixels.

    Parameters
    ----------
    probabilities : ndarray of float, (H, W)
        How likely each pixel is hair, 0 to 1.
    mask : ndarray of bool, (H, W)
        The pixels that were taken for hair.

    Returns
    -------
    float
        0 to 1; 0 for an empty mask.
    """
    hit = float(probabilities[mask].sum())
    missed = float(probabilities[~mask].sum())
    union = float(np.count_nonzero(mask)) + missed
    return hit / union if union else 0.0


def overall_quality(mask_quality: float | None, main_color: HairColor | None) -> float | None:
    """Return how likely mask and name are right, 0 to 1; None where the mask has no quality.

    A right mask is worth something even if people would argue about the name, so the name's
    probability takes only a part of it. Hair without a name is rated by its mask alone.

    Parameters
    ----------
    mask_quality : float or None
        How likely the mask is right, 0 to 1.
    main_color : HairColor or None
        Of the hair.
    """
    if mask_quality is None or main_color is None or main_color.name is None:
        return mask_quality
    return mask_quality * (1 - _NAME_PART * (1 - main_color.probability))
