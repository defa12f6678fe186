"""An output folder at one version, as the report, the figures and the review page read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.errors import ConfigError, HairpipeError
from hairpipe.extract.result import Mask
from hairpipe.report.pictures import ImageLoader
from hairpipe.store.buckets import bucket_of
from hairpipe.store.log.records import RunRecord, read_record, record_path, recorded_runs
from hairpipe.store.manifest import read_manifest
from hairpipe.store.masks import decode_mask
from hairpipe.store.schema import TableName
from hairpipe.store.sources import PortraitKey, key_of, rows_by_key
from hairpipe.store.store import Store, open_tables

# Masks take some tens of megabytes a bucket.
_CACHED_BUCKETS = 4

MASK_COLUMNS = ("portrait_id", "source", "region", "height", "width", "counts")


@dataclass(frozen=True, slots=True)
class Tone:
    """One row of the hair colours table, without its keys."""

    name: str | None
    hex: str
    """``#rrggbb``."""
    share: float
    """Part of the hair's pixels, 0 to 1."""


@dataclass(frozen=True, eq=False)
class Regions:
    """A portrait's stored masks, each (H, W) of bool, None where none is stored."""

    hair: Mask | None = None
    face: Mask | None = None


class Results:
    """What runs have published in an output folder, at one version."""

    def __init__(self, store: Store) -> None:
        self.folder = store.folder
        self.pictures = ImageLoader(store.folder)
        self.store = store
        self._masks_of_bucket = lru_cache(_CACHED_BUCKETS)(
            lambda bucket: store.read(TableName.MASKS, buckets=[bucket])
        )

    def portraits_with(self, *portrait_ids: str) -> pa.Table:
        """Return the rows of the portraits table with some ids, one for each source that has one."""
        return self.store.rows_of(TableName.PORTRAITS, portrait_ids)

    def portrait(self, key: PortraitKey) -> dict[str, Any] | None:
        """Return one row of the portraits table, or None where there is no such portrait."""
        rows = self.portraits_with(key.portrait_id).to_pylist()
        return next((row for row in rows if key_of(row) == key), None)

    def only_one(self, portrait_id: str, source: str | None = None) -> dict[str, Any]:
        """Return the row of the portraits table that a person means.

        Raises
        ------
        ConfigError
            If there is no such portrait, or several sources have one and none is named.
        """
        rows: list[dict[str, Any]] = self.portraits_with(portrait_id).to_pylist()
        sources = [row["source"] for row in rows]
        if source is not None and source not in sources:
            there = f"those that have one: {', '.join(sources)}" if sources else "no source has one"
            raise ConfigError(
                f"{self.folder.url} has no portrait {portrait_id!r} of source {source!r}; {there}"
            )
        found = [row for row in rows if source in (None, row["source"])]
        if not found:
            raise ConfigError(
                f"{self.folder.url} has no portrait {portrait_id!r}; ids are in the column portrait_id"
            )
        if len(found) > 1:
            raise ConfigError(
                f"{self.folder.url} has a portrait {portrait_id!r} of each of these sources: "
                f"{', '.join(sources)}; say which one is meant with --source NAME"
            )
        return found[0]

    def tones(self, portrait_ids: Sequence[str]) -> dict[PortraitKey, list[Tone]]:
        """Return the hair colours of all portraits with some ids, largest share first."""
        columns = ["portrait_id", "source", "rank", "name", "hex", "share"]
        rows = self.store.rows_of(TableName.HAIR_COLORS, portrait_ids, columns).sort_by("rank")
        return {
            key: [Tone(row["name"], row["hex"], row["share"]) for row in own]
            for key, own in rows_by_key(rows).items()
        }

    def regions(self, key: PortraitKey) -> Regions:
        """Return a portrait's stored masks."""
        masks = self._masks_of_bucket(bucket_of(key.portrait_id, self.store.buckets))
        rows = masks.filter(pc.equal(masks["portrait_id"], key.portrait_id)).to_pylist()
        return regions_of(row for row in rows if key_of(row) == key)

    def masks(self, portrait_ids: Sequence[str]) -> dict[PortraitKey, list[dict[str, Any]]]:
        """Return the rows of the masks table of all portraits with some ids."""
        return rows_by_key(self.store.rows_of(TableName.MASKS, portrait_ids, MASK_COLUMNS))

    def previous(self) -> Results | None:
        """Return the version before this one, None where it is not kept."""
        manifest = self.store.manifest
        if manifest is None or manifest.previous is None:
            return None
        try:
            return Results(Store(self.folder, read_manifest(self.folder, manifest.previous)))
        except HairpipeError:
            return None

    def run_record(self, run_id: str) -> RunRecord:
        """Return a run's record.

        Raises
        ------
        ConfigError
            If there is no such run, or its record can't be read.
        """
        known = recorded_runs(self.folder)
        if run_id not in known:
            last = ", ".join(known[-3:]) or "none"
            raise ConfigError(f"{self.folder.url} has no run {run_id!r}; the last ones are: {last}")
        record = read_record(self.folder, run_id)
        if record is None:
            raise ConfigError(
                f"{record_path(run_id)} in {self.folder.url} is damaged; nothing more is known of that run"
            )
        return record


def regions_of(masks: Iterable[Mapping[str, Any]]) -> Regions:
    """Return the masks that one portrait's rows of the masks table hold."""
    found = {row["region"]: decode_mask(row["counts"], row["height"], row["width"]) for row in masks}
    return Regions(found.get("hair"), found.get("face"))


def open_results(output: str) -> Results:
    """Return what runs have published in an output folder; raises what :func:`open_tables` raises."""
    return Results(open_tables(output))


def float_values(table: pa.Table, name: str) -> NDArray[np.float64]:
    """Return a column of numbers, NaN for null."""
    return np.asarray(pc.cast(table[name], pa.float64()).to_numpy(zero_copy_only=False))
