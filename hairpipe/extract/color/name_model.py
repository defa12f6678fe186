"""The name of a hair colour: a softmax over what its pixels and the skin beside them look like.

People name hair less by its pixels than one would think: brown hair in evening light is orange,
and white hair in shade is blue. So each name has a weight for every feature of the colour's appearance
(see :mod:`hairpipe.extract.color.appearance`) and of the skin, which shows the light of the scene. The
weights are fitted to labelled portraits by :mod:`hairpipe.lab.train.naming` and stored as plain
numbers beside this module.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.color.lab import Floats
from hairpipe.extract.color.possible_names import possible_names
from hairpipe.extract.softmax_model import SoftmaxModel
from hairpipe.hair_color_names import COLOR_NAMES

MODEL_FILE = "name_model.json"

FEATURES = (
    *("middle L", "middle a", "middle b"),
    *("middle LL", "middle La", "middle Lb", "middle aa", "middle ab", "middle bb"),
    *("middle chroma", "middle redness", "middle yellowness"),
    *("shade L", "shade a", "shade b"),
    *("shine L", "shine a", "shine b"),
    *("skin L", "skin a", "skin b"),
)

# Bring the coordinates of CIELAB to about -1 to 1, so that their products stay comparable.
_LAB_MIDDLE = np.array([50.0, 0.0, 0.0])
_LAB_REACH = np.array([50.0, 30.0, 30.0])
_SKIN_MIDDLE = np.array([90.0, 6.0, 12.0])
_SKIN_REACH = np.array([10.0, 8.0, 8.0])
# Keeps the hue of colours that are nearly grey from mattering.
_GREYISH_CHROMA = 0.15
_PAIRS = np.triu_indices(3)

# A name at least this likely, compared with the likeliest, is one that people may use as well.
_LIKELY = 0.5


@dataclass(frozen=True)
class Naming:
    """A hair colour's name."""

    name: str
    """The likeliest of the 12 names."""
    probability: float
    """How likely, 0 to 1."""
    margin: float
    """By how much it is likelier than the second."""
    also: tuple[str, ...]
    """Other names that are at least half as likely, the likeliest first."""


def namings(
    appearances: Sequence[Floats], skin: Floats | None, tones: Floats, model: SoftmaxModel | None = None
) -> list[Naming]:
    """Return the name of each hair colour of a portrait: the likeliest that its tone can bear.

    Parameters
    ----------
    appearances : sequence of ndarray, (3, 3)
        From :func:`hairpipe.extract.color.appearance.color_appearance`.
    skin : ndarray, (3,), or None
        CIELAB of the portrait's skin, if known.
    tones : ndarray, (n, 3)
        CIELAB of each colour's base tone, which stands beside the name.
    model : SoftmaxModel, optional
        By default the one that comes with the package.
    """
    if not appearances:
        return []
    features = np.array([name_features(appearance, skin) for appearance in appearances])
    likely = (model or shipped_model()).probabilities(features) * possible_names(tones)
    return [_naming(row / row.sum()) for row in likely]


def name_features(appearance: Floats, skin: Floats | None) -> Floats:
    """Return the 21 features of a hair colour, in the order of `FEATURES`; those of no skin are NaN."""
    middle, shade, shine = (appearance - _LAB_MIDDLE) / _LAB_REACH
    products = np.outer(middle, middle)[_PAIRS]
    chroma = np.hypot(middle[1], middle[2])
    hue = middle[1:] / (chroma + _GREYISH_CHROMA)
    seen = np.full(3, np.nan) if skin is None else (skin - _SKIN_MIDDLE) / _SKIN_REACH
    return np.concatenate([middle, products, [chroma], hue, shade, shine, seen])


@functools.cache
def shipped_model() -> SoftmaxModel:
    """Return the model that comes with the package."""
    text = resources.files(__package__).joinpath(MODEL_FILE).read_text(encoding="utf-8")
    model = SoftmaxModel.model_validate_json(text)
    if (model.classes, model.features) != (COLOR_NAMES, FEATURES):
        raise ValueError(f"{MODEL_FILE} was fitted to other names or features")
    return model


def _naming(likely: NDArray[np.float64]) -> Naming:
    order = np.argsort(-likely, kind="stable")
    first, second = order[:2]
    return Naming(
        name=COLOR_NAMES[first],
        probability=float(likely[first]),
        margin=float(likely[first] - likely[second]),
        also=tuple(COLOR_NAMES[other] for other in order[1:] if likely[other] >= _LIKELY * likely[first]),
    )
