"""What the review page asks for, checked."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hairpipe.configuration.settings_model import MOST, SettingsModel
from hairpipe.extract.learned.view import MOST_PIXELS
from hairpipe.extract.settings import Share
from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.quality.judgement import Judgement
from hairpipe.report.views import View
from hairpipe.review.index import Filter, Sorting
from hairpipe.store.labels import Fault, SampleReason

ColorName = Literal[COLOR_NAMES]  # type: ignore[valid-type]


class ListRequest(SettingsModel):
    """Query parameters of a listing; an empty text means any."""

    status: str = ""
    color: str = ""
    label: Literal["", "none", "any", "good", "so_so", "ugly", "no_hair"] = ""
    quality_from: Share | Literal[""] = ""
    quality_to: Share | Literal[""] = ""
    search: str = Field(default="", max_length=200)
    sorting: Sorting = Sorting.TEACHING
    place: int = Field(default=0, ge=0, le=MOST)
    size: int = Field(default=40, ge=1, le=200)

    @property
    def filter(self) -> Filter:
        """The part that says which portraits to show."""
        return Filter(
            status=None if self.status == "judgeable" else self.status or None,
            judgeable=self.status == "judgeable",
            color=self.color or None,
            label=self.label or None,
            quality_from=None if self.quality_from == "" else self.quality_from,
            quality_to=None if self.quality_to == "" else self.quality_to,
            search=self.search.strip() or None,
        )


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


class PictureRequest(SettingsModel):
    """Query parameters of a picture."""

    id: str
    source: str
    view: View = View.ORIGINAL
    size: int = Field(default=640, ge=16, le=4096)
    version: str
