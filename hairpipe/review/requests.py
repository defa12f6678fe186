"""What the review page asks for, checked."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from hairpipe.configuration.settings_model import MOST, SettingsModel
from hairpipe.extract.learned.view import MOST_PIXELS
from hairpipe.extract.settings import Share
from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.quality.judgement import Judgement
from hairpipe.report.views import View
from hairpipe.store.labels import Fault, SampleReason

ColorName = Literal[COLOR_NAMES]  # type: ignore[valid-type]


JUDGEABLE_ONES = "judgeable"
"""Asked for as a status: those with a picture to look at."""


class Sorting(StrEnum):
    """The orders a person can look through portraits in."""

    TEACHING = "teaching"
    BEST = "best"
    WORST = "worst"
    IDENTIFIER = "id"


class ListRequest(SettingsModel):
    """Query parameters of a listing: which portraits, and which part of them; an empty text means any."""

    status: str = ""
    color: str = ""
    label: Literal["", "none", "any", "good", "so_so", "ugly", "no_hair"] = ""
    """A :class:`~hairpipe.store.labels.Judgement`, ``none`` (not judged) or ``any`` (judged)."""
    quality_from: Share | Literal[""] = ""
    quality_to: Share | Literal[""] = ""
    """Both ends are included."""
    search: str = Field(default="", max_length=200)
    """Part of the name or of the id, whatever the case."""
    sorting: Sorting = Sorting.TEACHING
    place: int = Field(default=0, ge=0, le=MOST)
    size: int = Field(default=40, ge=1, le=200)

    @property
    def narrows(self) -> bool:
        """Whether it picks portraits by what is known of them, so that they are no fair sample."""
        by_status = self.status not in ("", JUDGEABLE_ONES)
        by_label = self.label not in ("", "none")
        by_quality = self.quality_from != "" or self.quality_to != ""
        return any((by_status, self.color, self.search.strip(), by_label, by_quality))


class PaintedRequest(SettingsModel):
    """A mask as the page sends it, at the size of the regions that it was painted with."""

    height: int = Field(ge=1, le=MOST_PIXELS)
    width: int = Field(ge=1, le=MOST_PIXELS)
    counts: str


class JudgeRequest(SettingsModel):
    """A judgement as the page sends it; nothing in it takes an earlier one back.

    A mask that was painted before is kept unless it says otherwise.
    """

    portrait_id: str
    source: str
    version: str
    label: Judgement | None
    names: tuple[ColorName, ...] = Field(max_length=len(COLOR_NAMES))
    reasons: tuple[Fault, ...] = Field(default=(), max_length=len(Fault))
    hair: PaintedRequest | Literal["keep"] | None = "keep"
    picked: SampleReason


class RegionsRequest(SettingsModel):
    """Query parameters of a picture's regions."""

    id: str
    source: str
    version: str


class PictureRequest(RegionsRequest):
    """Query parameters of a picture."""

    view: View = View.ORIGINAL
    size: int = Field(default=640, ge=16, le=4096)
