"""Figures that suit every method: what came of a portrait, or why nothing did."""

from __future__ import annotations

from functools import partial

from hairpipe.extract.article.method import ArticleSteps
from hairpipe.extract.learned.method import LearnedSteps
from hairpipe.extract.result import Extraction, Image
from hairpipe.extract.settings import Settings
from hairpipe.report.figures.article import article_drawings
from hairpipe.report.figures.drawing import Drawing, Panel, aspect_of
from hairpipe.report.figures.learned import learned_drawings
from hairpipe.report.figures.panels import (
    draw_hair_colors,
    draw_outline,
    draw_picture,
    draw_portrait,
    draw_text,
)
from hairpipe.report.views import alone
from hairpipe.status import Status


def drawings_of(image: Image, extraction: Extraction, settings: Settings | None = None) -> list[Drawing]:
    """Return all figures of an extraction: its method's own, and what came of it.

    Whatever the status of the extraction, what was reached is drawn.
    """
    match extraction.steps:
        case ArticleSteps() as steps:
            own = article_drawings(steps, (settings or Settings()).article.ring_share)
        case LearnedSteps() as steps:
            own = learned_drawings(steps, extraction.colors)
        case _:
            own = []
    return [outcome(image, extraction), *own]


def outcome(image: Image, extraction: Extraction) -> Drawing:
    """Return the picture, the hair found in it and its colours; or the reason why there is none."""
    panels = [Panel("original", partial(draw_portrait, image=image, box=extraction.face))]
    if extraction.status == Status.OK:
        panels += [
            Panel("hair", partial(draw_outline, image=image, mask=extraction.hair_mask)),
            Panel("hair alone", partial(draw_picture, image=alone(image, extraction.hair_mask))),
            Panel("colours", partial(draw_hair_colors, colors=extraction.colors)),
        ]
    else:
        panels.append(Panel("", partial(draw_text, text=stopped_text(extraction.status, extraction.error))))
    return Drawing("0-outcome", _title(extraction), panels, 4, aspect_of(image))


def failure(status: str, error: str | None, image: Image | None) -> Drawing:
    """Return a figure of a portrait that no method got to look at."""
    panels = [] if image is None else [Panel("original", partial(draw_picture, image=image))]
    panels.append(Panel("", partial(draw_text, text=stopped_text(status, error))))
    return Drawing("0-outcome", status, panels, 2)


def stopped_text(status: str, error: str | None) -> str:
    """Return where it stopped and why, for people."""
    return f"stopped: {status}" + (f"\n{error}" if error else "")


def _title(extraction: Extraction) -> str:
    parts = [extraction.method, str(extraction.status)]
    if extraction.color is not None:
        parts.append(" ".join(filter(None, (extraction.modifier, extraction.color))))
    if extraction.quality is not None:
        parts.append(f"quality {extraction.quality:.2f}")
    return ", ".join(parts)
