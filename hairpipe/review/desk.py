"""What the review page asks for and gets, apart from how it is sent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

import numpy as np
from pydantic import Field

from hairpipe.configuration.settings_model import MOST, Group
from hairpipe.errors import HairpipeError, StoreError
from hairpipe.extract.settings import Share
from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.quality.judgement import Judgement
from hairpipe.report.pictures import PictureShelf
from hairpipe.report.results import Results, open_results
from hairpipe.report.views import NEEDS_HAIR, View, fitted, jpeg, shown
from hairpipe.review.index import Filter, PortraitIndex, Sorting
from hairpipe.review.labels import Label, LabelStore, SampleReason, mask_digest
from hairpipe.review.order import RANDOM_EVERY, good_share
from hairpipe.store.sources import PortraitKey, key_of

Json = dict[str, Any]
Answer = TypeVar("Answer")


class OutdatedError(HairpipeError):
    """What is asked about is not what the tables now hold."""


class ListRequest(Group):
    """Query parameters of a listing; an empty text means any."""

    status: str = ""
    color: str = ""
    label: Literal["", "none", "any", "good", "so_so", "ugly"] = ""
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
            status=self.status or None,
            color=self.color or None,
            label=self.label or None,
            quality_from=None if self.quality_from == "" else self.quality_from,
            quality_to=None if self.quality_to == "" else self.quality_to,
            search=self.search.strip() or None,
        )


class JudgeRequest(Group):
    """A judgement as the page sends it; both null takes an earlier one back."""

    portrait_id: str
    source: str
    version: str
    label: Judgement | None
    corrected_color: Literal[COLOR_NAMES] | None  # type: ignore[valid-type]
    picked: SampleReason


class PictureRequest(Group):
    """Query parameters of a picture."""

    id: str
    source: str
    view: View = View.ORIGINAL
    size: int = Field(default=640, ge=16, le=4096)
    version: str


@dataclass(frozen=True)
class _Opened:
    """One version of the tables, and the pictures that its rows are of."""

    results: Results
    pictures: PictureShelf
    index: PortraitIndex


class ReviewService:
    """The portraits of an output and the labels given to them.

    It stays with one version of the tables until the page is loaded anew or the version's files are
    cleaned up; then it opens the newest one. A portrait's own version, its `run_id`, says which results
    the reviewer saw.

    Parameters
    ----------
    results : Results
    labels : LabelStore
    seed : int
        Of the teaching order's random share.
    """

    def __init__(self, results: Results, labels: LabelStore, seed: int = 0) -> None:
        self._labels = labels
        self._seed = seed
        self._opening = threading.Lock()
        self._opened = self._open(results)

    def start(self) -> Json:
        """Return what the page needs once: the choices of its filters and the state of the labels."""
        opened = self._newest()
        return {
            "output": opened.results.folder.url,
            "portraits": len(opened.index),
            "reviewer": self._labels.reviewer,
            "random_share": 1 / RANDOM_EVERY,
            "statuses": opened.index.counts("status"),
            "found_colors": opened.index.counts("hair_color"),
            "color_names": list(COLOR_NAMES),
            **self._progress(),
        }

    def listing(self, request: ListRequest) -> Json:
        """Return one page of portraits."""
        labels = self._labels.current()
        chosen = request.filter
        index = self._opened.index
        page = index.page(chosen, request.sorting, labels, request.place, request.size)
        items = [_item(index, int(row), chosen, request.sorting, labels) for row in page.rows]
        return {"total": page.total, "next_place": page.next_place, "items": items}

    def judge(self, request: JudgeRequest) -> Json:
        """Save a judgement and return the state of the labels.

        Raises
        ------
        KeyError
            If there is no such portrait.
        OutdatedError
            If the portrait has other results than those that were judged.
        StoreError
            If the newest tables are damaged, or the judgement can't be saved.
        """
        self._labels.add(self._from_tables(lambda opened: self._label(opened, request)))
        return self._progress()

    def changes(self, since: int) -> Json:
        """Return the labels of portraits judged after the first `since` judgements."""
        changed = {label.key for label in self._labels.since(since)}
        labels = [{**key._asdict(), "judged": _label_json(self._labels.get(key))} for key in sorted(changed)]
        return {"labels": labels, **self._progress()}

    def picture(self, request: PictureRequest) -> bytes | None:
        """Return a portrait's view as JPEG, None where it has no picture that can be read.

        Raises
        ------
        KeyError
            If there is no such portrait.
        OutdatedError
            If the portrait has other results than those that are asked for.
        StoreError
            If the newest tables are damaged.
        """
        return self._from_tables(lambda opened: _picture(opened, request))

    def _open(self, results: Results) -> _Opened:
        return _Opened(results, PictureShelf(results), PortraitIndex(results, self._seed))

    def _newest(self) -> _Opened:
        with self._opening:
            results = open_results(self._opened.results.folder.url)
            if results.version != self._opened.results.version:
                self._opened = self._open(results)
            return self._opened

    def _from_tables(self, answer: Callable[[_Opened], Answer]) -> Answer:
        """Return an answer from the version that is open, or from the newest where its files are gone."""
        opened = self._opened
        try:
            return answer(opened)
        except StoreError:
            newest = self._newest()
            if newest is opened:
                raise
            return answer(newest)

    def _label(self, opened: _Opened, request: JudgeRequest) -> Label:
        key = PortraitKey(request.portrait_id, request.source)
        portrait = opened.index.portrait(opened.index.row(key))
        # What is only taken back is about no results.
        if request.label is not None or request.corrected_color is not None:
            _check_version(portrait, request.version)
        hair = opened.results.regions(key).hair
        return Label(
            portrait_id=request.portrait_id,
            source=request.source,
            label=request.label,
            corrected_color=request.corrected_color,
            image_digest=portrait["image_digest"],
            mask_digest=None if hair is None else mask_digest(hair),
            method=portrait["method"],
            picked=request.picked,
            time=datetime.now(UTC),
            reviewer=self._labels.reviewer,
        )

    def _progress(self) -> Json:
        labels = self._labels.current()
        given = [label.label for label in labels.values()]
        return {
            "tables": self._opened.results.version,
            "count": self._labels.count,
            "labelled": {str(kind): given.count(kind) for kind in Judgement},
            "estimate": asdict(good_share(labels.values())),
        }


def _check_version(portrait: Json, version: str) -> None:
    if portrait["run_id"] != version:
        raise OutdatedError(f"portrait {portrait['portrait_id']} has new results; look at them first")


def _picture(opened: _Opened, request: PictureRequest) -> bytes | None:
    key = PortraitKey(request.id, request.source)
    portrait = opened.index.portrait(opened.index.row(key))
    _check_version(portrait, request.version)
    image = opened.pictures.read(portrait)
    if image is None:
        return None
    hair = opened.results.regions(key).hair if request.view in NEEDS_HAIR else None
    if hair is None or hair.shape != image.shape[:2]:
        hair = np.zeros(image.shape[:2], dtype=bool)
    return jpeg(fitted(shown(image, hair, request.view), request.size, request.size), quality=88)


def _item(
    index: PortraitIndex, row: int, chosen: Filter, sorting: Sorting, labels: dict[PortraitKey, Label]
) -> Json:
    portrait = index.portrait(row)
    return {
        **{name: portrait[name] for name in ("portrait_id", "source", "name", "status", "error", "method")},
        "color": portrait["hair_color"],
        "modifier": portrait["hair_modifier"],
        "quality": portrait["quality"],
        "version": portrait["run_id"],
        "tones": [asdict(tone) for tone in index.tones(row)],
        "picked": index.picked(row, chosen, sorting),
        "judged": _label_json(labels.get(key_of(portrait))),
    }


def _label_json(label: Label | None) -> Json | None:
    if label is None:
        return None
    return {"label": label.label, "corrected_color": label.corrected_color, "reviewer": label.reviewer}
