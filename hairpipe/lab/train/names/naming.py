"""Fits the names of hair colours to portraits whose hair people named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
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
from hairpipe.extract.result import Box, Image
from hairpipe.extract.settings import NamingSettings, Settings
from hairpipe.extract.softmax_model import SoftmaxModel
from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.lab.evaluate.cases import ColorCase
from hairpipe.lab.evaluate.colors import ColorScore
from hairpipe.lab.evaluate.measured import read_picture
from hairpipe.lab.synthetic import HairPattern, draw_portrait

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
_DIGITS = 5


@dataclass(frozen=True, eq=False)
class NameExample:
    """The appearance of a portrait's main hair colour, and what people call it."""

    case: ColorCase
    features: Floats
    """From :func:`hairpipe.extract.color.name_model.name_features`."""


def name_examples(
    cases: Sequence[ColorCase],
    settings: Settings,
    watch: Callable[[Sequence[ColorCase]], Iterable[ColorCase]] = iter,
) -> list[NameExample]:
    """Return an example for each portrait in which a face and hair are found.

    Parameters
    ----------
    cases : sequence of ColorCase
        See :func:`hairpipe.lab.evaluate.cases.color_cases`.
    settings : Settings
        How hair is found.
    watch : callable, optional
        Given the cases, yields each once: the place for a progress bar.

    Raises
    ------
    ConfigError
        If a picture can't be read.
    """
    examples = []
    for case in watch(cases):
        features = _features(read_picture(case.image).image, settings)
        if features is not None:
            examples.append(NameExample(case, features))
    return examples


def drawn_examples(count: int) -> list[NameExample]:
    """Return examples of drawn portraits with hair of one colour, whose name is known for certain.

    They keep the model sensible for colours that are rare among real portraits.

    Parameters
    ----------
    count : int
        How many portraits to draw; those with more than one hair colour are left out.
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
        skin = skin_lab(palette, Box(*(float(value) for value in drawn.face_box)))
        examples.append(NameExample(case, name_features(groups.appearances[0], skin)))
    return examples


def fit_naming(examples: Sequence[NameExample], fitted_to: str) -> SoftmaxModel:
    """Return a model of names fitted to examples.

    The same examples give the same model. Many pictures of one character count as few, and rare
    names more than their pictures.

    Parameters
    ----------
    examples : sequence of NameExample
        At least one for each of the 12 names.
    fitted_to : str
        What the examples are, for people who read the model.

    Raises
    ------
    ConfigError
        If a name has no example.
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
    return SoftmaxModel(
        classes=tuple(str(name) for name in regression.classes_),
        features=FEATURES,
        mean=_rounded(mean),
        scale=_rounded(scale),
        weights=tuple(_rounded(row) for row in regression.coef_),
        intercepts=_rounded(regression.intercept_),
        fitted_to=fitted_to,
    )


def cross_validated(examples: Sequence[NameExample]) -> list[ColorScore]:
    """Return what models say of portraits whose characters they were not fitted to.

    Parameters
    ----------
    examples : sequence of NameExample
        Divided into five parts by character; each part is named by a model fitted to the others.
        The quality of a score is the probability of its name. The scores have the examples'
        order.

    Raises
    ------
    ConfigError
        If a name is left without examples.
    """
    groups = [example.case.character for example in examples]
    scores: dict[int, ColorScore] = {}
    for fitted, left_out in GroupKFold(_FOLDS).split(examples, groups=groups):
        model = fit_naming([examples[index] for index in fitted], "")
        likely = model.probabilities(np.array([examples[index].features for index in left_out]))
        for index, row in zip(left_out, likely, strict=True):
            scores[int(index)] = _score(examples[index].case, row)
    return [scores[index] for index in range(len(examples))]


def _features(image: Image, settings: Settings) -> Floats | None:
    found = METHODS[settings.method].segment(image, face_search(image, None, settings.face), settings)
    if found.face is None:
        return None
    groups = hair_groups(image, found.hair_mask, found.palette, settings.naming, found.sure_mask)
    if groups is None:
        return None
    return name_features(groups.appearances[0], skin_lab(found.palette, found.face.box))


def _weights(examples: Sequence[NameExample]) -> NDArray[np.float64]:
    pictures = Counter(example.case.character for example in examples)
    weights = np.array(
        [min(1.0, _CHARACTER_WEIGHT / pictures[example.case.character]) for example in examples]
    )
    of_name: Counter[str] = Counter()
    for example, weight in zip(examples, weights, strict=True):
        of_name[example.case.name] += weight
    even = weights.sum() / len(of_name)
    balanced: NDArray[np.float64] = weights * [
        (even / of_name[example.case.name]) ** _BALANCE for example in examples
    ]
    return balanced


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


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), _DIGITS) for value in values)
