"""One row of a table, read as one profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hairpipe.source.profile import AttributeValue, Reject, RejectReason
from hairpipe.source.rows import Row, value_at
from hairpipe.source.settings import AttributeType, Columns, FaceColumns
from hairpipe.source.values import CONVERSIONS, face_box, optional_text, parsed_json, profile_id, storable


@dataclass(frozen=True, slots=True)
class Profile:
    """What a row says of one profile; the fields are those of :class:`Portrait`.

    Attributes
    ----------
    profile_id : str
    name : str or None
    images : tuple of str
        What the scrape calls the profile's pictures.
    face : tuple of float or None
        The box in the first picture.
    attributes : mapping of str to value
    notes : tuple of str
    """

    profile_id: str
    name: str | None
    images: tuple[str, ...]
    face: tuple[float, float, float, float] | None
    attributes: Mapping[str, AttributeValue]
    notes: tuple[str, ...]


def read_profile(row: Row, columns: Columns, carry: Mapping[str, AttributeType]) -> Profile | Reject:
    """Return the profile a row describes, or why it describes none.

    Values that can't be converted become null and leave a note.

    Parameters
    ----------
    row : Row
        The row.
    columns : Columns
        Where the fields stand.
    carry : mapping of str to str
        Attribute name to ``string``, ``int``, ``float`` or ``bool``.
    """
    try:
        found_id = profile_id(row.key if columns.id is None else value_at(row.values, columns.id))
    except ValueError as error:
        return Reject(RejectReason.NO_ID, row.place, str(error))
    notes = ["some bytes are not UTF-8"] if row.garbled else []
    return Profile(
        found_id,
        _name(row.values, columns, notes),
        _images(value_at(row.values, columns.image), notes),
        _face(row.values, columns.face, notes),
        {
            name: _attribute(value_at(row.values, columns.attributes.get(name, name)), name, kind, notes)
            for name, kind in carry.items()
        },
        tuple(notes),
    )


def _name(values: Mapping[str, Any], columns: Columns, notes: list[str]) -> str | None:
    if columns.name is None:
        return None
    try:
        return optional_text(value_at(values, columns.name))
    except ValueError:
        notes.append("name is not a string")
        return None


def _images(value: Any, notes: list[str]) -> tuple[str, ...]:
    value = parsed_json(value)
    items = value if isinstance(value, list | tuple) else [value]
    images = []
    for item in items:
        # A path is kept to the letter: white space at its ends may be part of a file's name.
        if isinstance(item, str) and item.strip():
            images.append(item)
        elif isinstance(item, int | float) and not isinstance(item, bool):
            images.append(optional_text(item) or "")
        elif item is not None and not isinstance(item, str):
            notes.append("image is not a path")
    return tuple(filter(None, images))


def _face(
    values: Mapping[str, Any], where: str | FaceColumns | None, notes: list[str]
) -> tuple[float, float, float, float] | None:
    if where is None:
        return None
    if isinstance(where, str):
        box = value_at(values, where)
    else:
        box = [value_at(values, column) for column in (where.x, where.y, where.w, where.h)]
    try:
        return face_box(box)
    except ValueError:
        notes.append("face is not a box")
        return None


def _attribute(value: Any, name: str, kind: AttributeType, notes: list[str]) -> AttributeValue:
    try:
        return CONVERSIONS[kind](value)
    except ValueError:
        notes.append(storable(f"{name} is not {'an' if kind == 'int' else 'a'} {kind}"))
        return None
