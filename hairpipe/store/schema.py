"""The tables' columns: the one place that says what is written, read, verified and documented."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import pyarrow as pa

from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.status import Status


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

# An id is one portrait's within its source: two scrapes may well number their profiles alike.
_KEY_FIELDS = [
    pa.field("portrait_id", pa.string(), nullable=False),
    pa.field("source", pa.string(), nullable=False),
]

_PORTRAIT_FIELDS = [
    *_KEY_FIELDS,
    pa.field("profile_id", pa.string(), nullable=False),
    pa.field("name", pa.string()),
    pa.field("image", pa.string()),
    pa.field("image_digest", pa.string()),
    pa.field("image_width", pa.int32()),
    pa.field("image_height", pa.int32()),
    pa.field("status", pa.string(), nullable=False),
    pa.field("error", pa.string()),
    # How the last look at an ok portrait failed; the row shows what an earlier one found.
    pa.field("last_failure", pa.string()),
    pa.field("face_x", pa.float32()),
    pa.field("face_y", pa.float32()),
    pa.field("face_w", pa.float32()),
    pa.field("face_h", pa.float32()),
    pa.field("face_source", pa.string()),
    pa.field("face_score", pa.float32()),
    pa.field("face_count", pa.int16()),
    pa.field("hair_fraction", pa.float32()),
    pa.field("hair_color", pa.string()),
    pa.field("hair_modifier", pa.string()),
    pa.field("hair_hex", pa.string()),
    pa.field("hair_l", pa.float32()),
    pa.field("hair_a", pa.float32()),
    pa.field("hair_b", pa.float32()),
    pa.field("hair_pattern", pa.string()),
    pa.field("tone_count", pa.int16()),
    # short, medium or long; null where that can't be told.
    pa.field("hair_length", pa.string()),
    pa.field("quality", pa.float32()),
    # The method's own rating, which differs from quality where a model learnt from labels rates instead.
    pa.field("method_quality", pa.float32()),
    # How likely the mask is right, and how likely people are to use hair_color; quality is both together.
    pa.field("mask_quality", pa.float32()),
    pa.field("name_probability", pa.float32()),
    # good, so_so or ugly, by the quality.
    pa.field("quality_group", pa.string()),
    *[pa.field(f"share_{name}", pa.float32()) for name in COLOR_NAMES],
    pa.field("method", pa.string(), nullable=False),
    pa.field("fingerprint", pa.string(), nullable=False),
    pa.field("run_id", pa.string(), nullable=False),
    pa.field("last_seen_run_id", pa.string()),
    pa.field("processed_at", pa.timestamp("us", tz="UTC"), nullable=False),
    pa.field("duration_ms", pa.float32()),
]

HAIR_COLORS = pa.schema(
    [
        *_KEY_FIELDS,
        pa.field("rank", pa.int16(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("hex", pa.string(), nullable=False),
        pa.field("l", pa.float32(), nullable=False),
        pa.field("a", pa.float32(), nullable=False),
        pa.field("b", pa.float32(), nullable=False),
        pa.field("hue", pa.float32(), nullable=False),
        pa.field("saturation", pa.float32(), nullable=False),
        pa.field("value", pa.float32(), nullable=False),
        pa.field("share", pa.float32(), nullable=False),
        pa.field("pixels", pa.int32(), nullable=False),
        # The most frequent darker and lighter tone of the same hair colour.
        pa.field("shade_hex", pa.string()),
        pa.field("shine_hex", pa.string()),
        # How likely people are to use the name, and the next one if it is at least half as likely.
        pa.field("name_probability", pa.float32()),
        pa.field("second_name", pa.string()),
        pa.field("second_probability", pa.float32()),
        pa.field("run_id", pa.string(), nullable=False),
    ]
)

# Tables written by an earlier version of hairpipe may lack these: there they are null, but for the source,
# which stands in the inventory.
LATER_COLUMNS = frozenset(
    {
        "source",
        "last_failure",
        "quality_group",
        "mask_quality",
        "hair_length",
        "shade_hex",
        "shine_hex",
        "name_probability",
        "second_name",
        "second_probability",
        "keeps_result",
    }
)

MASKS = pa.schema(
    [
        *_KEY_FIELDS,
        pa.field("region", pa.string(), nullable=False),
        pa.field("height", pa.int32(), nullable=False),
        pa.field("width", pa.int32(), nullable=False),
        pa.field("counts", pa.string(), nullable=False),
    ]
)

# What a later run needs to know of a portrait without looking at its picture. It is published together
# with the three tables, lies among the objects only, and is nobody's to query.
INVENTORY = pa.schema(
    [
        *_KEY_FIELDS,
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

    Parameters
    ----------
    carry : mapping of str to str
        Attribute name to one of `ATTRIBUTE_TYPES`, in column order.
    """
    carried = [pa.field(name, ATTRIBUTE_TYPES[kind]) for name, kind in carry.items()]
    return pa.schema([*_PORTRAIT_FIELDS, *carried])


def table_schemas(carry: Mapping[str, str]) -> dict[TableName, pa.Schema]:
    """Return every table's schema, given the attributes carried over."""
    return {
        TableName.PORTRAITS: portraits_schema(carry),
        TableName.HAIR_COLORS: HAIR_COLORS,
        TableName.MASKS: MASKS,
        TableName.INVENTORY: INVENTORY,
    }


PORTRAIT_COLUMNS = tuple(field.name for field in _PORTRAIT_FIELDS)

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
_REFRESHED_INVENTORY = ("portrait_id", "image", "image_size", "image_version", "profile_digest")


def refresh_schema(carry: Mapping[str, str]) -> pa.Schema:
    """Return the schema of what the scrape alone decides of a portrait, for rows whose picture stayed.

    One row per portrait: its columns of the portraits table and of the inventory, nested.
    """
    table = portraits_schema(carry)
    portrait = [table.field(name) for name in (*PROFILE_COLUMNS, *carry)]
    inventory = [INVENTORY.field(name) for name in _REFRESHED_INVENTORY]
    return pa.schema(
        [
            pa.field("portrait", pa.struct(portrait), nullable=False),
            pa.field("inventory", pa.struct(inventory), nullable=False),
        ]
    )


# Pictures that are what they were, in files that have another version; only the inventory says so.
TOUCHED = pa.schema([INVENTORY.field(name) for name in ("portrait_id", "image_version")])

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
        *[
            pa.field(name, pa.int64())
            for name in (
                "new",
                "changed",
                "stale",
                "retry",
                "relabelled",
                "renamed",
                "touched",
                "removed",
                "unchanged",
                "rejected",
                "planned",
                "resumed",
                "picture_bytes",
            )
        ],
        *[pa.field(f"status_{status}", pa.int64()) for status in Status],
        pa.field("workers", pa.int32()),
        pa.field("seconds", pa.float64()),
        pa.field("work_seconds", pa.float64()),
    ]
)
