"""Masks against exact masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hairpipe.errors import ConfigError
from hairpipe.extract.color.lab import delta_e_2000
from hairpipe.extract.color.naming import name_hair
from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.learned.judges import RIGHT_OVERLAP
from hairpipe.extract.result import HairColor, Mask
from hairpipe.extract.settings import NamingSettings, Settings
from hairpipe.lab.evaluate.cases import MaskCase, Picture, Watch, measured_extraction, read_picture
from hairpipe.lab.evaluate.statistics import (
    Calibration,
    Spread,
    box_iou,
    calibration_of,
    grouped,
    mask_iou,
    share_of,
    spread_of,
)

# A found face that overlaps the given one by this much is the same face.
SAME_FACE_IOU = 0.5
_TRUE_PALETTE_COLORS = 24


@dataclass(frozen=True)
class MaskScore:
    """One extraction against its exact mask."""

    source: str
    image: str
    drawing: str
    background: str
    method: str
    face_given: bool
    status: str
    colored: bool
    """Whether a hair colour was found."""
    iou: float
    """0 where no hair was found."""
    delta_e: float | None
    """CIEDE2000 between the main colour found and that under the exact mask; None without one."""
    face_source: str | None
    face_iou: float | None
    """Of the face found and the one given with the case; None where either is missing."""
    quality: float | None
    milliseconds: float
    """Processor time, decoding apart."""
    visible: bool
    accepted: bool | None
    """Whether the name is one that people accept; None where nobody named the hair."""
    right: bool | None
    """Whether it is the one they gave first; None likewise."""
    length_right: bool | None
    """Whether the hair's length is; None where nobody told it."""


@dataclass(frozen=True)
class MaskReport:
    """One method over all cases of a source."""

    source: str
    method: str
    face_given: bool
    pictures: int
    drawings: int
    iou: Spread
    """Over the pictures with hair to be seen."""
    iou_right: float | None
    """The part of them with an IoU over `RIGHT_OVERLAP`."""
    iou_by_background: dict[str, float]
    delta_e: Spread
    """CIEDE2000 of the main colour."""
    no_color: int
    """Pictures with hair to be seen in which no hair colour was found."""
    refused: float | None
    """The part of the pictures without hair to be seen that get no hair colour."""
    accepted: float | None
    """The part of the pictures with hair that somebody named whose name is accepted."""
    right: float | None
    """The part of them whose name is the first choice."""
    length_right: float | None
    """The part of those whose length somebody told in which it is right."""
    face_recall: float | None
    """The part of the pictures whose face was found where it is; None with given boxes."""
    quality: Calibration
    """Against an IoU over `RIGHT_OVERLAP`."""
    milliseconds: float | None
    decode_milliseconds: float | None
    """As the one before, median processor time a portrait."""


@dataclass(frozen=True)
class MaskEvaluation:
    """The report of every method, with and without given boxes, and every single score."""

    reports: tuple[MaskReport, ...]
    scores: tuple[MaskScore, ...]


def evaluate_masks(
    cases: Sequence[MaskCase],
    methods: Sequence[Settings],
    face_given: Sequence[bool] = (True, False),
    watch: Watch[MaskCase] = iter,
) -> MaskEvaluation:
    """Compare the masks of one or more methods with exact ones.

    Where a method was trained on some of the drawings, those tell nothing about it. Cases without a face box
    are left out where one is to be given. ConfigError if a picture or a mask can't be read, or the two have
    not one size.
    """
    scores: list[MaskScore] = []
    decode_times = []
    for case in watch(cases):
        picture = read_picture(case.image)
        decode_times.append(picture.milliseconds)
        truth = true_mask(case, picture)
        for settings in methods:
            true_color = main_color(picture, truth, settings.naming)
            for given in face_given:
                if case.face is not None or not given:
                    scores.append(_mask_score(case, picture, truth, true_color, settings, given))
    by_trial = grouped(scores, lambda score: (score.source, score.method, score.face_given))
    decode_milliseconds = spread_of(decode_times).median
    reports = [
        _mask_report(by_trial.get(trial, []), *trial, decode_milliseconds)
        for trial in (
            (source, settings.method, given)
            for source in dict.fromkeys(case.source for case in cases) or ("",)
            for settings in methods
            for given in face_given
        )
    ]
    return MaskEvaluation(tuple(reports), tuple(scores))


