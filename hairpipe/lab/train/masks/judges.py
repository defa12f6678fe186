"""Fits what is said of a mask to what people say of it; see :mod:`hairpipe.extract.learned.judges`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

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
    half: int
    picture: LabelledPicture
    answers: tuple[Answer, ...]
    """After the whole picture and, where the head is small in it, after the part round that."""
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
    """Return judges fitted to outcomes, at least one; those without name or length say nothing of these."""
    shipped = shipped_judges()
    masks = _mask_lessons(outcomes)
    chosen = _surer_answers(outcomes, cross_validated(masks, shipped.mask))
    pairs = list(zip(outcomes, chosen, strict=True))
    seen = [(outcome, answer.traits, _VISIBLE[outcome.picture.visible]) for outcome, answer in pairs]
    visible = _lessons(TRUST_TRAITS, _VISIBLE, seen, _VISIBLE_FREEDOM, balanced=True)
    likely = [each["yes"] for each in cross_validated(visible, shipped.visible)]
    told = [_tells_length(*pair) for pair in pairs]
    lengths = _length_lessons([pair for pair, tells in zip(pairs, told, strict=True) if tells])
    said = (max(each, key=lambda name: each[name]) for each in cross_validated(lengths, shipped.length))
    verdicts = tuple(
        Verdict(answer, chance, next(said) if tells else None)
        for answer, chance, tells in zip(chosen, likely, told, strict=True)
    )
    lessons = {"visible": visible, "mask": masks, "both": _both_lessons(pairs), "length": lengths}
    sources = ", ".join(dict.fromkeys(outcome.source for outcome in outcomes))
    fitted = {
        name: fit_softmax(each, f"{len(each.labels)} judgements of {sources}")
        for name, each in lessons.items()
    }
    models = {name: model or getattr(shipped, name) for name, model in fitted.items()}
    kept = tuple(name for name, model in fitted.items() if model is None)
    return FittedJudges(Judges(**models), verdicts, kept)


def accepts(picture: LabelledPicture, answer: Answer) -> bool:
    """Return whether the name that the method gives is one that people accept."""
    return answer.color is not None and answer.color.name in picture.names


_Pair = tuple[Outcome, Answer]
_Lesson = tuple[Outcome, Floats, str]
"""A picture, what is known of an answer to it, and the class that this belongs to."""


def _lessons(
    features: tuple[str, ...],
    classes: tuple[str, ...],
    lessons: Sequence[_Lesson],
    freedom: float,
    *,
    balanced: bool = False,
) -> Lessons:
    return Lessons(
        features,
        classes,
        rows=np.array([row for _, row, _ in lessons], np.float64).reshape(len(lessons), len(features)),
        labels=tuple(label for _, _, label in lessons),
        weights=np.array([outcome.weight for outcome, _, _ in lessons]),
        groups=tuple(outcome.picture.group for outcome, _, _ in lessons),
        freedom=freedom,
        balanced=balanced,
    )


def _mask_lessons(outcomes: Sequence[Outcome]) -> Lessons:
    """Return the lessons of all answers; those of one picture count together as one."""
    answered = [(outcome, answer) for outcome in outcomes for answer in outcome.all_answers]
    lessons = [
        (outcome, answer.traits, _RIGHT[outcome.picture.visible and answer.overlap > RIGHT_OVERLAP])
        for outcome, answer in answered
    ]
    counts = [len(outcome.all_answers) for outcome, _ in answered]
    each = _lessons(TRUST_TRAITS, _RIGHT, lessons, _MASK_FREEDOM)
    return replace(each, weights=each.weights / counts)


def _surer_answers(outcomes: Sequence[Outcome], likely: Iterable[dict[str, float]]) -> list[Answer]:
    """Return the answer of each outcome that the method would go by."""
    chances = iter(likely)
    chosen = []
    for outcome in outcomes:
        answers = outcome.all_answers
        ratings = [
            chance["right"] if answer.enough else 0.0
            for answer, chance in zip(answers, islice(chances, len(answers)), strict=True)
        ]
        first = ratings[: len(outcome.answers)]
        considered = ratings if max(first) < UNSURE_MASK else first
        chosen.append(answers[int(np.argmax(considered))])
    return chosen


def _both_lessons(pairs: Sequence[_Pair]) -> Lessons:
    """Return the lessons of pictures that got a name, and where people gave one or saw no hair to name."""
    lessons = []
    for outcome, answer in pairs:
        picture = outcome.picture
        if answer.color is not None and (picture.names or not picture.visible):
            right = picture.visible and accepts(picture, answer) and answer.overlap > _NOT_WRONG
            row = np.concatenate([answer.traits, name_traits(answer.color)])
            lessons.append((outcome, row, _RIGHT[right]))
    return _lessons(TRUST_TRAITS + NAME_TRAITS, _RIGHT, lessons, _BOTH_FREEDOM)


def _tells_length(outcome: Outcome, answer: Answer) -> bool:
    """Return whether somebody looked for the hair's length, and the method could too."""
    return outcome.picture.visible and outcome.picture.length is not None and answer.length is not None


def _length_lessons(pairs: Sequence[_Pair]) -> Lessons:
    lessons = [
        (outcome, answer.length, str(outcome.picture.length))
        for outcome, answer in pairs
        if answer.length is not None
    ]
    classes = tuple(length.value for length in HairLength)
    if any(label == UNKNOWN_LENGTH for _, _, label in lessons):
        classes += (UNKNOWN_LENGTH,)
    return _lessons(LENGTH_TRAITS, classes, lessons, _LENGTH_FREEDOM)
