"""An output's tables in pandas, its masks as arrays."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from hairpipe.errors import ConfigError
from hairpipe.extract.result import Mask
from hairpipe.report.results import Results
from hairpipe.results.coco import write_coco
from hairpipe.results.mask_rows import REGIONS, decoded, mask_rows
from hairpipe.results.selection import SelectedTables, Selection, select
from hairpipe.results.target import new_file
from hairpipe.store.buckets import bucket_of
from hairpipe.store.schema import TableName
from hairpipe.store.sources import PortraitKey, key_of

if TYPE_CHECKING:
    import pandas as pd
    from pandas.api.extensions import ExtensionDtype

_KEY = ["portrait_id", "source"]
_CACHED_BUCKETS = 8


def load(
    output: str | os.PathLike[str],
    *,
    quality: float | None = None,
    color: str | Sequence[str] | None = None,
    run: str | None = None,
    source: str | None = None,
    version: int | None = None,
) -> LoadedTables:
    """Return what runs have published in an output folder, for pandas.

    Parameters
    ----------
    output : path or str
        The folder, or a URL such as ``s3://bucket/characters``, that a run wrote to.
    quality : float, optional
        Only portraits of at least this quality.
    color : str or sequence of str, optional
        Only portraits whose largest hair colour has this name, or one of these, as a person said or else
        the method; aliases will do.
    run : str, optional
        Only rows that this run wrote.
    source : str, optional
        Only portraits of this source.
    version : int, optional
        One of the versions kept; default: the current one. It stays the same while a run publishes.

    Raises
    ------
    ConfigError
        If pandas is not installed, nothing has been published there, or there is no such colour, run,
        source or version.

    Examples
    --------
    >>> data = load("out/characters", quality=0.4, color="blue")  # doctest: +SKIP
    >>> data.portraits.hair_hex.head()  # doctest: +SKIP
    """
    try:
        import pandas  # noqa: F401
    except ModuleNotFoundError:
        raise ConfigError(
            "hairpipe.load needs pandas; install it with: pip install 'hairpipe[pandas]'"
        ) from None
    colors = () if color is None else (color,) if isinstance(color, str) else tuple(color)
    return LoadedTables(select(os.fspath(output), Selection(quality, colors, run, source), version))


class LoadedTables:
    """The portraits that were asked for: tables are read when they are first used."""

    def __init__(self, selected: SelectedTables) -> None:
        self._selected = selected
        self._results = Results(selected.store)
        self._mask_rows = lru_cache(_CACHED_BUCKETS)(
            lambda bucket, region: mask_rows(selected.store.read(TableName.MASKS, buckets=[bucket]), region)
        )

    def __repr__(self) -> str:
        return f"<hairpipe tables of {self._results.folder.url}, version {self.version}>"

    @property
    def version(self) -> int:
        """The number of the version."""
        return self._results.store.version

    @cached_property
    def portraits(self) -> pd.DataFrame:
        """One row per portrait; whole numbers and yes or no are whole numbers and booleans, null or not."""
        return _to_pandas(self._selected.read(TableName.PORTRAITS))

    @cached_property
    def colors(self) -> pd.DataFrame:
        """One row per portrait and hair colour, largest share first."""
        return _to_pandas(self._selected.read(TableName.HAIR_COLORS))

    def joined(self) -> pd.DataFrame:
        """Return one row per portrait and hair colour: the colour's columns begin with ``color_``."""
        names = {name: f"color_{name}" for name in self.colors.columns if name not in _KEY}
        return self.portraits.merge(self.colors.rename(columns=names), on=_KEY, validate="one_to_many")

    def mask(self, portrait_id: object, region: str = "hair", source: str | None = None) -> Mask | None:
        """Return where a portrait's hair is: as a person painted it, where one did, else as the method says.

        Parameters
        ----------
        region : str
            ``hair`` or ``face``.
        source : str, optional
            For an id that several sources have.

        Returns
        -------
        ndarray of bool, (H, W), or None
            None where none was found.

        Raises
        ------
        ConfigError
            If there is no such portrait, or there are several.
        StoreError
            If the mask is damaged.
        """
        _check_region(region)
        key = key_of(self._results.only_one(str(portrait_id), source))
        row = self._mask_rows(bucket_of(key.portrait_id, self._selected.store.buckets), region).get(key)
        return None if row is None else decoded(row, self._results.folder)

    def masks(self, region: str = "hair") -> Iterator[tuple[PortraitKey, Mask]]:
        """Yield every portrait's key, (portrait_id, source), with its mask; memory stays flat."""
        _check_region(region)
        for (rows,) in self._selected.parts(TableName.MASKS):
            for key, row in sorted(mask_rows(rows, region).items()):
                yield key, decoded(row, self._results.folder)

    def to_coco(self, path: str | os.PathLike[str], force: bool = False) -> None:
        """Write the masks as COCO instance annotations, a JSON file that is there whole or not at all."""
        with new_file(Path(path), force) as file:
            write_coco(self._selected, file)


def _check_region(region: str) -> None:
    if region not in REGIONS:
        raise ConfigError(f"region {region!r} is neither hair nor face; name one of these")


def _to_pandas(rows: pa.Table) -> pd.DataFrame:
    import pandas as pd

    nullable: dict[pa.DataType, ExtensionDtype] = {
        pa.int16(): pd.Int16Dtype(),
        pa.int32(): pd.Int32Dtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }
    frame: pd.DataFrame = rows.to_pandas(types_mapper=nullable.get)
    return frame
