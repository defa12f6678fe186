"""The portraits that a report is made of, in a database: it counts any number of them in little memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.quality.judgement import Judgement, judgement_of
from hairpipe.report.results import Results
from hairpipe.storage.database import Database
from hairpipe.store.final_color import FINAL_COLOR_COLUMNS, final_colors
from hairpipe.store.schema import TableName, portraits_schema

COLUMNS = (
    *("portrait_id", "source", "name", "image", "status", "error", "method", "run_id", "last_seen_run_id"),
    *("face_x", "face_y", "face_w", "face_h", "hair_hex", "hair_l", "hair_a", "hair_b", "duration_ms"),
    *("hair_modifier", "hair_length", "hair_pattern", "quality", "quality_group", "mask_quality"),
    *("name_probability", "corrected_color", *FINAL_COLOR_COLUMNS),
)
"""Of the portraits table, what a report shows or counts; and the carried attributes."""

# A run writes its report at its end, when its own memory is not all free yet.
_MEGABYTES = 64

# What is told of each row on its way in: its place in the table, the group that its quality puts it into, and
# the colour that counts.
_TOLD = (("row", pa.int64()), ("rating", pa.string()), ("color", pa.string()))

# `chance` orders rows by chance, but always the same. Profiles that the scrape no longer has count nowhere;
# ugly results don't among the colours.
_VIEWS = f"""
CREATE VIEW portraits AS
SELECT *, md5_number_lower(concat_ws('|', portrait_id, source)) AS chance
FROM published WHERE last_seen_run_id IS NULL;
CREATE VIEW trusted AS SELECT * FROM portraits WHERE rating IS DISTINCT FROM '{Judgement.UGLY}';
CREATE VIEW named AS SELECT * FROM trusted WHERE color IS NOT NULL;
"""


class ReportDatabase(Database):
    """Rows of the portraits table as `published`, with views `portraits`, `trusted` and `named`.

    Parameters
    ----------
    parts : iterable of pyarrow.Table
        The portraits table, some rows at a time, with `COLUMNS` and the carried attributes.
    carry : mapping of str to str
        The carried attributes, with their types.

    Attributes
    ----------
    attributes : mapping of str to str
        The column that each carried attribute is in: names that differ by case alone are two of them.
    carry : mapping of str to str
    """

    def __init__(self, parts: Iterable[pa.Table], carry: Mapping[str, str]) -> None:
        super().__init__("report", _MEGABYTES)
        self.carry = carry
        self.attributes = {name: f"attribute_{number}" for number, name in enumerate(carry)}
        schema = portraits_schema(carry)
        own = [pa.field(name, schema.field(name).type) for name in COLUMNS]
        carried = [pa.field(column, schema.field(name).type) for name, column in self.attributes.items()]
        self.create("published", pa.schema([*own, *carried, *(pa.field(*told) for told in _TOLD)]))
        self.run(_VIEWS)
        first = 0
        for part in parts:
            self.insert("published", self._rows(part, first))
            first += len(part)

    def _rows(self, part: pa.Table, first: int) -> pa.Table:
        rows = part.select([*COLUMNS, *self.attributes]).rename_columns([*COLUMNS, *self.attributes.values()])
        place = pa.array(np.arange(first, first + len(part)))
        told = (place, _ratings(part), final_colors(part))
        for (name, _), values in zip(_TOLD, told, strict=True):
            rows = rows.append_column(name, values)
        return rows


def report_database(results: Results) -> ReportDatabase:
    """Return the database of a report on an output folder."""
    store = results.store
    return ReportDatabase(store.parts(TableName.PORTRAITS, [*COLUMNS, *store.carry]), store.carry)


def _ratings(portraits: pa.Table) -> pa.Array:
    """Return each portrait's group, good, so_so or ugly, by the table or, in older ones, by the quality."""
    if not portraits["quality_group"].null_count:
        return portraits["quality_group"]
    rated = zip(portraits["quality_group"].to_pylist(), portraits["quality"].to_pylist(), strict=True)
    return pa.array([group or judgement_of(quality) for group, quality in rated], pa.string())


def shown_ids(portraits: pa.Table) -> list[str]:
    """Return each portrait's id as people are told it: with its source where there are several."""
    several = pc.count_distinct(portraits["source"]).as_py() > 1
    keys = zip(portraits["portrait_id"].to_pylist(), portraits["source"].to_pylist(), strict=True)
    return [shown_id(*key, several) for key in keys]


def shown_id(portrait_id: str, source: str, several: bool) -> str:
    """Return a portrait's id as people are told it, with its source if there are `several`."""
    return f"{portrait_id} ({source})" if several else portrait_id
