"""JSON Lines by the column: many clean lines at once, exactly as they would be read one by one."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from hairpipe.source.rows.profile_columns import ProfileColumns
from hairpipe.source.rows.row import REPLACEMENT

# Control characters and halves of characters.
_ODD_ESCAPE = re.compile(r"\\u(?:00[01]|[dD][89a-fA-F])")
# Python's parser gives up where values are nested some thousand levels deep, Arrow's where its stack ends.
_MOST_BRACKETS = 500


def json_columns(lines: Sequence[str], columns: ProfileColumns) -> pa.RecordBatch | None:
    """Return the columns that some lines have, as `columns` reads them; None: they are not plain."""
    text = "".join(lines).replace("\r\n", "\n")
    if not columns.can_read or not _are_objects(text, len(lines)) or REPLACEMENT in text or "\r" in text:
        return None
    if "\\u" in text and _ODD_ESCAPE.search(text):
        return None
    if any(map(_is_nested_deeply, (line for line in lines if len(line) > _MOST_BRACKETS))):
        return None
    rows = _parsed(text.encode(), columns)
    if rows is None or len(rows) != len(lines):
        return None
    if "-0" in text and _has_zero(rows):
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


def _are_objects(text: str, lines: int) -> bool:
    """Return whether each line begins and ends as an object does, so that none goes on in the next one."""
    return text.startswith("{") and text.count("}\n") == lines and text.count("\n{") == lines - 1


def _is_nested_deeply(line: str) -> bool:
    return line.count("[") + line.count("{") > _MOST_BRACKETS


def _has_zero(rows: pa.RecordBatch) -> bool:
    numbers = (column for column in rows.columns if pa.types.is_floating(column.type))
    return any(pc.any(pc.equal(column, 0)).as_py() for column in numbers)
