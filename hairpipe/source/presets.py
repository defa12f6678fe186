"""The columns of tables whose shape is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

PresetName = Literal["jikan", "anilist", "img2dataset", "huggingface"]


@dataclass(frozen=True, slots=True)
class Preset:
    """What is known of a shape."""

    columns: Mapping[str, Any]
    """Fields of :class:`hairpipe.source.settings.Columns`."""
    envelopes: tuple[str, ...] = ("data",)
    """Paths, the first that exists counts, from an API's answer to the profile or the list of profiles inside
    it."""
    origin: str | None = None
    """Column with the address of a picture whose bytes were never fetched."""


NO_PRESET = Preset({})
PRESETS: Mapping[PresetName, Preset] = MappingProxyType(
    {
        # https://api.jikan.moe/v4/characters and /characters/{id}: the answer's data.
        "jikan": Preset(
            {
                "id": "mal_id",
                "name": "name",
                "image": "images.jpg.image_url",
                "attributes": {"kanji": "name_kanji"},
            }
        ),
        # https://graphql.anilist.co: the type Character, asked for alone or by the page.
        "anilist": Preset(
            {
                "id": "id",
                "name": "name.full",
                "image": "image.large",
                "attributes": {
                    "native_name": "name.native",
                    "birth_year": "dateOfBirth.year",
                    "birth_month": "dateOfBirth.month",
                    "birth_day": "dateOfBirth.day",
                    "blood_type": "bloodType",
                },
            },
            envelopes=("data.Character", "data.Page.characters"),
        ),
        # output_format parquet: the picture's bytes in a column named after its encoding.
        "img2dataset": Preset({"id": "key", "name": "caption", "image": "jpg"}, origin="url"),
        # datasets' Image feature: struct<bytes, path>. There is no customary id.
        "huggingface": Preset({"id": None, "name": None, "image": "image"}),
    }
)
