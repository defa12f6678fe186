"""The tables' columns: the one place that says what is written, read, verified and documented."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def _column(
    name: str, kind: pa.DataType, description: str, nullable: bool = True, later: bool = False
) -> pa.Field:
    """Return a column of a table that people read, with the words that the documents have for it.

    `later` ones came after the first version of the table: see :func:`later_columns`.
    """
    return pa.field(name, kind, nullable, {"description": description} | ({"later": "yes"} if later else {}))


def later_columns() -> frozenset[str]:
    """Return the columns that tables of an earlier version of hairpipe may lack.

    There they are null, but for the source, which stands in the inventory.
    """
    fields = (*_PORTRAIT_FIELDS, *_COLOR_FIELDS, *_MASK_FIELDS)
    return frozenset({"keeps_result", *(field.name for field in fields if b"later" in field.metadata)})


# An id is one portrait's within its source: two scrapes may well number their profiles alike.
_KEY_FIELDS = [
    _column(
        "portrait_id",
        pa.string(),
        "the portrait's id in the scrape; with `source` its own among all",
        nullable=False,
    ),
    _column("source", pa.string(), "`source.name` of the configuration", nullable=False, later=True),
]

_PORTRAIT_FIELDS = [
    *_KEY_FIELDS,
    _column("profile_id", pa.string(), "the profile's id in the scrape", nullable=False),
    _column("name", pa.string(), "the profile's name, as the scrape says"),
    _column("image", pa.string(), "the picture's path, as the scrape says"),
    _column("image_digest", pa.string(), "SHA-256 of the picture's bytes"),
    _column("image_width", pa.int32(), "in pixels"),
    _column("image_height", pa.int32(), "in pixels"),
    _column("status", pa.string(), "how the portrait ended: [see below](#status)", nullable=False),
    _column("error", pa.string(), "why the status is not `ok`, in a few words"),
    _column(
        "last_failure",
        pa.string(),
        "the status that the last look gave, where the row shows what an earlier one found",
        later=True,
    ),
    _column("face_x", pa.float32(), "left edge of the face box, in pixels"),
    _column("face_y", pa.float32(), "its top edge"),
    _column("face_w", pa.float32(), "its width"),
    _column("face_h", pa.float32(), "its height"),
    _column("face_source", pa.string(), "`given` by the scrape, a detector's name, `network` or `prior`"),
    _column("face_score", pa.float32(), "0 to 1: how sure the detector is"),
    _column("face_count", pa.int16(), "faces seen"),
    _column("hair_fraction", pa.float32(), "hair pixels over all pixels"),
    _column("hair_color", pa.string(), "the largest hair colour's name, one of the 12, as the method says"),
    _column(
        "label",
        pa.string(),
        "what a person said of the mask: `good`, `so_so`, `ugly`, or `no_hair` where none is to be seen",
        later=True,
    ),
    _column(
        "corrected_color",
        pa.string(),
        "a person's name for the hair, where `hair_color` is wrong",
        later=True,
    ),
    _column(
        "final_color",
        pa.string(),
        "the person's name where there is one, else `hair_color`; null where a person sees no hair",
        later=True,
    ),
    _column("hair_modifier", pa.string(), "`light` or `dark`, where the name's tone is that"),
    _column("hair_hex", pa.string(), "base tone of the largest hair colour"),
    _column("hair_l", pa.float32(), "its CIELAB lightness"),
    _column("hair_a", pa.float32(), "its CIELAB a*"),
    _column("hair_b", pa.float32(), "its CIELAB b*"),
    _column("hair_pattern", pa.string(), "`single`, `two_tone`, `multicolored` or `gradient`"),
    _column("tone_count", pa.int16(), "hair colours found"),
    _column(
        "hair_length", pa.string(), "`short`, `medium` or `long`; null where it can't be told", later=True
    ),
    _column("quality", pa.float32(), "0 to 1: how likely both mask and name are right"),
    _column(
        "method_quality",
        pa.float32(),
        "the method's own rating, which differs from `quality` where a model of yours rates instead",
    ),
    _column("mask_quality", pa.float32(), "0 to 1: how likely the mask is right", later=True),
    _column(
        "name_probability", pa.float32(), "0 to 1: how likely people are to use `hair_color`", later=True
    ),
    _column(
        "quality_group", pa.string(), "`good`, `so_so` or `ugly`: `quality` cut at two places", later=True
    ),
    *[_column(f"share_{name}", pa.float32(), f"part of the hair that is {name}") for name in COLOR_NAMES],
    _column("method", pa.string(), "`learned` or `article`", nullable=False),
    _column(
        "fingerprint",
        pa.string(),
        "hash of all that can change a result: method, settings, version",
        nullable=False,
    ),
    _column("run_id", pa.string(), "the run that wrote the row", nullable=False),
    _column(
        "last_seen_run_id",
        pa.string(),
        "set once the scrape no longer has the profile: the last run that saw it",
    ),
    _column("processed_at", pa.timestamp("us", tz="UTC"), "when the picture was looked at", nullable=False),
    _column("duration_ms", pa.float32(), "what that took"),
]

_COLOR_FIELDS = [
    *_KEY_FIELDS,
    _column("rank", pa.int16(), "1 for the largest share", nullable=False),
    _column("name", pa.string(), "one of the 12 names; null for a picture without colour"),
    _column("hex", pa.string(), "base tone", nullable=False),
    _column("l", pa.float32(), "its CIELAB lightness", nullable=False),
    _column("a", pa.float32(), "its CIELAB a*", nullable=False),
    _column("b", pa.float32(), "its CIELAB b*", nullable=False),
    _column("hue", pa.float32(), "of the base tone, in degrees", nullable=False),
    _column("saturation", pa.float32(), "0 to 1", nullable=False),
    _column("value", pa.float32(), "0 to 1", nullable=False),
    _column("share", pa.float32(), "part of the hair", nullable=False),
    _column("pixels", pa.int32(), "in the picture", nullable=False),
    _column("shade_hex", pa.string(), "the most frequent darker tone of the same hair", later=True),
    _column("shine_hex", pa.string(), "the most frequent lighter one", later=True),
    _column("name_probability", pa.float32(), "0 to 1: how likely people are to use the name"),
    _column("second_name", pa.string(), "another name that is at least half as likely", later=True),
    _column("second_probability", pa.float32(), "how likely that one is", later=True),
    _column("run_id", pa.string(), "the run that wrote the row", nullable=False),
]


# Whose a mask is. A person's has a region of its own.
BY_METHOD, BY_PERSON = "method", "person"
PAINTED_HAIR = "painted_hair"

_MASK_FIELDS = [
    *_KEY_FIELDS,
    _column("region", pa.string(), "`hair`, `face`; `painted_hair` is a person's", nullable=False),
    _column("height", pa.int32(), "of the picture, in pixels", nullable=False),
    _column("width", pa.int32(), "of the picture, in pixels", nullable=False),
    _column("counts", pa.string(), "COCO compressed RLE", nullable=False),
    _column("made_by", pa.string(), "`method` or `person`", later=True),
]

# What people read, each column with its description.
DESCRIBED = MappingProxyType(
    {
        TableName.PORTRAITS: pa.schema(_PORTRAIT_FIELDS),
        TableName.HAIR_COLORS: pa.schema(_COLOR_FIELDS),
        TableName.MASKS: pa.schema(_MASK_FIELDS),
    }
)


def _without_descriptions(columns: Iterable[pa.Field]) -> list[pa.Field]:
    """Return columns as they are written: each of thousands of files would repeat the words."""
    return [column.remove_metadata() for column in columns]


HAIR_COLORS = pa.schema(_without_descriptions(_COLOR_FIELDS))
MASKS = pa.schema(_without_descriptions(_MASK_FIELDS))

# What a later run needs to know of a portrait without looking at its picture. It is published together
# with the three tables, lies among the objects only, and is nobody's to query.
INVENTORY = pa.schema(
    [
        *_without_descriptions(_KEY_FIELDS),
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
    return pa.schema([*_without_descriptions(_PORTRAIT_FIELDS), *carried])


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

# What runs of earlier versions call the reasons why portraits are part of a run.
FORMER_REASONS: Mapping[str, str] = MappingProxyType(
    {"relabelled": "placeholder_changed", "renamed": "metadata_changed", "touched": "mtime_only"}
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
        *[
            pa.field(name, pa.int64())
            for name in (
                "new",
                "changed",
                "stale",
                "retry",
                "placeholder_changed",
                "metadata_changed",
                "mtime_only",
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
