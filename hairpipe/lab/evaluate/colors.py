"""Names of hair colours against the names people gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hairpipe.extract.face.box import PRIOR
from hairpipe.extract.settings import Settings
from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.lab.evaluate.cases import ColorCase, Watch, measured_extraction, read_picture
from hairpipe.lab.evaluate.statistics import Calibration, calibration_of, grouped, share_of, spread_of

NO_NAME = "none"


@dataclass(frozen=True)
class ColorScore:
    """One portrait's name for its hair colour."""

    image: str
    character: str
    method: str
    status: str
    name: str
    """What people call it."""
    answer: str | None
    """What the method calls it."""
    right: bool
    accepted: bool
    """Whether the answer is among the accepted ones."""
    face_found: bool
    """Whether a detector saw a face."""
    quality: float | None
    milliseconds: float
    """Processor time, finding the face included, decoding apart."""


@dataclass(frozen=True)
class NameScore:
    """The portraits that people gave one name: how many, and the parts right and accepted."""

    name: str
    pictures: int
    right: float | None
    accepted: float | None


@dataclass(frozen=True)
class ColorReport:
    """One method over all cases."""

    method: str
    pictures: int
    characters: int
    named: int
    """Pictures whose hair got a name."""
    face_recall: float | None
    """The part of the pictures in which a face was found."""
    right: float | None
    accepted: float | None
    """As the one before, a part of all pictures; one without a name counts as wrong."""
    right_with_face: float | None
    accepted_with_face: float | None
    """As the one before, a part of the pictures in which a face was found."""
    accepted_by_name: float | None
    """The mean over the names (found faces)."""
    accepted_by_character: float | None
    """The mean over the characters (found faces)."""
    by_name: tuple[NameScore, ...]
    confusion: dict[str, dict[str, int]]
    """Of what people say to what the method says (found faces); ``none`` for no name."""
    quality: Calibration
    """Against the answer being accepted, over the pictures with a name."""
    milliseconds: float | None
    decode_milliseconds: float | None
    """As the one before, median processor time a portrait."""


@dataclass(frozen=True)
class ColorEvaluation:
    """The report of every method, and every single score."""

    reports: tuple[ColorReport, ...]
    scores: tuple[ColorScore, ...]


def evaluate_colors(
    cases: Sequence[ColorCase], methods: Sequence[Settings], watch: Watch[ColorCase] = iter
) -> ColorEvaluation:
    """Compare the names one or more methods give to hair with those that people gave.

    ConfigError if a picture can't be read.
    """
    scores: list[ColorScore] = []
    decode_times = []
    for case in watch(cases):
        picture = read_picture(case.image)
        decode_times.append(picture.milliseconds)
        for settings in methods:
            found, milliseconds = measured_extraction(picture.image, None, settings)
            scores.append(
                ColorScore(
                    image=case.image.name,
                    character=case.character,
                    method=settings.method,
                    status=str(found.status),
                    name=case.name,
                    answer=found.color,
                    right=found.color == case.name,
                    accepted=found.color in case.accepted,
                    face_found=found.face_source not in (None, PRIOR),
                    quality=found.quality,
                    milliseconds=milliseconds,
                )
            )
    by_method = grouped(scores, lambda score: score.method)
    decode_milliseconds = spread_of(decode_times).median
    reports = [
        color_report(by_method.get(settings.method, []), settings.method, decode_milliseconds)
        for settings in methods
    ]
    return ColorEvaluation(tuple(reports), tuple(scores))


def color_report(scores: Sequence[ColorScore], method: str, decode_milliseconds: float | None) -> ColorReport:
    """Return the report on one method's scores."""
    seen = [score for score in scores if score.face_found]
    named = [score for score in scores if score.answer is not None]
    of_name = grouped(seen, lambda score: score.name)
    by_name = tuple(
        NameScore(
            name,
            pictures=len(of_name[name]),
            right=share_of([score.right for score in of_name[name]]),
            accepted=share_of([score.accepted for score in of_name[name]]),
        )
        for name in COLOR_NAMES
        if name in of_name
    )
    by_character = [
        float(np.mean([score.accepted for score in group]))
        for _, group in sorted(grouped(seen, lambda score: score.character).items())
    ]
    return ColorReport(
        method=method,
        pictures=len(scores),
        characters=len({score.character for score in scores}),
        named=len(named),
        face_recall=share_of([score.face_found for score in scores]),
        right=share_of([score.right for score in scores]),
        accepted=share_of([score.accepted for score in scores]),
        right_with_face=share_of([score.right for score in seen]),
        accepted_with_face=share_of([score.accepted for score in seen]),
        accepted_by_name=spread_of([score.accepted for score in by_name if score.accepted is not None]).mean,
        accepted_by_character=spread_of(by_character).mean,
        by_name=by_name,
        confusion=confusion(seen),
        quality=calibration_of([score.quality for score in named], [score.accepted for score in named]),
        milliseconds=spread_of([score.milliseconds for score in scores]).median,
        decode_milliseconds=decode_milliseconds,
    )


def confusion(scores: Sequence[ColorScore]) -> dict[str, dict[str, int]]:
    """Return how often what people call one name got each answer; names that never occur are left out."""
    pairs = Counter((score.name, score.answer or NO_NAME) for score in scores)
    table: dict[str, dict[str, int]] = {}
    for (name, answer), count in sorted(pairs.items()):
        table.setdefault(name, {})[answer] = count
    return table
