"""Contact sheets: small pictures of portraits, each with its hair and its palette."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hairpipe.extract.result import Image
from hairpipe.report.changes import Change, TableChanges
from hairpipe.report.pictures import ImageLoader
from hairpipe.report.results import Results, Tone, column_values, shown_ids
from hairpipe.report.thumbnails import face_of, thumbnail
from hairpipe.report.views import PAPER, data_uri, jpeg
from hairpipe.status import Status
from hairpipe.store.sources import BEFORE_SOURCE, PortraitKey, key_of

_TILES = 24
_FAILED_TILES = 8
_CHANGED_TILES = 12
_QUALITY = 74


@dataclass(frozen=True)
class Tile:
    """One portrait on a sheet.

    Attributes
    ----------
    key : PortraitKey
    shown_id : str
        With its source where there are several.
    name : str or None
    caption : str
        What came of it, in a few words.
    picture : str or None
        A ``data:`` address: the portrait's head with a line round the hair and, where hair was found, the
        hair alone beside it. None where the picture can't be read.
    width, height : int
        Of the picture, in pixels.
    tones : tuple of Tone
    """

    key: PortraitKey
    shown_id: str
    name: str | None
    caption: str
    picture: str | None
    width: int
    height: int
    tones: tuple[Tone, ...]


@dataclass(frozen=True)
class Sheet:
    """Portraits that belong together, with a title and how many there are of the kind."""

    title: str
    total: int
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class ChangedTiles:
    """Portraits that changed in one way, each as it was and as it is; None where it was not there."""

    change: Change
    total: int
    tiles: tuple[tuple[Tile | None, Tile | None], ...]


def contact_sheets(results: Results, portraits: pa.Table, loader: ImageLoader, seed: int = 0) -> list[Sheet]:
    """Return sheets of random, best and worst portraits and one of each kind of failure.

    Parameters
    ----------
    results : Results
        Where the masks and tones are.
    portraits : pyarrow.Table
        The rows of the portraits table to choose from.
    loader : ImageLoader
        Where the pictures are.
    seed : int
        Decides which portraits are the random ones.
    """
    return [
        Sheet(title, total, _tiles(results, portraits.take(pa.array(rows)), loader))
        for title, total, rows in _chosen(portraits, np.random.default_rng(seed))
    ]


def changed_tiles(
    changes: TableChanges, before: Results, after: Results, loader: ImageLoader
) -> list[ChangedTiles]:
    """Return some portraits of each kind of change, as they were and as they are."""
    found = []
    for change, concerned in changes.keys.items():
        parts = [text.rpartition(BEFORE_SOURCE) for text in concerned[:_CHANGED_TILES].to_pylist()]
        keys = [PortraitKey(portrait_id, source) for portrait_id, _, source in parts]
        old = {} if change is Change.ADDED else _tiles_of(before, keys, loader)
        new = {} if change is Change.REMOVED else _tiles_of(after, keys, loader)
        pairs = tuple((old.get(key), new.get(key)) for key in keys)
        if pairs:
            found.append(ChangedTiles(change, len(concerned), pairs))
    return found


def _tiles_of(results: Results, keys: Sequence[PortraitKey], loader: ImageLoader) -> dict[PortraitKey, Tile]:
    tiles = _tiles(results, results.portraits_with(*(key.portrait_id for key in keys)), loader)
    return {tile.key: tile for tile in tiles}


def _chosen(portraits: pa.Table, chance: np.random.Generator) -> list[tuple[str, int, NDArray[np.int64]]]:
    """Return (title, portraits of that kind, the chosen rows) of each sheet that has any."""
    statuses = column_values(portraits, "status")
    ok = np.flatnonzero(statuses == Status.OK)
    quality = column_values(portraits, "quality")[ok]
    rated = ok[np.argsort(quality, kind="stable")][: np.count_nonzero(~np.isnan(quality))]
    sheets = [
        ("Random", len(ok), np.sort(chance.permutation(ok)[:_TILES])),
        ("Best by quality", len(rated), rated[::-1][:_TILES]),
        ("Worst by quality", len(rated), rated[:_TILES]),
    ]
    for status in sorted(set(statuses.tolist()) - {Status.OK}):
        failed = np.flatnonzero(statuses == status)
        sheets.append((f"Status {status}", len(failed), chance.permutation(failed)[:_FAILED_TILES]))
    return [(title, total, rows) for title, total, rows in sheets if len(rows)]


def _tiles(results: Results, portraits: pa.Table, loader: ImageLoader) -> tuple[Tile, ...]:
    tones = results.tones(portraits["portrait_id"].to_pylist())
    tiles = []
    for row, shown_id in zip(portraits.to_pylist(), shown_ids(portraits), strict=True):
        key = key_of(row)
        picture = _picture(row, results, loader)
        tiles.append(
            Tile(
                key=key,
                shown_id=shown_id,
                name=row["name"],
                caption=_caption(row),
                picture=None if picture is None else data_uri(jpeg(picture, _QUALITY), "jpeg"),
                width=0 if picture is None else picture.shape[1],
                height=0 if picture is None else picture.shape[0],
                tones=tuple(tones.get(key, ())),
            )
        )
    return tuple(tiles)


def _picture(row: Mapping[str, Any], results: Results, loader: ImageLoader) -> Image | None:
    image = loader.read(row)
    if image is None:
        return None
    small = thumbnail(image, results.regions(key_of(row)), face_of(row))
    return small.outlined if small.hair is None else _beside(small.outlined, small.hair)


def _beside(left: Image, right: Image) -> Image:
    gap = np.full((left.shape[0], 2, 3), PAPER, dtype=np.uint8)
    return np.concatenate([left, gap, right], axis=1)


def _caption(row: Mapping[str, Any]) -> str:
    if row["status"] != Status.OK:
        return str(row["error"] or row["status"])
    color = " ".join(str(part) for part in (row["hair_modifier"], row["hair_color"]) if part) or "no name"
    return color if row["quality"] is None else f"{color}, {row['quality']:.2f}"
