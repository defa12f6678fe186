"""What the review page asks for and gets, apart from how it is sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import numpy as np

from hairpipe.errors import HairpipeError, StoreError
from hairpipe.extract.result import Image
from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.quality.judgement import Judgement
from hairpipe.report.results import Results, open_results
from hairpipe.report.views import NEEDS_HAIR, fitted, jpeg, shown
from hairpipe.review.index import PortraitIndex
from hairpipe.review.order import RANDOM_EVERY, good_shares
from hairpipe.review.regions import at_size, paintable
from hairpipe.review.requests import JudgeRequest, ListRequest, PictureRequest, RegionsRequest
from hairpipe.status import JUDGEABLE
from hairpipe.store.labels import Label, LabelStore, PaintedMask, SampleReason, mask_digest
from hairpipe.store.masks import decode_mask, encode_mask
from hairpipe.store.sources import PortraitKey, key_of

Json = dict[str, Any]
Answer = TypeVar("Answer")


class OutdatedError(HairpipeError):
    """What is asked about is not what the tables now hold."""


@dataclass(frozen=True)
class _Opened:
    """One version of the tables, and an index of its rows."""

    results: Results
    index: PortraitIndex


class ReviewService:
    """The portraits of an output and the labels given to them.

    It stays with one version of the tables until the page is loaded anew or the version's files are
    cleaned up; then it opens the newest one. A portrait's own version, its `run_id`, says which results
    the reviewer saw.

    `seed` is of the teaching order's random share.
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
        index = self._opened.index
        page = index.page(request, labels)
        items = [_item(index, int(row), request, labels) for row in page.rows]
        return {"total": page.total, "next_place": page.next_place, "items": items}

    def judge(self, request: JudgeRequest) -> Json:
        """Save a judgement, of all portraits that show the picture, and return the state of the labels.

        Raises
        ------
        KeyError
            If there is no such portrait.
        OutdatedError
            If the portrait has other results than those that were judged.
        ValueError
            If the portrait has no picture to judge, or the mask is none.
        StoreError
            If the newest tables are damaged, or the judgement can't be saved.
        """
        labels = self._from_tables(lambda opened: self._labels_of(opened, request))
        self._labels.add(*labels)
        return {"labels": self._judged(label.key for label in labels), **self._progress()}

    def changes(self, since: int) -> Json:
        """Return the labels of portraits judged after the first `since` judgements."""
        changed = {label.key for label in self._labels.since(since)}
        return {"labels": self._judged(sorted(changed)), **self._progress()}

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

    def regions(self, request: RegionsRequest) -> Json | None:
        """Return a portrait's regions and masks; None and what is raised as for :meth:`picture`."""
        return self._from_tables(lambda opened: self._regions(opened, request))

    def _regions(self, opened: _Opened, request: RegionsRequest) -> Json | None:
        key = PortraitKey(request.id, request.source)
        image = _image_of(opened, key, request.version)
        if image is None:
            return None
        label = self._labels.get(key)
        painted = None if label is None or label.hair is None else label.hair.mask
        return paintable(image, opened.results.regions(key).hair, painted)

    def _open(self, results: Results) -> _Opened:
        return _Opened(results, PortraitIndex(results, self._seed))

    def _newest(self) -> _Opened:
        with self._opening:
            results = open_results(self._opened.results.folder.url)
            if results.store.version != self._opened.results.store.version:
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

    def _labels_of(self, opened: _Opened, request: JudgeRequest) -> list[Label]:
        """Return a judgement's label of the portrait, and of every other that shows the same picture."""
        row = opened.index.row(PortraitKey(request.portrait_id, request.source))
        portrait = opened.index.portrait(row)
        first = self._label(opened, portrait, request)
        # What is only taken back is about no results.
        if not first.says_nothing:
            _check_version(portrait, request.version)
            if portrait["status"] not in JUDGEABLE:
                raise ValueError(f"portrait {request.portrait_id} has no picture to judge")
        others = [
            self._label(opened, opened.index.portrait(same), request)
            for same in opened.index.same_picture(row)
            if same != row
        ]
        return [first, *(_of_other(label, first) for label in others)]

    def _label(self, opened: _Opened, portrait: Json, request: JudgeRequest) -> Label:
        key = key_of(portrait)
        hair = opened.results.regions(key).hair
        earlier = self._labels.get(key)
        # A portrait that chance has picked stays picked by chance, however it is found again.
        is_random = earlier is not None and earlier.picked is SampleReason.RANDOM
        label = Label(
            *key,
            label=request.label,
            corrected_color=None,
            image_digest=portrait["image_digest"],
            mask_digest=None if hair is None else mask_digest(hair),
            method=portrait["method"],
            picked=SampleReason.RANDOM if is_random else request.picked,
            time=datetime.now(UTC),
            reviewer=self._labels.reviewer,
            names=request.names,
            reasons=request.reasons,
            hair=_painted(request, portrait, earlier),
        )
        return replace(label, corrected_color=label.corrects(portrait["hair_color"]))

    def _judged(self, keys: Iterable[PortraitKey]) -> list[Json]:
        return [{**key._asdict(), "judged": _label_json(self._labels.get(key))} for key in keys]

    def _progress(self) -> Json:
        labels = self._labels.current()
        given = [label.label for label in labels.values()]
        return {
            "tables": self._opened.results.store.version,
            "count": self._labels.count,
            "labelled": {str(kind): given.count(kind) for kind in Judgement},
            "estimate": {name: asdict(share) for name, share in good_shares(labels.values()).items()},
        }


