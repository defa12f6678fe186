"""Fits the names of hair colours to portraits whose hair people named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from hairpipe.errors import ConfigError
from hairpipe.extract.color.appearance import skin_lab
from hairpipe.extract.color.lab import Floats
from hairpipe.extract.color.name_model import FEATURES, name_features
from hairpipe.extract.color.naming import hair_groups
from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.face.search import face_search
from hairpipe.extract.methods import METHODS
from hairpipe.extract.result import Image
from hairpipe.extract.settings import NamingSettings, Settings
from hairpipe.extract.softmax_model import SoftmaxModel
from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.lab.evaluate.cases import ColorCase, Watch, read_picture
from hairpipe.lab.evaluate.colors import ColorScore
from hairpipe.lab.synthetic import draw_portrait
from hairpipe.lab.synthetic.drawing.style import HairPattern
from hairpipe.lab.train.softmax_fit import softmax_model

# A character shows one hair colour in many pictures: together they count as so many.
_CHARACTER_WEIGHT = 4.0
# How far rare names are made up for: 0 not at all, 1 until all names count the same.
_BALANCE = 0.4
# Inverse strength of the regularisation, in scikit-learn's sense.
_FREEDOM = 0.5
_FOLDS = 5
# Drawn portraits are to count as much as so many characters.
_DRAWN_CHARACTERS = 50
_DRAWN_PALETTE = 20


@dataclass(frozen=True, eq=False)
class NameExample:
    """The appearance of a portrait's main hair colour, and what people call it."""

    case: ColorCase
    features: Floats
    """From :func:`hairpipe.extract.color.name_model.name_features`."""


def name_examples(
    cases: Sequence[ColorCase], settings: Settings, watch: Watch[ColorCase] = iter
) -> list[NameExample]:
    """Return an example for each portrait in which a face and hair are found.

    ConfigError if a picture can't be read.
    """
    found = ((case, _features(read_picture(case.image).image, settings)) for case in watch(cases))
    return [NameExample(case, features) for case, features in found if features is not None]


def drawn_examples(count: int) -> list[NameExample]:
    """Return examples of so many drawn portraits, less those with more than one hair colour.

    Their names are known for certain. They keep the model sensible for colours that are rare among real
    portraits.
    """
    examples = []
    for seed in range(count):
        drawn = draw_portrait(seed)
        palette = reduce_colors(drawn.image, _DRAWN_PALETTE)
        groups = hair_groups(drawn.image, drawn.hair_mask, palette, NamingSettings())
        if groups is None or drawn.pattern != HairPattern.SINGLE:
            continue
        name = drawn.colors[0].name
        image = Path(f"drawn-{seed}")
        case = ColorCase(image, name, frozenset([name]), f"drawn-{seed % _DRAWN_CHARACTERS}")
        skin = skin_lab(palette, drawn.face_box)
        examples.append(NameExample(case, name_features(groups.appearances[0], skin)))
    return examples


def fit_naming(examples: Sequence[NameExample], fitted_to: str) -> SoftmaxModel:
    """Return a model of names fitted to examples.

    The same examples give the same model. Many pictures of one character count as few, and rare names more
    than their pictures. ConfigError if a name has no example.
    """
    names = np.array([example.case.name for example in examples])
    missing = sorted(set(COLOR_NAMES) - set(names))
    if missing:
        raise ConfigError(f"no portrait with {', '.join(missing)} hair to learn from; add some.")
    features = np.array([example.features for example in examples])
    mean, scale = np.nanmean(features, axis=0), np.nanstd(features, axis=0)
    standard = np.nan_to_num((features - mean) / scale, nan=0.0)
    regression = LogisticRegression(C=_FREEDOM, max_iter=2000)
    regression.fit(standard, names, sample_weight=_weights(examples))
    classes = tuple(str(name) for name in regression.classes_)
    return softmax_model(regression, classes, FEATURES, mean, scale, fitted_to)


def cross_validated(examples: Sequence[NameExample]) -> list[ColorScore]:
    """Return what models say of portraits whose characters they were not fitted to, in the examples' order.

    The examples are divided into five parts by character, and each part is named by a model fitted to the
    others. The quality of a score is the probability of its name. ConfigError if a name is left without
    examples.
    """
    groups = [example.case.character for example in examples]
    likely = np.empty((len(examples), len(COLOR_NAMES)))
    for fitted, left_out in GroupKFold(_FOLDS).split(examples, groups=groups):
        model = fit_naming([examples[index] for index in fitted], "")
        likely[left_out] = model.probabilities(np.array([examples[index].features for index in left_out]))
    return [_score(example.case, row) for example, row in zip(examples, likely, strict=True)]


def _features(image: Image, settings: Settings) -> Floats | None:
    found = METHODS[settings.method].segment(image, face_search(image, None, settings.face), settings)
    if found.face is None:
        return None
    groups = hair_groups(image, found.hair_mask, found.palette, settings.naming, found.sure_mask)
    if groups is None:
        return None
    return name_features(groups.appearances[0], skin_lab(found.palette, found.face.box))


def _weights(examples: Sequence[NameExample]) -> NDArray[np.float64]:
    cases = [example.case for example in examples]
    pictures = Counter(case.character for case in cases)
    weights = np.array([min(1.0, _CHARACTER_WEIGHT / pictures[case.character]) for case in cases])
    _, name, counts = np.unique([case.name for case in cases], return_inverse=True, return_counts=True)
    of_name = np.bincount(name, weights)
    even = weights.sum() / len(counts)
    return np.asarray(weights * (even / of_name[name]) ** _BALANCE, np.float64)


def _score(case: ColorCase, likely: NDArray[np.float64]) -> ColorScore:
    answer = COLOR_NAMES[int(likely.argmax())]
    return ColorScore(
        image=case.image.name,
        character=case.character,
        method="names",
        status="ok",
        name=case.name,
        answer=answer,
        right=answer == case.name,
        accepted=answer in case.accepted,
        face_found=True,
        quality=float(likely.max()),
        milliseconds=0.0,
    )
