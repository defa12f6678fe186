"""JSON Lines by the column: many clean lines at once, exactly as they would be read one by one."""

from __future__ import annotations

import io
import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from hairpipe.source.rows.profile_columns import ProfileColumns
from hairpipe.source.rows.row import REPLACEMENT

# Control characters and halves of characters.
_ODD_ESCAPE = re.compile(r"\\u(?:00[01]|[dD][89a-fA-F])")
# Python's parser gives up where values are nested some thousand levels deep, Arrow's where its stack ends.
_MOST_BRACKETS = 500


def json_columns(text: str, columns: ProfileColumns) -> pa.RecordBatch | None:
    """Return the columns that some lines have, as `columns` reads them; None: they are not plain."""
    # One character is found much sooner than two.
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if not columns.can_read or REPLACEMENT in text or "\r" in text:
        return None
    if "\\" in text and _ODD_ESCAPE.search(text):
        return None
    data = text.encode("utf-8", "surrogatepass")
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
    if not _are_objects(data, ends) or _are_nested_deeply(data, ends):
        return None
    rows = _parsed(data, columns)
    if rows is None or len(rows) != len(ends):
        return None
    if "-" in text and "-0" in text and _has_zero(rows):
        # A JSON number without a fraction has no sign where it is zero, in Python.
        return None
    return rows


def _parsed(data: bytes, columns: ProfileColumns) -> pa.RecordBatch | None:
    at = columns.schema.get_field_index(columns.id)
    for id_type in (pa.string(), pa.int64()):
        schema = columns.schema.set(at, pa.field(columns.id, id_type))
        options = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
        read_options = pj.ReadOptions(use_threads=False, block_size=len(data) + 1)
        try:
            rows = pj.read_json(io.BytesIO(data), read_options, options)
        except pa.ArrowException:
            continue
        (batch,) = rows.cast(columns.schema).combine_chunks().to_batches()
        return batch
    return None


def _are_objects(data: bytes, ends: npt.NDArray[np.intp]) -> bool:
    """Return whether each line begins and ends as an object does, so that none goes on in the next one."""
    characters = np.frombuffer(data, np.uint8)
    starts = np.r_[0, ends[:-1] + 1]
    return bool(
        data.endswith(b"}\n")
        and (characters[starts] == ord("{")).all()
        and (characters[ends - 1] == ord("}")).all()
    )


def _are_nested_deeply(data: bytes, ends: npt.NDArray[np.intp]) -> bool:
    if np.diff(ends, prepend=0).max() <= _MOST_BRACKETS:
        return False
    return any(line.count(b"[") + line.count(b"{") > _MOST_BRACKETS for line in data.split(b"\n"))


def _has_zero(rows: pa.RecordBatch) -> bool:
    numbers = (column for column in rows.columns if pa.types.is_floating(column.type))
    return any(pc.any(pc.equal(column, 0)).as_py() for column in numbers)
