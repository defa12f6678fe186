"""All portraits of an output, held in memory so that filtering and paging take milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.report.results import Results, Tone, float_values
from hairpipe.review.order import TeachingOrder, teaching_order
from hairpipe.review.requests import JUDGEABLE_ONES, ListRequest, Sorting
from hairpipe.status import JUDGEABLE
from hairpipe.store.labels import Label, SampleReason
from hairpipe.store.schema import TableName
from hairpipe.store.sources import PortraitKey, whole_keys

_COLUMNS = (
    *("portrait_id", "source", "name", "image", "image_digest", "image_width", "image_height"),
    *("face_x", "face_y", "face_w", "face_h", "status", "error"),
    *("hair_color", "hair_modifier", "quality", "method", "run_id"),
)


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
    """The portraits' searchable columns and tones; `seed` is of the random share of the teaching order."""

    def __init__(self, results: Results, seed: int) -> None:
        by_key = [("portrait_id", "ascending"), ("source", "ascending")]
        table = results.store.read(TableName.PORTRAITS, _COLUMNS).sort_by(by_key).combine_chunks()
        self._table = table
        keys = zip(table["portrait_id"].to_pylist(), table["source"].to_pylist(), strict=True)
        self._row_of = {PortraitKey(*key): row for row, key in enumerate(keys)}
        self._tones = _ToneIndex(results, whole_keys(table))
        statuses = pa.array(sorted(map(str, JUDGEABLE)))
        self._judgeable = _true_where(pc.is_in(table["status"], value_set=statuses))
        self._same = self._same_pictures()
        self._quality = float_values(table, "quality")
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

    def picked(self, row: int, request: ListRequest) -> SampleReason:
        """Return why a listing shows the row."""
        if request.sorting is not Sorting.TEACHING or request.narrows:
            return SampleReason.BROWSED
        return SampleReason.RANDOM if self.teaching.is_random[row] else SampleReason.UNCERTAIN

    def counts(self, column: str) -> dict[str, int]:
        """Return how many portraits have each value of a column, the most frequent first."""
        counted = pc.value_counts(pc.drop_null(self._table[column])).to_pylist()
        return {item["values"]: item["counts"] for item in sorted(counted, key=lambda item: -item["counts"])}

    def page(self, request: ListRequest, labels: Mapping[PortraitKey, Label]) -> Page:
        """Return the part of a listing that is asked for.

        A place is a position in the order of all portraits, so that judging some of them between
        two pages neither skips nor repeats any.
        """
        order = self._orders[request.sorting]
        kept = self._kept(request, labels)[order]
        positions = np.flatnonzero(kept[request.place :])[: request.size + 1] + request.place
        more = len(positions) > request.size
        return Page(
            rows=order[positions[: request.size]],
            total=int(kept.sum()),
            next_place=int(positions[request.size]) if more else None,
        )

    def _kept(self, request: ListRequest, labels: Mapping[PortraitKey, Label]) -> NDArray[np.bool_]:
        kept = self._judgeable.copy() if request.status == JUDGEABLE_ONES else np.ones(len(self), dtype=bool)
        if request.status not in ("", JUDGEABLE_ONES):
            kept &= _true_where(pc.equal(self._table["status"], request.status))
        if request.color:
            kept &= _true_where(pc.equal(self._table["hair_color"], request.color))
        # In the column's own precision, or 0.6 would be less than the 0.6 that the table shows.
        if request.quality_from != "":
            kept &= self._quality >= np.float32(request.quality_from)
        if request.quality_to != "":
            kept &= self._quality <= np.float32(request.quality_to)
        if search := request.search.strip():
            found = [
                _true_where(pc.match_substring(self._table[column], search, ignore_case=True))
                for column in ("name", "portrait_id")
            ]
            kept &= found[0] | found[1]
        if request.label:
            kept &= self._labelled(request.label, labels)
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
        table = results.store.read(
            TableName.HAIR_COLORS, ["portrait_id", "source", "rank", "name", "hex", "share"]
        )
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