def true_mask(case: MaskCase, picture: Picture) -> Mask:
    """Return a case's exact mask; ConfigError if it can't be read or doesn't fit the picture."""
    mask = read_picture(case.mask).image[..., 0] > 127
    if mask.shape != picture.image.shape[:2]:
        raise ConfigError(f"{case.mask} and {case.image.name} have not the same size.")
    return mask


def main_color(picture: Picture, truth: Mask, settings: NamingSettings) -> HairColor | None:
    """Return the largest hair colour under a case's exact mask, found as a method's is; None without hair."""
    palette = reduce_colors(picture.image, _TRUE_PALETTE_COLORS)
    colors = name_hair(picture.image, truth, palette, settings).colors
    return colors[0] if colors else None


def _mask_score(
    case: MaskCase,
    picture: Picture,
    truth: Mask,
    true_color: HairColor | None,
    settings: Settings,
    given: bool,
) -> MaskScore:
    extraction, milliseconds = measured_extraction(picture.image, case.face if given else None, settings)
    face_iou = None
    if not given and case.face is not None and extraction.face is not None:
        face_iou = box_iou(extraction.face, case.face)
    delta_e = None
    if extraction.colors and true_color is not None:
        delta_e = float(delta_e_2000(extraction.colors[0].lab, true_color.lab))
    named = case.visible and case.accepted
    return MaskScore(
        source=case.source,
        image=case.image.name,
        drawing=case.drawing,
        background=case.background,
        method=settings.method,
        face_given=given,
        status=str(extraction.status),
        colored=bool(extraction.colors),
        iou=mask_iou(extraction.hair_mask, truth),
        delta_e=delta_e,
        face_source=extraction.face_source,
        face_iou=face_iou,
        quality=extraction.quality,
        milliseconds=milliseconds,
        visible=case.visible,
        accepted=extraction.color in case.accepted if named else None,
        right=extraction.color == case.accepted[0] if named else None,
        length_right=extraction.length == case.length if case.visible and case.length else None,
    )


def _mask_report(
    scores: Sequence[MaskScore], source: str, method: str, given: bool, decode_milliseconds: float | None
) -> MaskReport:
    shown = [score for score in scores if score.visible]
    hidden = [score for score in scores if not score.visible]
    by_background = grouped(scores, lambda score: score.background)
    right = [score.visible and score.iou > RIGHT_OVERLAP for score in scores]
    seen = [score.face_iou is not None and score.face_iou > SAME_FACE_IOU for score in scores]
    return MaskReport(
        source=source,
        method=method,
        face_given=given,
        pictures=len(scores),
        drawings=len({score.drawing for score in scores}),
        iou=spread_of([score.iou for score in shown]),
        iou_right=share_of([score.iou > RIGHT_OVERLAP for score in shown]),
        iou_by_background={
            name: float(np.mean([score.iou for score in group]))
            for name, group in sorted(by_background.items())
            if name
        },
        delta_e=spread_of([score.delta_e for score in scores if score.delta_e is not None]),
        no_color=sum(not score.colored for score in shown),
        refused=share_of([not score.colored for score in hidden]),
        accepted=share_of([score.accepted for score in shown if score.accepted is not None]),
        right=share_of([score.right for score in shown if score.right is not None]),
        length_right=share_of([score.length_right for score in shown if score.length_right is not None]),
        face_recall=None if given else share_of(seen),
        quality=calibration_of([score.quality for score in scores], right),
        milliseconds=spread_of([score.milliseconds for score in scores]).median,
        decode_milliseconds=decode_milliseconds,
    )
