"""A folder that `datasets.load_dataset` reads: Parquet files and a card, as on the Hugging Face Hub."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hairpipe.report.pictures import ImageLoader
from hairpipe.report.views import png
from hairpipe.results.card import COUNTED, card
from hairpipe.results.mask_rows import MaskRow, decoded, mask_rows
from hairpipe.results.selection import SelectedTables
from hairpipe.store.schema import TableName
from hairpipe.store.sources import PortraitKey, key_of, rows_by_key
from hairpipe.store.store import count_rows

# A picture in a column, as `datasets` keeps it.
_PICTURE = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])
_TONE = pa.struct(
    [pa.field("name", pa.string()), pa.field("hex", pa.string()), pa.field("share", pa.float32())]
)
_ROWS_AT_ONCE = 100
_BYTES_PER_FILE = 500 * 2**20


def write_dataset(selected: SelectedTables, folder: Path, pictures: bool = False) -> int:
    """Write the portraits as a data set, ``data/*.parquet`` and a card ``README.md``; return how many.

    One row per portrait: the columns of the portraits table, ``hair_colors`` (name, hex and share of
    each), ``hair_mask`` (a picture: 255 where there is hair) and, if asked for, ``picture``.

    Pictures are put in where they are those that were looked at; the folder is an empty one.

    Raises
    ------
    StoreError
        If a mask is damaged.
    """
    loader = ImageLoader(selected.store.folder) if pictures else None
    counts = Counter[tuple[Any, ...]]()
    shards = _Shards(folder / "data")
    try:
        for portraits, colors, masks in selected.parts(
            TableName.PORTRAITS, TableName.HAIR_COLORS, TableName.MASKS
        ):
            counts += count_rows(portraits, COUNTED)
            schema = _schema(portraits.schema, pictures)
            tones = _tones(colors)
            hair = mask_rows(masks, "hair")
            shards.begin(schema)
            for first in range(0, len(portraits), _ROWS_AT_ONCE):
                rows = portraits.slice(first, _ROWS_AT_ONCE).to_pylist()
                for row in rows:
                    row["hair_colors"] = tones.get(key_of(row), [])
                    row["hair_mask"] = _picture(_hair_mask(selected, hair.get(key_of(row))))
                    if loader is not None:
                        row["picture"] = _picture(_picture_file(loader, row))
                shards.write(pa.Table.from_pylist(rows, schema))
    finally:
        shards.close()
    (folder / "README.md").write_text(card(selected, counts, pictures), encoding="utf-8")
    return counts.total()


class _Shards:
    """Writes rows to Parquet files of a size that can be moved about."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._path = folder
        self._count = 0
        self._writer: pq.ParquetWriter | None = None

    def begin(self, schema: pa.Schema) -> None:
        """Open the next file unless there is room in the last."""
        if self._writer is not None and self._path.stat().st_size < _BYTES_PER_FILE:
            return
        self.close()
        self._path = self._folder / f"train-{self._count:05d}.parquet"
        self._count += 1
        self._writer = pq.ParquetWriter(self._path, schema, compression="zstd")

    def write(self, rows: pa.Table) -> None:
        """Write rows to the open file."""
        assert self._writer is not None
        self._writer.write_table(rows)

    def close(self) -> None:
        """Finish the open file."""
        if self._writer is not None:
            self._writer.close()


def _schema(portraits: pa.Schema, pictures: bool) -> pa.Schema:
    """Return the data set's columns, with the note by which `datasets` knows pictures from structs."""
    shown = ["hair_mask", *(["picture"] if pictures else [])]
    # A carried attribute of such a name gives way.
    own = [field for field in portraits if field.name not in ("hair_colors", *shown)]
    fields = [*own, pa.field("hair_colors", pa.list_(_TONE)), *(pa.field(name, _PICTURE) for name in shown)]
    features = {"info": {"features": {name: {"_type": "Image"} for name in shown}}}
    return pa.schema(fields, {"huggingface": json.dumps(features)})


def _tones(colors: pa.Table) -> Mapping[PortraitKey, list[dict[str, Any]]]:
    rows = colors.sort_by("rank").select(["portrait_id", "source", *_TONE.names])
    return {
        key: [{name: row[name] for name in _TONE.names} for row in own]
        for key, own in rows_by_key(rows).items()
    }


def _hair_mask(selected: SelectedTables, row: MaskRow | None) -> bytes | None:
    """Return a mask as PNG, grey."""
    return None if row is None else png(decoded(row, selected.store.folder) * np.uint8(255))


def _picture_file(loader: ImageLoader, row: Mapping[str, Any]) -> bytes | None:
    """Return the picture's bytes if they are still those that were looked at, and could be."""
    data = None if row["image_width"] is None else loader.read_bytes(row)
    return data if data is not None and hashlib.sha256(data).hexdigest() == row["image_digest"] else None


def _picture(data: bytes | None) -> dict[str, bytes | None] | None:
    # Without a path: what the scrape calls a file is nothing to open.
    return None if data is None else {"bytes": data, "path": None}