def _check_version(portrait: Json, version: str) -> None:
    if portrait["run_id"] != version:
        raise OutdatedError(f"portrait {portrait['portrait_id']} has new results; look at them first")


def _painted(request: JudgeRequest, portrait: Json, earlier: Label | None) -> PaintedMask | None:
    """Return the mask that the reviewer painted, at the picture's size."""
    if request.hair is None or request.hair == "keep":
        return earlier.hair if request.hair and earlier is not None else None
    size = portrait["image_height"], portrait["image_width"]
    mask = at_size(decode_mask(request.hair.counts, request.hair.height, request.hair.width), size)
    return PaintedMask(*size, encode_mask(mask))


def _of_other(label: Label, first: Label) -> Label:
    """Return the label of another portrait with the same picture: what is said of a mask is of that mask."""
    is_of_mask = label.label is not None and label.label is not Judgement.NO_HAIR
    judged = None if is_of_mask and label.mask_digest != first.mask_digest else label.label
    return replace(label, label=judged, picked=SampleReason.BROWSED)


def _image_of(opened: _Opened, key: PortraitKey, version: str) -> Image | None:
    """Return a portrait's picture as the page saw it, None where it can't be read any more."""
    portrait = opened.index.portrait(opened.index.row(key))
    _check_version(portrait, version)
    return opened.results.pictures.read(portrait)


def _picture(opened: _Opened, request: PictureRequest) -> bytes | None:
    key = PortraitKey(request.id, request.source)
    image = _image_of(opened, key, request.version)
    if image is None:
        return None
    hair = opened.results.regions(key).hair if request.view in NEEDS_HAIR else None
    if hair is None or hair.shape != image.shape[:2]:
        hair = np.zeros(image.shape[:2], dtype=bool)
    return jpeg(fitted(shown(image, hair, request.view), request.size, request.size), quality=88)


def _item(index: PortraitIndex, row: int, request: ListRequest, labels: dict[PortraitKey, Label]) -> Json:
    portrait = index.portrait(row)
    return {
        **{name: portrait[name] for name in ("portrait_id", "source", "name", "status", "error", "method")},
        "color": portrait["hair_color"],
        "modifier": portrait["hair_modifier"],
        "quality": portrait["quality"],
        "version": portrait["run_id"],
        "face": None if portrait["face_x"] is None else [portrait[f"face_{side}"] for side in "xywh"],
        "width": portrait["image_width"],
        "height": portrait["image_height"],
        "judgeable": portrait["status"] in JUDGEABLE,
        "same": len(index.same_picture(row)),
        "tones": [asdict(tone) for tone in index.tones(row)],
        "picked": index.picked(row, request),
        "judged": _label_json(labels.get(key_of(portrait))),
    }


def _label_json(label: Label | None) -> Json | None:
    if label is None:
        return None
    return {
        "label": label.label,
        "names": label.accepted,
        "reasons": label.reasons,
        "painted": label.hair is not None,
        "reviewer": label.reviewer,
    }
