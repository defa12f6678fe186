"""What is said of a mask: whether hair is to be seen at all, whether mask and name are right, its length."""

from __future__ import annotations

import functools
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from hairpipe.configuration.settings_model import SettingsModel
from hairpipe.extract.learned.traits import LENGTH_TRAITS, TRUST_TRAITS, length_traits
from hairpipe.extract.result import Face, HairColor, HairLength, Mask, Segmentation
from hairpipe.extract.softmax_model import SoftmaxModel

JUDGES_FILE = "judges.json"
# From here on a mask's intersection over union with the true one counts as right.
RIGHT_OVERLAP = 0.7

NAME_TRAITS = ("probability", "margin", "share", "lightness", "chroma")
UNKNOWN_LENGTH = "unknown"

Floats = NDArray[np.float64]


class Judges(SettingsModel):
    """Models of what people said of masks that the method had made."""

    visible: SoftmaxModel
    """Whether hair is to be seen at all, from the traits of trust."""
    mask: SoftmaxModel
    """Whether the mask is right, from the same."""
    both: SoftmaxModel
    """Whether mask and name are right, from the same and those of the name."""
    length: SoftmaxModel
    """How long the hair is, from the traits of length."""

    @model_validator(mode="after")
    def _fits(self) -> Judges:
        if (self.visible.features, self.mask.features) != (TRUST_TRAITS, TRUST_TRAITS):
            raise ValueError("they were fitted to other traits of trust")
        if self.both.features != TRUST_TRAITS + NAME_TRAITS or self.length.features != LENGTH_TRAITS:
            raise ValueError("they were fitted to other traits")
        return self

    def visible_hair(self, traits: Floats) -> float:
        """Return how likely hair is to be seen, from :func:`hairpipe.extract.learned.traits.trust_traits`."""
        return float(self.visible.probabilities(traits[None])[0, 1])

    def right_mask(self, traits: Floats) -> float:
        """Return how likely the mask overlaps the true one by more than `RIGHT_OVERLAP`."""
        return float(self.mask.probabilities(traits[None])[0, 1])

    def right_mask_and_name(self, traits: Floats, name_traits: Floats) -> float:
        """Return how likely the mask isn't wrong and the name is one that people accept.

        Parameters
        ----------
        traits : ndarray of float
            Of the mask.
        name_traits : ndarray of float
            Of the main colour, in the order of `NAME_TRAITS`.
        """
        return float(self.both.probabilities(np.concatenate([traits, name_traits])[None])[0, 1])


@functools.cache
def shipped_judges() -> Judges:
    """Return the models that come with the package."""
    text = files("hairpipe.extract.learned").joinpath("model", JUDGES_FILE).read_text(encoding="utf-8")
    return Judges.model_validate_json(text)


def hair_length(mask: Mask, face: Face | None) -> HairLength | None:
    """Return how long the hair is; None where that can't be told, as without a face.

    Parameters
    ----------
    mask : ndarray of bool, (H, W)
        The hair.
    face : Face or None
        In its pixels.
    """
    if face is None:
        return None
    model = shipped_judges().length
    likely = model.probabilities(length_traits(mask, face.box)[None])[0]
    said = model.classes[int(likely.argmax())]
    return None if said == UNKNOWN_LENGTH else HairLength(said)


def overall_quality(segmentation: Segmentation, main_color: HairColor | None) -> float | None:
    """Return how likely mask and name are right, 0 to 1; None where the method does not rate itself.

    Hair without a name is rated by its mask alone.

    Parameters
    ----------
    main_color : HairColor or None
        Of the hair.
    """
    if segmentation.traits is None or main_color is None or main_color.name is None:
        return segmentation.mask_quality
    return shipped_judges().right_mask_and_name(segmentation.traits, name_traits(main_color))


def name_traits(color: HairColor) -> Floats:
    """Return the numbers named in `NAME_TRAITS` of a named colour."""
    lightness, a, b = color.lab
    values = (color.probability, color.margin, color.share, lightness, float(np.hypot(a, b)))
    return np.array(values, np.float64)
