"""All portraits of an output, held in memory so that filtering and paging take milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.report.results import Results, Tone, column_values
from hairpipe.review.order import TeachingOrder, teaching_order
from hairpipe.status import JUDGEABLE
from hairpipe.store.labels import Label, SampleReason
from hairpipe.store.sources import PortraitKey, whole_keys

_COLUMNS = (
    "portrait_id",
    "source",
    "name",
    "image",
    "image_digest",
    "image_width",
    "image_height",
    "face_x",
    "face_y",
    "face_w",
    "face_h",
    "status",
    "error",
    "hair_color",
    "hair_modifier",
    "quality",
    "method",
    "run_id",
)


class Sorting(StrEnum):
    """The orders a person can look through portraits in."""

    TEACHING = "teaching"
    BEST = "best"
    WORST = "worst"
    IDENTIFIER = "id"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which portraits to show; None means any."""

    status: str | None = None
    judgeable: bool = False
    """Only those with a picture to look at."""
    color: str | None = None
    label: str | None = None
    """A :class:`~hairpipe.store.labels.Judgement`, ``none`` (not judged) or ``any`` (judged)."""
    quality_from: float | None = None
    quality_to: float | None = None
    """Both ends are included."""
    search: str | None = None
    """Part of the name or of the id, whatever the case."""

    @property
    def narrows(self) -> bool:
        """Whether it picks portraits by what is known of them, so that they are no fair sample."""
        by_label = self.label not in (None, "none")
        by_quality = self.quality_from is not None or self.quality_to is not None
        return any((self.status, self.color, self.search, by_label, by_quality))


@dataclass(frozen=True, eq=False)
class Page:
    """Part of a listing."""

    rows: NDArray[np.int64]
    """Row numbers in the index."""
    total: int
    """Rows of the whole listing, from its start."""
    next_place: int | None
    """Where the next page begins; None at the end."""


