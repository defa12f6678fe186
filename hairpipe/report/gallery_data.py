"""What the gallery's script knows of each portrait: columns of short values, few bytes a portrait."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.report.counts.attributes import Groups, attribute_groups
from hairpipe.report.counts.changes import Change
from hairpipe.report.counts.database import ReportDatabase
from hairpipe.report.gallery import (
    COLUMNS,
    OVERLAY_CELL,
    ROWS,
    THUMBNAIL_COLUMNS,
    Places,
    Progress,
    sheet_path,
    thumbnail_places,
)
from hairpipe.report.pictures import ImageLoader
from hairpipe.report.results import Results, float_values
from hairpipe.report.thumbnails import CELL_HEIGHT, CELL_WIDTH
from hairpipe.store.schema import TableName
from hairpipe.store.sources import whole_keys

MOST_PORTRAITS = 50_000
_MOST_BYTES = 8_000_000
_MOST_VALUES = 60
_MOST_TONES = 5
_CODED = (
    *("source", "status", "error", "method", "label", "corrected_color"),
    *("hair_modifier", "hair_length", "hair_pattern"),
)
_CHOSEN = """
CREATE OR REPLACE TABLE chosen AS SELECT * FROM portraits ORDER BY chance, row LIMIT $most
"""
_HUNDREDTHS = ("quality", "mask_quality", "name_probability")
_SHOWN = ("portrait_id", "name", "image", "color", "rating", *_CODED, *_HUNDREDTHS)
_TONE_COLUMNS = ("portrait_id", "source", "rank", "name", "second_name", "hex", "share")


def gallery_portraits(
    results: Results, database: ReportDatabase, compared: bool = False
) -> tuple[str, pa.Table]:
    """Return what the gallery tells of portraits, as JSON, and their rows with `THUMBNAIL_COLUMNS`.

    Of more portraits than `MOST_PORTRAITS`, or than a page can hold, some are taken: always the same ones.

    The database has a table `chosen` of them from then on, and, where it is `compared`, `changed` before.
    """
    most = MOST_PORTRAITS
    (total,) = database.one("SELECT count(*) FROM portraits")
    while True:
        database.run(_CHOSEN, most=most)
        columns = _columns(results, database, compared) | {"total": total}
        text = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
        count, size = len(columns["id"]), len(text.encode("utf-8", "replace"))
        if size <= _MOST_BYTES or not count:
            break
        most = int(count * 0.95 * _MOST_BYTES / size)
    return text, database.table(f"SELECT {', '.join(THUMBNAIL_COLUMNS)} FROM chosen ORDER BY row")


def gallery_pictures(results: Results, chosen: pa.Table, tell: Progress) -> str:
    """Return where the pictures of `chosen` portraits are, as JSON; missing thumbnails are made."""
    places = thumbnail_places(results, chosen, tell)
    return json.dumps(_pictures(places, results.pictures), separators=(",", ":"))


def _columns(results: Results, database: ReportDatabase, compared: bool) -> dict[str, Any]:
    chosen = database.table(f"SELECT {', '.join(_SHOWN)} FROM chosen ORDER BY row")
    return {
        "output": results.folder.url,
        "colors": COLOR_NAMES,
        "id": chosen["portrait_id"].to_pylist(),
        "name": pc.fill_null(chosen["name"], "").to_pylist(),
        "image": pc.fill_null(chosen["image"], "").to_pylist(),
        "coded": {name: _coded(chosen[name]) for name in _CODED}
        | {"hair_color": _coded(chosen["color"]), "group": _coded(chosen["rating"])}
        | {"change": _changes(database) if compared else {"values": [], "codes": [-1] * len(chosen)}},
        "hundredths": {name: _hundredths(chosen, name) for name in _HUNDREDTHS},
        "tones": _tones(results, whole_keys(chosen)),
        "attributes": [
            {"attribute": groups.attribute, "values": groups.names, "codes": _group_numbers(database, groups)}
            for groups in attribute_groups(database, "chosen", _MOST_VALUES)
        ],
    }


def _changes(database: ReportDatabase) -> dict[str, Any]:
    kinds = list(map(str, Change))
    rows = database.table("SELECT change FROM chosen LEFT JOIN changed USING (row) ORDER BY chosen.row")
    return {"values": kinds, "codes": _or_none(pc.index_in(rows["change"], pa.array(kinds)))}


def _group_numbers(database: ReportDatabase, groups: Groups) -> list[int]:
    """Return each chosen portrait's group by its number; -1 for none."""
    sql = f"SELECT {groups.number} AS number FROM chosen ORDER BY row"
    return _or_none(database.table(sql, values=groups.values)["number"])


def _or_none(codes: pa.Array | pa.ChunkedArray) -> list[int]:
    numbers: list[int] = pc.fill_null(codes, -1).to_pylist()
    return numbers


def _coded(column: pa.Array | pa.ChunkedArray) -> dict[str, Any]:
    """Return a column of few values as those values and, for each row, which one; -1 for null."""
    encoded = pc.dictionary_encode(column)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return {"values": encoded.dictionary.to_pylist(), "codes": _or_none(encoded.indices)}


def _hundredths(portraits: pa.Table, name: str) -> list[int]:
    """Return numbers from 0 to 1 as hundredths, rounded down so that none passes a limit; -1 for null."""
    values = float_values(portraits, name)
    floored = np.where(np.isnan(values), -1, np.floor(100 * np.nan_to_num(values) + 1e-4))
    return [int(value) for value in floored]


def _tones(results: Results, keys: pa.Array) -> list[str]:
    """Return each portrait's hair colours as text, largest share first.

    A colour is 10 characters: its hex without the sign, its name and second name as letters (``a`` is the
    first of the 12, ``-`` none) and its share in hundredths.
    """
    found = [""] * len(keys)
    letters = {name: chr(ord("a") + number) for number, name in enumerate(COLOR_NAMES)}
    told = ("owner", "hex", "name", "second_name", "share")
    # All of a portrait's colours lie in one part.
    for part in results.store.parts(TableName.HAIR_COLORS, _TONE_COLUMNS):
        part = part.append_column("owner", pc.index_in(whole_keys(part), value_set=keys))
        shown = pc.and_(pc.is_valid(part["owner"]), pc.less_equal(part["rank"], _MOST_TONES))
        rows = part.filter(shown).sort_by("rank")
        for place, hex_, name, second, share in zip(*(rows[each].to_pylist() for each in told), strict=True):
            found[place] += (
                f"{hex_[1:]}{letters.get(name, '-')}{letters.get(second, '-')}"
                f"{min(99, round(100 * share)):02d}"
            )
    return found


def _pictures(places: Places, loader: ImageLoader) -> dict[str, Any]:
    return {
        "sheets": [sheet_path(run_id, 0).rsplit("/", 1)[0] for run_id in places.runs],
        "originals": [loader.address(run_id) for run_id in places.runs],
        "run": places.run.tolist(),
        "place": places.place.tolist(),
        "width": places.width.tolist(),
        "height": places.height.tolist(),
        "layout": [COLUMNS, ROWS, CELL_WIDTH, CELL_HEIGHT, OVERLAY_CELL],
    }
