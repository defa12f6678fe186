"""What a person can set about where the portraits come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_serializer, field_validator

from hairpipe.configuration.secrets import without_password
from hairpipe.configuration.settings_model import SettingsModel
from hairpipe.source.database.database_uri import is_database
from hairpipe.source.presets import NO_PRESET, PRESETS, Preset, PresetName

AttributeType = Literal["string", "int", "float", "bool"]
# The scrape's values decide.
OPEN = "auto"
Carry = Mapping[str, Literal["string", "int", "float", "bool", "auto"]]
Text = Annotated[str, Field(min_length=1)]
SourceName = Annotated[str, Field(pattern=r"^[^\x00-\x1f]+$")]
_NAME = "whose portraits these are: an id counts within its source, and so do removed profiles"


class FaceColumns(SettingsModel):
    """The four columns of a face box in pixels, `x` and `y` its top-left corner."""

    x: Text = "face_x"
    y: Text = "face_y"
    w: Text = "face_w"
    h: Text = "face_h"


class Columns(SettingsModel):
    """Where a profile's fields stand in its row; dots lead into nested objects."""

    id: Text | None = Field(default="id", description="null: the file's name and the row's number")
    name: Text | None = Field(default="name", description="null: profiles have no name")
    image: Text = Field(default="image", description="one picture or a list of them")
    face: Text | FaceColumns | None = Field(
        default=None, description="a column with {x, y, w, h} or [x, y, w, h], or four columns"
    )
    attributes: Mapping[str, Text] = Field(
        default={}, description="columns of carried attributes that do not stand under their own name"
    )


class RowSettings(SettingsModel):
    """What is the same of all sources with one row per profile."""

    kind: str
    name: SourceName = Field(default="scrape", description=_NAME)
    images: Text | None = Field(
        default=None, description="where relative pictures lie; default: beside the table or the SQLite file"
    )
    columns: Columns = Columns()
    carry: Carry = Field(
        default={},
        description="attributes for the portraits table: a list of names, or name: type; auto: as its values",
    )

    @field_validator("carry", mode="before")
    @classmethod
    def _list_of_names(cls, value: Any) -> Any:
        is_list = isinstance(value, list | tuple) and all(isinstance(name, str) for name in value)
        return dict.fromkeys(value, OPEN) if is_list else value

    @property
    def mapped_columns(self) -> Columns:
        """Where a profile's fields stand."""
        return self.columns

    @property
    def whole(self) -> str:
        """What the rows are of, as messages tell it."""
        raise NotImplementedError


class TableSettings(RowSettings):
    """A table with one row per profile: JSON Lines, JSON, CSV or Parquet, compressed or not."""

    kind: Literal["table"]
    path: Text = Field(description="a file, a folder of files, or a pattern such as data/*.parquet")
    preset: PresetName | None = Field(default=None, description="columns of a known shape, where not given")

    @property
    def whole(self) -> str:
        """The setting and the path."""
        return f"source.path: {self.path!r}"

    @property
    def shape(self) -> Preset:
        """What is known of the table beside its columns."""
        return PRESETS[self.preset] if self.preset else NO_PRESET

    @property
    def mapped_columns(self) -> Columns:
        """The columns as given, the rest from the preset."""
        given = {name: getattr(self.columns, name) for name in self.columns.model_fields_set}
        return Columns(**{**self.shape.columns, **given})


class SqlSettings(RowSettings):
    """The answer of a database to a query, with one row per profile."""

    kind: Literal["sql"]
    uri: Text = Field(
        repr=False,
        description="sqlite:FILE or postgresql://user:${PASSWORD}@host/database; ${...} is taken from the "
        "environment",
    )
    query: Text = Field(description="a SELECT")

    @property
    def whole(self) -> str:
        """The setting."""
        return "source.query: the answer"

    @field_validator("uri")
    @classmethod
    def _of_a_database(cls, value: str) -> str:
        if not is_database(value):
            raise ValueError("write it as sqlite:FILE, as postgresql://..., or as ${VARIABLE}")
        return value

    @field_serializer("uri")
    def _without_password(self, value: str) -> str:
        return without_password(value)


class ArticleFolderSettings(SettingsModel):
    """Pictures in ``pngs/`` with their face boxes in ``jsons/``."""

    kind: Literal["article"]
    name: SourceName = Field(default="scrape", description=_NAME)
    path: Text = Field(description="the folder that holds pngs/ and jsons/")

    @property
    def carry(self) -> Carry:
        """No attributes: there are only pictures."""
        return {}


class PictureFolderSettings(SettingsModel):
    """Nothing but pictures, in folders of any depth."""

    kind: Literal["folder"]
    name: SourceName = Field(default="scrape", description=_NAME)
    path: Text = Field(description="the folder of pictures")

    @property
    def carry(self) -> Carry:
        """No attributes: there are only pictures."""
        return {}


SourceSettings = Annotated[
    TableSettings | ArticleFolderSettings | PictureFolderSettings | SqlSettings, Field(discriminator="kind")
]
