"""The masks of many portraits in an order of one's own: the table is read once, and memory holds few."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.report.results import MASK_COLUMNS, Results
from hairpipe.storage.database import Database
from hairpipe.store.schema import TableName
from hairpipe.store.sources import whole_keys

_MEGABYTES = 64
_AT_ONCE = 2048
_SORTED_AT_ONCE = 5_000
_SOME = "SELECT * EXCLUDE row FROM masks WHERE place >= $first AND place < $stop ORDER BY place, region"
_ROWS = pa.schema(
    [
        ("place", pa.int32()),
        *((name, pa.string()) for name in ("region", "counts")),
        *((name, pa.int32()) for name in ("height", "width")),
    ]
)

Masks = list[dict[str, Any]]
"""One portrait's rows of the masks table."""


def masks_in_order(results: Results, portraits: pa.Table) -> Generator[Masks, None, None]:
    """Yield the masks of each portrait of a table with ``portrait_id`` and ``source``."""
    keys = whole_keys(portraits)
    with Database("gallery", _MEGABYTES) as database:
        database.keep("masks", _ROWS, _placed(results, keys), number="row")
        # All at once, whole masks don't fit into its memory.
        batches = (
            batch
            for first in range(0, len(portraits), _SORTED_AT_ONCE)
            for batch in database.batches(_SOME, _AT_ONCE, first=first, stop=first + _SORTED_AT_ONCE)
        )
        found = groupby((row for batch in batches for row in batch.to_pylist()), itemgetter("place"))
        ahead = next(found, None)
        for place in range(len(portraits)):
            if ahead is None or ahead[0] != place:
                yield []
            else:
                yield list(ahead[1])
                ahead = next(found, None)


def _placed(results: Results, keys: pa.Array) -> Iterator[pa.Table]:
    """Yield the rows of the masks table that some portraits have, with the place of their portrait."""
    for part in results.store.parts(TableName.MASKS, MASK_COLUMNS):
        rows = part.append_column("place", pc.index_in(whole_keys(part), value_set=keys))
        yield rows.select(_ROWS.names).filter(pc.is_valid(rows["place"]))
