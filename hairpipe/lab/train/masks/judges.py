"""Fits what is said of a mask to what people say of it; see :mod:`hairpipe.extract.learned.judges`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hairpipe.extract.learned.judges import (
    NAME_TRAITS,
    RIGHT_OVERLAP,
    UNKNOWN_LENGTH,
    Judges,
    name_traits,
    shipped_judges,
)
from hairpipe.extract.learned.method import UNSURE_MASK
from hairpipe.extract.learned.traits import LENGTH_TRAITS, TRUST_TRAITS
from hairpipe.extract.result import HairLength
from hairpipe.extract.softmax_model import SoftmaxModel
from hairpipe.lab.train.masks.judged import Answer, Floats
from hairpipe.lab.train.samples.examples import LabelledPicture
from hairpipe.lab.train.softmax_fit import Lessons, cross_validated, fit_softmax

_RIGHT, _VISIBLE = ("wrong", "right"), ("no", "yes")
# With more of the true mask than this, a mask is not wrong, and an accepted name on it is no accident.
_NOT_WRONG = 0.4
# Cut-outs on backgrounds of our own, which are many and easy, count this much.
_CUTOUT_WEIGHT = 0.15
_MASK_FREEDOM, _VISIBLE_FREEDOM, _BOTH_FREEDOM, _LENGTH_FREEDOM = 0.3, 0.1, 0.1, 0.5


@dataclass(frozen=True, eq=False)
class Outcome:
    """A picture, and what the method says of it without having seen its group."""

    source: str
    """The name of its source."""
    half: int
    """The half of the groups that it belongs to."""
    picture: LabelledPicture
    answers: tuple[Answer, ...]
    """After the whole picture and, where its face is small, after a close-up."""
    of_places: tuple[Answer, ...] = ()
    """After the parts of it in which heads are likely, where the others are unsure."""

    @property
    def all_answers(self) -> tuple[Answer, ...]:
        """The answers after all views."""
        return self.answers + self.of_places

    @property
    def weight(self) -> float:
        """How much it counts."""
        return _CUTOUT_WEIGHT if self.picture.cutout else 1.0


@dataclass(frozen=True, eq=False)
class Verdict:
    """What judges that have not seen a picture's group make of its outcome."""

    answer: Answer
    """The surer one."""
    visible: float
    """How likely hair is to be seen."""
    length: str | None
    """What is said of the length; None where nothing can be."""


@dataclass(frozen=True, eq=False)
class FittedJudges:
    """Judges, and how they do on groups they had not learnt from."""

    judges: Judges
    verdicts: tuple[Verdict, ...]
    """One for each outcome, in order."""
    kept: tuple[str, ...]
    """The judges that there was too little to learn for: they are those that come with the package."""


def fit_judges(outcomes: Sequence[Outcome]) -> FittedJudges:
    """Return judges fitted to outcomes.

    Parameters
    ----------
    outcomes : sequence of Outcome
        At least one. Those without a name or a length say nothing of these.
    """
    shipped = shipped_judges()
    masks, places = _mask_lessons(outcomes)
    chosen = _surer_answers(outcomes, places, cross_validated(masks, shipped.mask))
    visible = _visible_lessons(outcomes, chosen)
    likely = [each["yes"] for each in cross_validated(visible, shipped.visible)]
    lengths, with_length = _length_lessons(outcomes, chosen)
    said = dict(zip(with_length, cross_validated(lengths, shipped.length), strict=True))
    verdicts = tuple(
        Verdict(answer, likely[place], _likeliest(said.get(place))) for place, answer in enumerate(chosen)
    )
    lessons = {
        "visible": visible,
        "mask": masks,
        "both": _both_lessons(outcomes, chosen),
        "length": lengths,
    }
    models: dict[str, SoftmaxModel] = {}
    kept = []
    for name, each in lessons.items():
        model = fit_softmax(each, f"{len(each.labels)} judgements of {_sources(outcomes)}")
        if model is None:
            kept.append(name)
        models[name] = model or getattr(shipped, name)
    return FittedJudges(Judges(**models), verdicts, tuple(kept))


def accepts(picture: LabelledPicture, answer: Answer) -> bool:
    """Return whether the name that the method gives is one that people accept."""
    return answer.color is not None and answer.color.name in picture.names