class PortraitIndex:
    """The portraits' searchable columns and tones.

    Parameters
    ----------
    seed : int
        Of the random share of the teaching order.
    """

    def __init__(self, results: Results, seed: int) -> None:
        by_key = [("portrait_id", "ascending"), ("source", "ascending")]
        table = results.portraits(_COLUMNS).sort_by(by_key).combine_chunks()
        self._table = table
        keys = zip(table["portrait_id"].to_pylist(), table["source"].to_pylist(), strict=True)
        self._row_of = {PortraitKey(*key): row for row, key in enumerate(keys)}
        self._tones = _ToneIndex(results, whole_keys(table))
        statuses = pa.array(sorted(map(str, JUDGEABLE)))
        self._judgeable = _true_where(pc.is_in(table["status"], value_set=statuses))
        self._same = self._same_pictures()
        self._quality = column_values(table, "quality")
        self.teaching: TeachingOrder = teaching_order(self._quality, seed)
        self._orders = {
            Sorting.TEACHING: self.teaching.rows,
            Sorting.BEST: np.argsort(-self._quality, kind="stable"),
            Sorting.WORST: np.argsort(self._quality, kind="stable"),
            Sorting.IDENTIFIER: np.arange(len(table)),
        }

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def row(self, key: PortraitKey) -> int:
        """Return a portrait's row number; KeyError where there is no such portrait."""
        return self._row_of[key]

    def portrait(self, row: int) -> dict[str, Any]:
        """Return a row's columns by name."""
        values: dict[str, Any] = self._table.slice(row, 1).to_pylist()[0]
        return values

    def tones(self, row: int) -> list[Tone]:
        """Return a row's hair colours, largest share first."""
        return self._tones.of(row)

    def same_picture(self, row: int) -> list[int]:
        """Return the rows that show the same picture, the row itself among them."""
        return self._same.get(row, [row])

    def _same_pictures(self) -> dict[int, list[int]]:
        """Return the rows that show a picture of several portraits, for each such row."""
        digests = pa.table({"digest": self._table["image_digest"], "row": np.arange(len(self))})
        digests = digests.filter(pa.array(self._judgeable))
        grouped = digests.group_by("digest").aggregate([("row", "list")])["row_list"]
        several = grouped.filter(pc.greater(pc.list_value_length(grouped), 1)).to_pylist()
        return {row: rows for rows in several for row in rows}

    def picked(self, row: int, chosen: Filter, sorting: Sorting) -> SampleReason:
        """Return why a listing shows the row."""
        if sorting is not Sorting.TEACHING or chosen.narrows:
            return SampleReason.BROWSED
        return SampleReason.RANDOM if self.teaching.is_random[row] else SampleReason.UNCERTAIN

    def counts(self, column: str) -> dict[str, int]:
        """Return how many portraits have each value of a column, the most frequent first."""
        counted = pc.value_counts(pc.drop_null(self._table[column])).to_pylist()
        return {item["values"]: item["counts"] for item in sorted(counted, key=lambda item: -item["counts"])}

    def page(
        self, chosen: Filter, sorting: Sorting, labels: Mapping[PortraitKey, Label], place: int, size: int
    ) -> Page:
        """Return `size` rows of a listing from `place` on.

        A place is a position in the order of all portraits, so that judging some of them between
        two pages neither skips nor repeats any.
        """
        order = self._orders[sorting]
        kept = self._kept(chosen, labels)[order]
        positions = np.flatnonzero(kept[place:])[: size + 1] + place
        more = len(positions) > size
        return Page(
            rows=order[positions[:size]],
            total=int(kept.sum()),
            next_place=int(positions[size]) if more else None,
        )

    def _kept(self, chosen: Filter, labels: Mapping[PortraitKey, Label]) -> NDArray[np.bool_]:
        kept = np.ones(len(self), dtype=bool)
        if chosen.judgeable:
            kept &= self._judgeable
        for column, wanted in (("status", chosen.status), ("hair_color", chosen.color)):
            if wanted is not None:
                kept &= _true_where(pc.equal(self._table[column], wanted))
        # In the column's own precision, or 0.6 would be less than the 0.6 that the table shows.
        if chosen.quality_from is not None:
            kept &= self._quality >= np.float32(chosen.quality_from)
        if chosen.quality_to is not None:
            kept &= self._quality <= np.float32(chosen.quality_to)
        if chosen.search:
            found = [
                _true_where(pc.match_substring(self._table[column], chosen.search, ignore_case=True))
                for column in ("name", "portrait_id")
            ]
            kept &= found[0] | found[1]
        if chosen.label is not None:
            kept &= self._labelled(chosen.label, labels)
        return kept

    def _labelled(self, wanted: str, labels: Mapping[PortraitKey, Label]) -> NDArray[np.bool_]:
        matching = np.zeros(len(self), dtype=bool)
        rows = [
            row
            for key, label in labels.items()
            if (row := self._row_of.get(key)) is not None
            and (wanted in ("any", "none") or label.label == wanted)
        ]
        matching[rows] = True
        return ~matching if wanted == "none" else matching


class _ToneIndex:
    """The hair colours table by row of the index: each row's tones lie side by side."""

    def __init__(self, results: Results, portraits: pa.Array) -> None:
        table = results.hair_colors(["portrait_id", "source", "rank", "name", "hex", "share"])
        row = pa.chunked_array([pc.index_in(whole_keys(table), value_set=portraits)])
        table = table.append_column("row", row).filter(pc.is_valid(row))
        self._table = table.sort_by([("row", "ascending"), ("rank", "ascending")]).combine_chunks()
        rows = np.asarray(self._table["row"].to_numpy(), dtype=np.int64)
        self._starts = np.searchsorted(rows, np.arange(len(portraits) + 1))

    def of(self, row: int) -> list[Tone]:
        """Return a row's hair colours, largest share first."""
        start, end = int(self._starts[row]), int(self._starts[row + 1])
        found = self._table.slice(start, end - start).select(["name", "hex", "share"]).to_pylist()
        return [Tone(**tone) for tone in found]


def _true_where(condition: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(pc.fill_null(condition, False).to_numpy(zero_copy_only=False), dtype=bool)
