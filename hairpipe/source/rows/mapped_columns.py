"""Whether the columns that a configuration names are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hairpipe.errors import ConfigError
from hairpipe.source.rows.row import has_path
from hairpipe.source.settings import FaceColumns, RowSettings


class UnseenColumns:
    """The named columns that no row has had yet.

    A column that nobody named, such as the default `name`, need not be there.
    """

    def __init__(self, settings: RowSettings) -> None:
        self._whole = settings.whole.partition(": ")[2]
        self._left = named_columns(settings)
        self._first_row: list[str] = []

    def look(self, values: Mapping[str, Any]) -> None:
        """Cross off the columns a row has, be they null."""
        if not self._left:
            return
        self._first_row = self._first_row or [str(key) for key in values]
        self._left = {key: path for key, path in self._left.items() if not has_path(values, path)}

    @property
    def are_left(self) -> bool:
        """Whether there is a column of which no row has spoken yet."""
        return bool(self._left)

    def complain(self) -> None:
        """Raise a `ConfigError` where a column is left of which no row ever spoke."""
        for key, path in self._left.items():
            if self._first_row:
                raise ConfigError(
                    f"{key}: no row of {self._whole} has {path!r}; "
                    f"the first one has {', '.join(self._first_row[:30])}"
                )


def named_columns(settings: RowSettings) -> dict[str, str]:
    """Return the columns that must be in at least one row, by the setting that names them."""
    columns = settings.mapped_columns
    named = {"source.columns.image": columns.image}
    if columns.id is not None:
        named["source.columns.id"] = columns.id
    if columns.name is not None and "name" in settings.columns.model_fields_set:
        named["source.columns.name"] = columns.name
    if isinstance(columns.face, FaceColumns):
        named |= {f"source.columns.face.{side}": getattr(columns.face, side) for side in "xywh"}
    elif columns.face is not None:
        named["source.columns.face"] = columns.face
    for name in settings.carry:
        named[f"source.carry.{name}"] = columns.attributes.get(name, name)
    return named