def _mask_lessons(outcomes: Sequence[Outcome]) -> tuple[Lessons, list[tuple[int, int]]]:
    """Return the lessons of all answers, and each one's outcome and place among its answers."""
    places = [(place, index) for place, each in enumerate(outcomes) for index in range(len(each.all_answers))]
    owners = [outcomes[place] for place, _ in places]
    answers = [outcomes[place].all_answers[index] for place, index in places]
    right = [
        owner.picture.visible and answer.overlap > RIGHT_OVERLAP
        for owner, answer in zip(owners, answers, strict=True)
    ]
    weights = [owner.weight / len(owner.all_answers) for owner in owners]
    lessons = Lessons(
        TRUST_TRAITS,
        _RIGHT,
        _stacked([answer.traits for answer in answers], len(TRUST_TRAITS)),
        tuple(_RIGHT[each] for each in right),
        np.array(weights),
        tuple(owner.picture.group for owner in owners),
        _MASK_FREEDOM,
    )
    return lessons, places


def _surer_answers(
    outcomes: Sequence[Outcome], places: Sequence[tuple[int, int]], likely: Sequence[dict[str, float]]
) -> list[Answer]:
    """Return the answer of each outcome that the method would go by."""
    ratings: list[list[float]] = [[] for _ in outcomes]
    for (place, index), each in zip(places, likely, strict=True):
        ratings[place].append(each["right"] if outcomes[place].all_answers[index].enough else 0.0)
    chosen = []
    for outcome, rating in zip(outcomes, ratings, strict=True):
        first = rating[: len(outcome.answers)]
        considered = rating if max(first) < UNSURE_MASK else first
        chosen.append(outcome.all_answers[int(np.argmax(considered))])
    return chosen


def _visible_lessons(outcomes: Sequence[Outcome], chosen: Sequence[Answer]) -> Lessons:
    return Lessons(
        TRUST_TRAITS,
        _VISIBLE,
        _stacked([answer.traits for answer in chosen], len(TRUST_TRAITS)),
        tuple(_VISIBLE[outcome.picture.visible] for outcome in outcomes),
        np.array([outcome.weight for outcome in outcomes]),
        tuple(outcome.picture.group for outcome in outcomes),
        _VISIBLE_FREEDOM,
        balanced=True,
    )


def _both_lessons(outcomes: Sequence[Outcome], chosen: Sequence[Answer]) -> Lessons:
    """Return the lessons of pictures that got a name, and where people gave one or saw no hair to name."""
    rows, labels, owners = [], [], []
    for outcome, answer in zip(outcomes, chosen, strict=True):
        picture = outcome.picture
        if answer.color is None or (picture.visible and not picture.names):
            continue
        right = picture.visible and accepts(picture, answer) and answer.overlap > _NOT_WRONG
        rows.append(np.concatenate([answer.traits, name_traits(answer.color)]))
        labels.append(_RIGHT[right])
        owners.append(outcome)
    return Lessons(
        TRUST_TRAITS + NAME_TRAITS,
        _RIGHT,
        _stacked(rows, len(TRUST_TRAITS + NAME_TRAITS)),
        tuple(labels),
        np.array([owner.weight for owner in owners]),
        tuple(owner.picture.group for owner in owners),
        _BOTH_FREEDOM,
    )


def _length_lessons(outcomes: Sequence[Outcome], chosen: Sequence[Answer]) -> tuple[Lessons, list[int]]:
    """Return the lessons of pictures whose length somebody looked for, and their places."""
    rows, places = [], []
    for place, (outcome, answer) in enumerate(zip(outcomes, chosen, strict=True)):
        if outcome.picture.visible and outcome.picture.length is not None and answer.length is not None:
            rows.append(answer.length)
            places.append(place)
    labels = tuple(str(outcomes[place].picture.length) for place in places)
    classes = tuple(length.value for length in HairLength)
    lessons = Lessons(
        LENGTH_TRAITS,
        (*classes, UNKNOWN_LENGTH) if UNKNOWN_LENGTH in labels else classes,
        _stacked(rows, len(LENGTH_TRAITS)),
        labels,
        np.array([outcomes[place].weight for place in places]),
        tuple(outcomes[place].picture.group for place in places),
        _LENGTH_FREEDOM,
    )
    return lessons, places


def _likeliest(likely: dict[str, float] | None) -> str | None:
    return None if likely is None else max(likely, key=lambda name: likely[name])


def _stacked(rows: Sequence[Floats], columns: int) -> Floats:
    return np.array(rows, np.float64).reshape(len(rows), columns)


def _sources(outcomes: Sequence[Outcome]) -> str:
    return ", ".join(dict.fromkeys(outcome.source for outcome in outcomes))
