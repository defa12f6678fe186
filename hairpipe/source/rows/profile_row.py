"""One row of a table, read as one profile."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from hairpipe.source.profile import AttributeValue, Reject, RejectReason
from hairpipe.source.rows.row import NOT_UTF8, REPLACEMENT, Row, value_at
from hairpipe.source.rows.values import (
    CONVERSIONS,
    face_box,
    optional_text,
    parsed_json,
    profile_id,
    storable,
)
from hairpipe.source.settings import AttributeType, Carry, Columns, FaceColumns

T = TypeVar("T")

_SHORT_TEXT = 32


class Profile(NamedTuple):
    """What a row says of one profile; the fields are those of :class:`Portrait`."""

    profile_id: str
    name: str | None
    images: tuple[str, ...]
    """What the scrape calls the profile's pictures."""
    face: tuple[float, float, float, float] | None
    """The box in the first picture."""
    attributes: Mapping[str, AttributeValue]
    notes: tuple[str, ...]


class ProfileReader:
    """Reads rows as a configuration maps them.

    Parameters
    ----------
    columns : Columns
        Where the fields stand.
    carry : mapping of str to str
        Attribute name to ``string``, ``int``, ``float`` or ``bool``; one whose type is open is left out.
    """

    def __init__(self, columns: Columns, carry: Carry) -> None:
        self._id = columns.id
        self._name = columns.name
        self._image = columns.image
        self._face = columns.face
        self._attributes = [
            (name, columns.attributes.get(name, name), CONVERSIONS[kind], _misfit(name, kind))
            for name, kind in carry.items()
            if kind != "auto"
        ]

    def read(self, row: Row) -> Profile | Reject:
        """Return the profile a row describes, or why it describes none.

        Values that can't be converted become null and leave a note.
        """
        values = row.values
        try:
            found_id = profile_id(row.key if self._id is None else value_at(values, self._id))
        except ValueError as error:
            return Reject(RejectReason.NO_ID, row.place, str(error))
        if NOT_UTF8 in row.notes and REPLACEMENT in found_id:
            return Reject(RejectReason.NO_ID, row.place, "the id is not UTF-8")
        notes = [*row.notes]
        name = None
        if self._name is not None:
            name = _converted(optional_text, value_at(values, self._name), "name is not a string", notes)
        face = None
        if self._face is not None:
            face = _converted(face_box, _box(values, self._face), "face is not a box", notes)
        images = _images(value_at(values, self._image), notes)
        attributes = {}
        for attribute, path, convert, misfit in self._attributes:
            attributes[attribute] = _shared(_converted(convert, value_at(values, path), misfit, notes))
        return Profile(found_id, name, images, face, attributes, tuple(notes))


def _misfit(name: str, kind: AttributeType) -> str:
    return f"{storable(name)} is not {'an' if kind == 'int' else 'a'} {kind}"


def _converted(convert: Callable[[Any], T], value: Any, misfit: str, notes: list[str]) -> T | None:
    try:
        return convert(value)
    except ValueError:
        notes.append(misfit)
        return None


def _box(values: Mapping[str, Any], where: str | FaceColumns) -> Any:
    if isinstance(where, str):
        return value_at(values, where)
    return [value_at(values, column) for column in (where.x, where.y, where.w, where.h)]


def _images(value: Any, notes: list[str]) -> tuple[str, ...]:
    value = parsed_json(value)
    images = []
    for item in value if isinstance(value, list) else [value]:
        # A path is kept to the letter: white space at its ends may be part of a file's name.
        if isinstance(item, str):
            image = item if item.strip() else None
        else:
            image = None if isinstance(item, dict | list) else _converted(optional_text, item, "", [])
            if image is None and item is not None:
                notes.append("image is not a path")
        if image is not None:
            images.append(image)
    return tuple(images)


def _shared(value: AttributeValue) -> AttributeValue:
    """Return one object for all equal short texts: a million profiles have two genders."""
    return sys.intern(value) if isinstance(value, str) and len(value) <= _SHORT_TEXT else value
