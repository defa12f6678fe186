"""The columns of the tables that people read: name, type, and the words that the documents have for it."""

from __future__ import annotations

import pyarrow as pa

from hairpipe.hair_color_names import COLOR_NAMES

_STRING, _FLOAT = pa.string(), pa.float32()


def _column(
    name: str, kind: pa.DataType, description: str, nullable: bool = True, later: bool = False
) -> pa.Field:
    """Return a column of a table that people read, with the words that the documents have for it.

    `later` ones came after the first version of the table: see :func:`hairpipe.store.schema.later_columns`.
    """
    return pa.field(name, kind, nullable, {"description": description} | ({"later": "yes"} if later else {}))


# An id is one portrait's within its source: two scrapes may well number their profiles alike.
KEY_FIELDS = [
    _column(
        "portrait_id",
        _STRING,
        "the portrait's id in the scrape; with `source` its own among all",
        nullable=False,
    ),
    _column("source", _STRING, "`source.name` of the configuration", nullable=False, later=True),
]

PORTRAIT_FIELDS = [
    *KEY_FIELDS,
    _column("profile_id", _STRING, "the profile's id in the scrape", nullable=False),
    _column("name", _STRING, "the profile's name, as the scrape says"),
    _column("image", _STRING, "the picture's path, as the scrape says"),
    _column("image_digest", _STRING, "SHA-256 of the picture's bytes"),
    _column("image_width", pa.int32(), "in pixels"),
    _column("image_height", pa.int32(), "in pixels"),
    _column("status", _STRING, "how the portrait ended: [see below](#status)", nullable=False),
    _column("error", _STRING, "why the status is not `ok`, in a few words"),
    _column(
        "last_failure",
        _STRING,
        "the status that the last look gave, where the row shows what an earlier one found",
        later=True,
    ),
    _column("face_x", _FLOAT, "left edge of the face box, in pixels"),
    _column("face_y", _FLOAT, "its top edge"),
    _column("face_w", _FLOAT, "its width"),
    _column("face_h", _FLOAT, "its height"),
    _column("face_source", _STRING, "`given` by the scrape, a detector's name, `network` or `prior`"),
    _column("face_score", _FLOAT, "0 to 1: how sure the detector is"),
    _column("face_count", pa.int16(), "faces seen"),
    _column("hair_fraction", _FLOAT, "hair pixels over all pixels"),
    _column("hair_color", _STRING, "the largest hair colour's name, one of the 12, as the method says"),
    _column(
        "label",
        _STRING,
        "what a person said of the mask: `good`, `so_so`, `ugly`, or `no_hair` where none is to be seen",
        later=True,
    ),
    _column(
        "corrected_color", _STRING, "a person's name for the hair, where `hair_color` is wrong", later=True
    ),
    _column(
        "final_color",
        _STRING,
        "the person's name where there is one, else `hair_color`; null where a person sees no hair",
        later=True,
    ),
    _column("hair_modifier", _STRING, "`light` or `dark`, where the name's tone is that"),
    _column("hair_hex", _STRING, "base tone of the largest hair colour"),
    _column("hair_l", _FLOAT, "its CIELAB lightness"),
    _column("hair_a", _FLOAT, "its CIELAB a*"),
    _column("hair_b", _FLOAT, "its CIELAB b*"),
    _column("hair_pattern", _STRING, "`single`, `two_tone`, `multicolored` or `gradient`"),
    _column("tone_count", pa.int16(), "hair colours found"),
    _column("hair_length", _STRING, "`short`, `medium` or `long`; null where it can't be told", later=True),
    _column("quality", _FLOAT, "0 to 1: how likely both mask and name are right"),
    _column(
        "method_quality",
        _FLOAT,
        "the method's own rating, which differs from `quality` where a model of yours rates instead",
    ),
    _column("mask_quality", _FLOAT, "0 to 1: how likely the mask is right", later=True),
    _column("name_probability", _FLOAT, "0 to 1: how likely people are to use `hair_color`", later=True),
    _column("quality_group", _STRING, "`good`, `so_so` or `ugly`: `quality` cut at two places", later=True),
    *[_column(f"share_{name}", _FLOAT, f"part of the hair that is {name}") for name in COLOR_NAMES],
    _column("method", _STRING, "`learned` or `article`", nullable=False),
    _column(
        "fingerprint",
        _STRING,
        "hash of all that can change a result: method, settings, version",
        nullable=False,
    ),
    _column("run_id", _STRING, "the run that wrote the row", nullable=False),
    _column(
        "last_seen_run_id", _STRING, "set once the scrape no longer has the profile: the last run that saw it"
    ),
    _column("processed_at", pa.timestamp("us", tz="UTC"), "when the picture was looked at", nullable=False),
    _column("duration_ms", _FLOAT, "what that took"),
]

COLOR_FIELDS = [
    *KEY_FIELDS,
    _column("rank", pa.int16(), "1 for the largest share", nullable=False),
    _column("name", _STRING, "one of the 12 names; null for a picture without colour"),
    _column("hex", _STRING, "base tone", nullable=False),
    _column("l", _FLOAT, "its CIELAB lightness", nullable=False),
    _column("a", _FLOAT, "its CIELAB a*", nullable=False),
    _column("b", _FLOAT, "its CIELAB b*", nullable=False),
    _column("hue", _FLOAT, "of the base tone, in degrees", nullable=False),
    _column("saturation", _FLOAT, "0 to 1", nullable=False),
    _column("value", _FLOAT, "0 to 1", nullable=False),
    _column("share", _FLOAT, "part of the hair", nullable=False),
    _column("pixels", pa.int32(), "in the picture", nullable=False),
    _column("shade_hex", _STRING, "the most frequent darker tone of the same hair", later=True),
    _column("shine_hex", _STRING, "the most frequent lighter one", later=True),
    _column("name_probability", _FLOAT, "0 to 1: how likely people are to use the name"),
    _column("second_name", _STRING, "another name that is at least half as likely", later=True),
    _column("second_probability", _FLOAT, "how likely that one is", later=True),
    _column("run_id", _STRING, "the run that wrote the row", nullable=False),
]

MASK_FIELDS = [
    *KEY_FIELDS,
    _column("region", _STRING, "`hair`, `face`; `painted_hair` is a person's", nullable=False),
    _column("height", pa.int32(), "of the picture, in pixels", nullable=False),
    _column("width", pa.int32(), "of the picture, in pixels", nullable=False),
    _column("counts", _STRING, "COCO compressed RLE", nullable=False),
    _column("made_by", _STRING, "`method` or `person`", later=True),
]
