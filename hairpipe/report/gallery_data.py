"""What the gallery's script knows of each portrait: columns of short values, few bytes a portrait."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.report.gallery import COLUMNS, OVERLAY_CELL, ROWS, Places, sheet_path, thumbnail_places
from hairpipe.report.pictures import ImageLoader
from hairpipe.report.results import Results, column_values
from hairpipe.report.summary import attribute_groups, quality_groups
from hairpipe.report.thumbnails import CELL_HEIGHT, CELL_WIDTH
from hairpipe.store.sources import whole_keys

MOST_PORTRAITS = 50_000
_MOST_BYTES = 8_000_000
_MOST_VALUES = 60
_MOST_TONES = 5
_CODED = (
    *("source", "status", "error", "method", "label", "corrected_color"),
    *("hair_color", "hair_modifier", "hair_length", "hair_pattern"),
)
_HUNDREDTHS = ("quality", "mask_quality", "name_probability")
_TONE_COLUMNS = ("portrait_id", "source", "rank", "name", "second_name", "hex", "share")


def gallery_data(
    results: Results, portraits: pa.Table, changed: Sequence[tuple[str, pa.Array]], loader: ImageLoader
) -> tuple[str, NDArray[np.int64]]:
    """Return the gallery's data as JSON, and which rows of `portraits` it holds.

    Parameters
    ----------
    results : Results
    portraits : pyarrow.Table
        Rows of the portraits table. Of more than `MOST_PORTRAITS`, or than a page can hold, some are
        taken: always the same ones.
    changed : sequence of (str, pyarrow.Array)
        Kinds of change since the last version, with the keys of the portraits concerned.
    loader : ImageLoader
        Where the pictures are.
    """
    most = MOST_PORTRAITS
    while True:
        rows = _sample(portraits, most)
        chosen = portraits.take(pa.array(rows))
        text = json.dumps(
            _columns(results, chosen, changed) | {"total": portraits.num_rows},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        size = len(text.encode("utf-8", "replace"))
        if size <= _MOST_BYTES or not len(rows):
            break
        most = int(len(rows) * 0.95 * _MOST_BYTES / size)
    places = thumbnail_places(results, chosen, loader)
    pictures = _pictures(places, loader)
    return f'{{"portraits":{text},"pictures":{json.dumps(pictures, separators=(",", ":"))}}}', rows


def _sample(portraits: pa.Table, most: int) -> NDArray[np.int64]:
    """Return the rows to show, in their order; those of a larger table by a hash of their keys."""
    if portraits.num_rows <= most:
        return np.arange(portraits.num_rows)
    digests = [
        hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8).digest()
        for key in whole_keys(portraits).to_pylist()
    ]
    order = np.argsort(np.frombuffer(b"".join(digests), "<u8"), kind="stable")
    return np.sort(order[:most])


def _columns(
    results: Results, portraits: pa.Table, changed: Sequence[tuple[str, pa.Array]]
) -> dict[str, Any]:
    keys = whole_keys(portraits)
    return {
        "output": results.folder.url,
        "colors": COLOR_NAMES,
        "id": portraits["portrait_id"].to_pylist(),
        "name": pc.fill_null(portraits["name"], "").to_pylist(),
        "image": pc.fill_null(portraits["image"], "").to_pylist(),
        "coded": {name: _coded(portraits[name]) for name in _CODED}
        | {"group": _coded(pa.array(quality_groups(portraits), pa.string()))}
        | {"change": _grouped([(kind, _members(keys, concerned)) for kind, concerned in changed], len(keys))},
        "hundredths": {name: _hundredths(portraits, name) for name in _HUNDREDTHS},
        "tones": _tones(results, keys),
        "attributes": [
            {"attribute": name, **_grouped(groups, len(keys))}
            for name, groups in attribute_groups(portraits, _MOST_VALUES)
        ],
    }


def _coded(column: pa.Array | pa.ChunkedArray) -> dict[str, Any]:
    """Return a column of few values as those values and, for each row, which one; -1 for null."""
    encoded = pc.dictionary_encode(column)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return {"values": encoded.dictionary.to_pylist(), "codes": pc.fill_null(encoded.indices, -1).to_pylist()}


def _grouped(groups: Sequence[tuple[str, NDArray[np.bool_]]], count: int) -> dict[str, Any]:
    """Return groups of rows as their names and, for each row, which group it is in; -1 for none."""
    codes = np.full(count, -1, np.int64)
    for number, (_, members) in enumerate(groups):
        codes[members] = number
    return {"values": [name for name, _ in groups], "codes": codes.tolist()}


def _members(keys: pa.Array, concerned: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(pc.is_in(keys, value_set=concerned).to_numpy(zero_copy_only=False), dtype=bool)


def _hundredths(portraits: pa.Table, name: str) -> list[int]:
    """Return numbers from 0 to 1 as hundredths, rounded down so that none passes a limit; -1 for null."""
    values = column_values(portraits, name)
    floored = np.where(np.isnan(values), -1, np.floor(100 * np.nan_to_num(values) + 1e-4))
    return [int(value) for value in floored]


def _tones(results: Results, keys: pa.Array) -> list[str]:
    """Return each portrait's hair colours as text, largest share first.

    A colour is 10 characters: its hex without the sign, its name and second name as letters (``a`` is the
    first of the 12, ``-`` none) and its share in hundredths.
    """
    table = results.hair_colors(_TONE_COLUMNS)
    owner = pc.index_in(whole_keys(table), value_set=keys)
    known = pc.and_(pc.is_valid(owner), pc.less_equal(table["rank"], _MOST_TONES))
    by_rank = [("owner", "ascending"), ("rank", "ascending")]
    order = pc.sort_indices(
        pa.table([owner, table["rank"]], ["owner", "rank"]).filter(known), sort_keys=by_rank
    )
    owners = owner.filter(known).take(order).to_pylist()
    rows = table.filter(known).take(order)
    letters = {name: chr(ord("a") + number) for number, name in enumerate(COLOR_NAMES)}
    found = [""] * len(keys)
    for place, hex_, name, second, share in zip(
        owners, *(rows[name].to_pylist() for name in ("hex", "name", "second_name", "share")), strict=True
    ):
        found[place] += (
            f"{hex_[1:]}{letters.get(name, '-')}{letters.get(second, '-')}{min(99, round(100 * share)):02d}"
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
