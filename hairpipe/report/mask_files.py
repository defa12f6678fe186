"""The masks of many portraits in an order of one's own: the table is read once, and memory holds few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.report.results import MASK_COLUMNS, Results
from hairpipe.store.schema import TableName
from hairpipe.store.sources import whole_keys

# So many portraits' masks are in memory at a time.
_PER_FILE = 2048
_COLUMNS = ("region", "height", "width", "counts")

Masks = list[dict[str, Any]]
"""One portrait's rows of the masks table."""


def masks_in_order(results: Results, portraits: pa.Table, folder: Path) -> Iterator[Masks]:
    """Yield each portrait's masks.

    Parameters
    ----------
    portraits : pyarrow.Table
        With ``portrait_id`` and ``source``.
    folder : Path
        An empty one, which files may be left in.
    """
    paths = [folder / f"{first}.arrow" for first in range(0, len(portraits), _PER_FILE)]
    _sort_into(paths, results, whole_keys(portraits))
    for number, path in enumerate(paths):
        masks: dict[int, Masks] = defaultdict(list)
        if path.exists():
            with pa.ipc.open_stream(path.read_bytes()) as stream:
                for row in stream.read_all().to_pylist():
                    masks[row["place"]].append(row)
        first = number * _PER_FILE
        for place in range(first, min(first + _PER_FILE, len(portraits))):
            yield masks[place]


def _sort_into(paths: list[Path], results: Results, keys: pa.Array) -> None:
    """Write the rows of the masks table with the place of their portrait, those of near places together."""
    writers: dict[int, pa.RecordBatchStreamWriter] = {}
    with ExitStack() as files:
        for part in results.store.parts(TableName.MASKS, MASK_COLUMNS):
            place = pc.index_in(whole_keys(part), value_set=keys)
            rows = part.select(_COLUMNS).append_column("place", place).filter(pc.is_valid(place))
            file = pc.divide(rows["place"], _PER_FILE)
            for number in pc.unique(file).to_pylist():
                if number not in writers:
                    writers[number] = files.enter_context(pa.ipc.new_stream(paths[number], rows.schema))
                writers[number].write_table(rows.filter(pc.equal(file, number)))
