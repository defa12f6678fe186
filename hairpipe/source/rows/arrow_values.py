"""From Arrow's values to Python's: one that Python has no value for costs itself, not the rows beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pyarrow as pa

from hairpipe.source.rows.row import NOT_UTF8

# Dates after the year 9999, unknown time zones, text that is not UTF-8.
_NO_VALUE = (ValueError, OverflowError, LookupError, pa.ArrowException)


class RowValues(NamedTuple):
    """A row's values by column, and what is wrong with them, in words that can be counted."""

    values: Mapping[str, Any]
    notes: tuple[str, ...] = ()


def row_values(batch: pa.RecordBatch) -> list[RowValues]:
    """Return the rows of a batch. What can't be a value of Python's is None and leaves a note."""
    batch = _without_nanoseconds(batch)
    try:
        return [RowValues(values) for values in batch.to_pylist()]
    except _NO_VALUE:
        columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        return [_one_by_one(columns, row) for row in range(batch.num_rows)]


def not_readable(path: str) -> str:
    """Return the note of rows whose value in a column can't be read."""
    return f"{path} can't be read"


def _one_by_one(columns: Mapping[str, pa.Array], row: int) -> RowValues:
    notes: list[str] = []
    values = {name: _value(column[row], name, notes) for name, column in columns.items()}
    return RowValues(values, tuple(dict.fromkeys(notes)))


def _value(scalar: pa.Scalar, path: str, notes: list[str]) -> Any:
    try:
        return scalar.as_py()
    except _NO_VALUE:
        if isinstance(scalar, pa.StructScalar):
            return {name: _value(scalar[name], f"{path}.{name}", notes) for name in scalar}
        if isinstance(scalar, pa.DictionaryScalar):
            return _value(scalar.value, path, notes)
        if isinstance(scalar, pa.ListScalar):
            return [_value(item, path, notes) for item in scalar.values]
        if isinstance(scalar, pa.StringScalar):
            notes.append(NOT_UTF8)
            return scalar.as_buffer().to_pybytes().decode(errors="replace")
        notes.append(not_readable(path))
        return None


def _without_nanoseconds(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch whose times Python can hold; else it depends on pandas whether they have a value."""
    for index, field in enumerate(batch.schema):
        kind = field.type
        if pa.types.is_timestamp(kind) and kind.unit == "ns":
            exact = pa.timestamp("us", kind.tz)
        elif pa.types.is_time64(kind) and kind.unit == "ns":
            exact = pa.time64("us")
        elif pa.types.is_duration(kind) and kind.unit == "ns":
            exact = pa.duration("us")
        else:
            continue
        batch = batch.set_column(index, field.name, batch.column(index).cast(exact, safe=False))
    return batch
