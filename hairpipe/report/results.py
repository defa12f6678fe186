"""An output folder's tables, as the report, the figures and the review page read them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from hairpipe.errors import ConfigError
from hairpipe.extract.result import Mask
from hairpipe.folder import Folder
from hairpipe.store.masks import decode_mask

BUCKET = "bucket"


@dataclass(frozen=True, slots=True)
class Tone:
    """One row of the hair colours table, without its keys.

    Attributes
    ----------
    name : str or None
    hex : str
        ``#rrggbb``.
    share : float
        Part of the hair's pixels, 0 to 1.
    """

    name: str | None
    hex: str
    share: float


@dataclass(frozen=True, eq=False)
class Regions:
    """A portrait's stored masks, each (H, W) of bool, None where none is stored."""

    hair: Mask | None = None
    face: Mask | None = None


class Results:
    """What runs have published in an output folder.

    Parameters
    ----------
    folder : Folder
        The folder named as ``output`` in the configuration.

    Raises
    ------
    ConfigError
        If the folder holds no portraits table.
    """

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        if not any(path.endswith(".parquet") for path, _ in folder.list("portraits")):
            raise ConfigError(f"{folder.url} holds no portraits table; give the folder that a run wrote to")

    def portraits(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the portraits table with its ``bucket`` column.

        Parameters
        ----------
        columns : sequence of str, optional
            Only these; all by default.
        """
        return self._dataset("portraits").to_table(columns=None if columns is None else list(columns))

    def portrait(self, portrait_id: str) -> dict[str, Any] | None:
        """Return one row of the portraits table, or None where there is no such id."""
        rows = self._dataset("portraits").to_table(filter=pc.field("portrait_id") == portrait_id).to_pylist()
        return rows[0] if rows else None

    def tones(
        self, portrait_ids: Iterable[str], buckets: Iterable[str] | None = None
    ) -> dict[str, list[Tone]]:
        """Return the hair colours of portraits by id, largest share first.

        Parameters
        ----------
        portrait_ids : iterable of str
        buckets : iterable of str, optional
            Where they lie, to read no more than that.
        """
        columns = ["portrait_id", "rank", "name", "hex", "share"]
        rows = self._rows("hair_colors", portrait_ids, buckets, columns).sort_by("rank").to_pylist()
        found: dict[str, list[Tone]] = {}
        for row in rows:
            found.setdefault(row["portrait_id"], []).append(Tone(row["name"], row["hex"], row["share"]))
        return found

    def hair_colors(self, columns: Sequence[str]) -> pa.Table:
        """Return columns of the whole hair colours table."""
        return self._dataset("hair_colors").to_table(columns=list(columns))

    def regions(
        self, portrait_ids: Iterable[str], buckets: Iterable[str] | None = None
    ) -> dict[str, Regions]:
        """Return the stored masks of portraits by id; a portrait without masks is left out."""
        found: dict[str, dict[str, Mask]] = {}
        for row in self._rows("masks", portrait_ids, buckets, None).to_pylist():
            mask = decode_mask(row["counts"], row["height"], row["width"])
            found.setdefault(row["portrait_id"], {})[row["region"]] = mask
        return {key: Regions(masks.get("hair"), masks.get("face")) for key, masks in found.items()}

    def run_ids(self) -> list[str]:
        """Return the ids of the recorded runs, oldest first."""
        names = {path.split("/")[1] for path, _ in self.folder.list("runs") if path.endswith("/run.json")}
        return sorted(names)

    def run_record(self, run_id: str) -> dict[str, Any]:
        """Return a run's record.

        Raises
        ------
        ConfigError
            If there is no such run, or its record can't be read.
        """
        try:
            record = json.loads(self.folder.read(f"runs/{run_id}/run.json"))
        except FileNotFoundError:
            known = ", ".join(self.run_ids()[-3:]) or "none"
            raise ConfigError(
                f"{self.folder.url} has no run {run_id!r}; the last ones are: {known}"
            ) from None
        except ValueError as error:
            raise ConfigError(f"runs/{run_id}/run.json in {self.folder.url} is damaged: {error}") from None
        if not isinstance(record, dict):
            raise ConfigError(f"runs/{run_id}/run.json in {self.folder.url} is not a run record")
        return record

    def _dataset(self, table: str) -> ds.Dataset:
        partitioning = ds.partitioning(pa.schema([(BUCKET, pa.string())]), flavor="hive")
        return ds.dataset(
            f"{self.folder.root}/{table}",
            format="parquet",
            filesystem=self.folder.filesystem,
            partitioning=partitioning,
        )

    def _rows(
        self,
        table: str,
        portrait_ids: Iterable[str],
        buckets: Iterable[str] | None,
        columns: list[str] | None,
    ) -> pa.Table:
        wanted = pc.field("portrait_id").isin(pa.array(list(portrait_ids), pa.string()))
        if buckets is not None:
            wanted = pc.field(BUCKET).isin(pa.array(sorted(set(buckets)), pa.string())) & wanted
        return self._dataset(table).to_table(columns=columns, filter=wanted)


def column_values(table: pa.Table, name: str) -> np.ndarray[Any, np.dtype[Any]]:
    """Return a column as a NumPy array: floats with NaN for null, anything else as objects with None."""
    column = table[name]
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        return np.asarray(pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    return np.asarray(column.to_pylist(), dtype=object)
