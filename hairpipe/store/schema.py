"""The tables' schemas: the one place that says what is written, read and verified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

import pyarrow as pa

from hairpipe.status import Status
from hairpipe.store.columns import COLOR_FIELDS, KEY_FIELDS, MASK_FIELDS, PORTRAIT_FIELDS


class TableName(StrEnum):
    """The tables of one version. Readers see all but the inventory, which is the job's own."""

    PORTRAITS = "portraits"
    HAIR_COLORS = "hair_colors"
    MASKS = "masks"
    INVENTORY = "inventory"


Tables = Mapping[TableName, pa.Table]
"""Rows of every table."""

# What readers see, in the order in which a bucket's files are put in place.
PUBLIC_TABLES = (TableName.PORTRAITS, TableName.HAIR_COLORS, TableName.MASKS)

# What is unique in each table, and what its rows are sorted by.
KEYS: Mapping[TableName, tuple[str, ...]] = MappingProxyType(
    {
        TableName.PORTRAITS: ("portrait_id", "source"),
        TableName.HAIR_COLORS: ("portrait_id", "source", "rank"),
        TableName.MASKS: ("portrait_id", "source", "region"),
        TableName.INVENTORY: ("portrait_id", "source"),
    }
)

ATTRIBUTE_TYPES: Mapping[str, pa.DataType] = MappingProxyType(
    {"string": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
)


def later_columns() -> frozenset[str]:
    """Return the columns that tables of an earlier version of hairpipe may lack.

    There they are null, but for the source, which stands in the inventory.
    """
    fields = (*PORTRAIT_FIELDS, *COLOR_FIELDS, *MASK_FIELDS)
    return frozenset({"keeps_result", *(field.name for field in fields if b"later" in field.metadata)})


# Whose a mask is. A person's has a region of its own.
BY_METHOD, BY_PERSON = "method", "person"
PAINTED_HAIR = "painted_hair"

# What people read, each column with its description.
DESCRIBED = MappingProxyType(
    {
        TableName.PORTRAITS: pa.schema(PORTRAIT_FIELDS),
        TableName.HAIR_COLORS: pa.schema(COLOR_FIELDS),
        TableName.MASKS: pa.schema(MASK_FIELDS),
    }
)


def _without_descriptions(columns: Iterable[pa.Field]) -> list[pa.Field]:
    """Return columns as they are written: each of thousands of files would repeat the words."""
    return [column.remove_metadata() for column in columns]


HAIR_COLORS = pa.schema(_without_descriptions(COLOR_FIELDS))
MASKS = pa.schema(_without_descriptions(MASK_FIELDS))

# What a later run needs to know of a portrait without looking at its picture. It is published together
# with the three tables, lies among the objects only, and is nobody's to query.
INVENTORY = pa.schema(
    [
        *_without_descriptions(KEY_FIELDS),
        pa.field("image", pa.string()),
        pa.field("image_size", pa.int64()),
        pa.field("image_version", pa.string()),
        pa.field("image_digest", pa.string()),
        pa.field("given_face", pa.string()),
        pa.field("profile_digest", pa.string(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("fingerprint", pa.string(), nullable=False),
        pa.field("face_fingerprint", pa.string(), nullable=False),
        pa.field("attempts", pa.int16(), nullable=False),
        pa.field("removed", pa.bool_(), nullable=False),
        # Whether the tables show an earlier result than the one that the status here is of.
        pa.field("keeps_result", pa.bool_()),
    ]
)


def portraits_schema(carry: Mapping[str, str]) -> pa.Schema:
    """Return the portraits table's schema with the attributes a configuration carries over.

    `carry` has the attributes' names in column order, each with one of `ATTRIBUTE_TYPES`.
    """
    carried = [pa.field(name, ATTRIBUTE_TYPES[kind]) for name, kind in carry.items()]
    return pa.schema([*_without_descriptions(PORTRAIT_FIELDS), *carried])


def table_schemas(carry: Mapping[str, str]) -> dict[TableName, pa.Schema]:
    """Return every table's schema, given the attributes carried over."""
    return {
        TableName.PORTRAITS: portraits_schema(carry),
        TableName.HAIR_COLORS: HAIR_COLORS,
        TableName.MASKS: MASKS,
        TableName.INVENTORY: INVENTORY,
    }


PORTRAIT_COLUMNS = tuple(field.name for field in PORTRAIT_FIELDS)

# One file per batch, written by a worker: everything a portrait's rows need, in one row, so that the
# file is there with all of it or not at all.


def batch_schema(carry: Mapping[str, str]) -> pa.Schema:
    """Return the schema of a staged batch: one row per portrait, its rows of every table nested."""
    return pa.schema(
        [
            pa.field("portrait", pa.struct(list(portraits_schema(carry))), nullable=False),
            pa.field("hair_colors", pa.list_(pa.struct(list(HAIR_COLORS))), nullable=False),
            pa.field("masks", pa.list_(pa.struct(list(MASKS))), nullable=False),
            pa.field("inventory", pa.struct(list(INVENTORY)), nullable=False),
        ]
    )


# What the scrape alone says of a portrait, besides the attributes carried over.
PROFILE_COLUMNS = ("portrait_id", "profile_id", "name", "image")
_LISTED_INVENTORY = ("portrait_id", "image", "image_size", "image_version", "profile_digest")


class Gone(StrEnum):
    """What becomes of the rows of a portrait that the scrape no longer has: marked and kept, or deleted."""

    REMOVED = "removed"
    DROPPED = "dropped"


def change_schema(carry: Mapping[str, str]) -> pa.Schema:
    """Return the schema of what becomes of portraits whose pictures are not looked at.

    One row per portrait: its columns of the portraits table and of the inventory that the scrape alone
    decides, nested, null where they stay; and `Gone`, null for a portrait that the scrape has.
    """
    table = portraits_schema(carry)
    portrait = [table.field(name) for name in (*PROFILE_COLUMNS, *carry)]
    inventory = [INVENTORY.field(name) for name in _LISTED_INVENTORY]
    return pa.schema(
        [
            INVENTORY.field("portrait_id"),
            pa.field("portrait", pa.struct(portrait)),
            pa.field("inventory", pa.struct(inventory)),
            pa.field("gone", pa.string()),
        ]
    )


# What runs of earlier versions call the reasons why portraits are part of a run.
FORMER_REASONS: Mapping[str, str] = MappingProxyType(
    {"relabelled": "placeholder_changed", "renamed": "metadata_changed", "touched": "mtime_only"}
)

# How many portraits there are of what.
_COUNTS = (
    *("new", "changed", "stale", "retry", "placeholder_changed", "metadata_changed", "mtime_only", "removed"),
    *("unchanged", "rejected", "planned", "resumed", "picture_bytes"),
)
# One row per run, in ``runs.parquet``.
RUNS = pa.schema(
    [
        pa.field("run_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("started_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("ended_at", pa.timestamp("us", tz="UTC")),
        pa.field("exit_code", pa.int16()),
        pa.field("outcome", pa.string()),
        pa.field("method", pa.string()),
        pa.field("fingerprint", pa.string()),
        pa.field("hairpipe_version", pa.string()),
        pa.field("version", pa.int32()),
        *[pa.field(name, pa.int64()) for name in _COUNTS],
        *[pa.field(f"status_{status}", pa.int64()) for status in Status],
        pa.field("workers", pa.int32()),
        pa.field("seconds", pa.float64()),
        pa.field("work_seconds", pa.float64()),
    ]
)
