"""Contact sheets: small pictures of portraits, each with its hair and its palette."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hairpipe.extract.result import Image
from hairpipe.report.counts.changes import Change, TableChanges, some_changed
from hairpipe.report.counts.database import ReportDatabase, shown_ids
from hairpipe.report.pictures import ImageLoader
from hairpipe.report.results import Regions, Results, Tone, regions_of
from hairpipe.report.thumbnails import face_of, thumbnail
from hairpipe.report.views import PAPER, data_uri, jpeg
from hairpipe.status import Status
from hairpipe.store.final_color import final_color
from hairpipe.store.sources import PortraitKey, key_of

_TILES = 24
_FAILED_TILES = 8
_CHANGED_TILES = 12
_QUALITY = 74
# Or of any, where none is named.
_OF_RUN = "coalesce(run_id = $run_id, true)"


@dataclass(frozen=True)
class Tile:
    """One portrait on a sheet."""

    key: PortraitKey
    shown_id: str
    """With its source where there are several."""
    name: str | None
    caption: str
    """What came of it, in a few words."""
    picture: str | None
    """A ``data:`` address: the portrait's head with a line round the hair and, where hair was found, the hair
    alone beside it. None where the picture can't be read."""
    width: int
    height: int
    """Width and height are the picture's, in pixels."""
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


def contact_sheets(results: Results, database: ReportDatabase, run_id: str | None = None) -> list[Sheet]:
    """Return sheets of random, best and worst portraits and one of each kind of failure.

    They are chosen from the portraits that a run wrote, if one is named and it wrote any.
    """
    if run_id is not None and not _statuses(database, run_id):
        run_id = None
    kinds: list[tuple[str, str, str, str, int]] = [
        ("Random", Status.OK, "true", "chance, row", _TILES),
        ("Best by quality", Status.OK, "quality IS NOT NULL", "quality DESC, row DESC", _TILES),
        ("Worst by quality", Status.OK, "quality IS NOT NULL", "quality, row", _TILES),
    ]
    for status in sorted(_statuses(database, run_id) - {Status.OK}):
        kinds.append((f"Status {status}", status, "true", "chance, row", _FAILED_TILES))
    sheets = []
    for title, status, chosen, order, most in kinds:
        rows = f"portraits WHERE {_OF_RUN} AND status = $status AND {chosen}"
        values = {"run_id": run_id, "status": str(status)}
        (total,) = database.one(f"SELECT count(*) FROM {rows}", **values)
        if total:
            tiles = database.table(f"SELECT * FROM {rows} ORDER BY {order} LIMIT {most}", **values)
            sheets.append(Sheet(title, total, _tiles(results, tiles)))
    return sheets


def _statuses(database: ReportDatabase, run_id: str | None) -> set[str]:
    found = database.run(f"SELECT DISTINCT status FROM portraits WHERE {_OF_RUN}", run_id=run_id)
    return {status for (status,) in found}


def changed_tiles(
    database: ReportDatabase, changes: TableChanges, before: Results, after: Results
) -> list[ChangedTiles]:
    """Return some portraits of each kind of change, as they were and as they are."""
    found = []
    for change, total in changes.counts.items():
        keys = some_changed(database, change, _CHANGED_TILES)
        old = {} if change is Change.ADDED else _tiles_of(before, keys)
        new = {} if change is Change.REMOVED else _tiles_of(after, keys)
        pairs = tuple((old.get(key), new.get(key)) for key in keys)
        if pairs:
            found.append(ChangedTiles(change, total, pairs))
    return found


def _tiles_of(results: Results, keys: Sequence[PortraitKey]) -> dict[PortraitKey, Tile]:
    tiles = _tiles(results, results.portraits_with(*(key.portrait_id for key in keys)))
    return {tile.key: tile for tile in tiles}


def _tiles(results: Results, portraits: pa.Table) -> tuple[Tile, ...]:
    portrait_ids = portraits["portrait_id"].to_pylist()
    tones, masks = results.tones(portrait_ids), results.masks(portrait_ids)
    tiles = []
    for row, shown_id in zip(portraits.to_pylist(), shown_ids(portraits), strict=True):
        key = key_of(row)
        picture = _picture(row, regions_of(masks.get(key, ())), results.pictures)
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


def _picture(row: Mapping[str, Any], regions: Regions, pictures: ImageLoader) -> Image | None:
    image = pictures.read(row)
    if image is None:
        return None
    small = thumbnail(image, regions, face_of(row))
    return small.outlined if small.hair is None else _beside(small.outlined, small.hair)


def _beside(left: Image, right: Image) -> Image:
    gap = np.full((left.shape[0], 2, 3), PAPER, dtype=np.uint8)
    return np.concatenate([left, gap, right], axis=1)


def _caption(row: Mapping[str, Any]) -> str:
    if row["status"] != Status.OK:
        return str(row["error"] or row["status"])
    color = final_color(row)
    # The modifier is of the method's name.
    modifier = row["hair_modifier"] if color == row["hair_color"] else None
    color = " ".join(part for part in (modifier, color) if part) or "no name"
    return color if row["quality"] is None else f"{color}, {row['quality']:.2f}"
