"""Portraits as rows of a table, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pyarrow as pa

from hairpipe.source.profile import Portrait, given_face_text, profile_digest
from hairpipe.status import Status

Row = tuple[object, ...]

# What a portrait is made of.
PORTRAIT = pa.schema(
    [
        ("portrait_id", pa.string()),
        ("profile_id", pa.string()),
        ("name", pa.string()),
        ("image", pa.string()),
        ("problem", pa.string()),
        ("detail", pa.string()),
        ("face", pa.list_(pa.float64())),
        # As JSON.
        ("attributes", pa.string()),
        ("size", pa.int64()),
        ("version", pa.string()),
    ]
)
# What a plan compares, too.
LISTED = pa.schema(
    [
        *PORTRAIT,
        ("given_face", pa.string()),
        ("profile_digest", pa.string()),
    ]
)
_TO_JSON = json.JSONEncoder(sort_keys=True).encode


def portrait_row(portrait: Portrait) -> Row:
    """Return the values of a portrait in a table of portraits, in the order of `LISTED`."""
    return (
        portrait.portrait_id,
        portrait.profile_id,
        portrait.name,
        portrait.image,
        portrait.problem,
        portrait.detail,
        portrait.face,
        _TO_JSON(dict(portrait.attributes)),
        portrait.size,
        portrait.version,
        given_face_text(portrait),
        profile_digest(portrait),
    )


def portrait_table(rows: Sequence[Row]) -> pa.Table:
    """Return a table of portraits."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(LISTED)
    return pa.table([pa.array(column, f.type) for column, f in zip(columns, LISTED, strict=True)], LISTED)


def portraits_of(rows: pa.RecordBatch | pa.Table) -> Iterator[Portrait]:
    """Yield the portraits of rows with the columns of `PORTRAIT`."""
    for portrait_id, profile_id, name, image, problem, detail, face, attributes, size, version in zip(
        *(rows.column(column).to_pylist() for column in PORTRAIT.names), strict=True
    ):
        yield Portrait(
            portrait_id=portrait_id,
            profile_id=profile_id,
            name=name,
            image=image,
            problem=None if problem is None else Status(problem),
            detail=detail,
            face=None if face is None else tuple(face),
            attributes=json.loads(attributes),
            size=size,
            version=version,
        )
