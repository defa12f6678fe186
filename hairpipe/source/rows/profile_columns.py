"""Profiles by the column: many plain rows at once, exactly as they would be read one by one.

Whatever is not plain about a block of rows, such as an id with white space around it, a second picture or a
face box without a height, leaves the block to the reader of single rows, which knows what to say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from json.encoder import encode_basestring_ascii
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.source.listing import Listing
from hairpipe.source.locate import locate_all
from hairpipe.source.portrait_rows import LISTED
from hairpipe.source.rows.values import LONGEST_ID
from hairpipe.source.settings import AttributeType, Carry, Columns, FaceColumns

_TYPES: Mapping[AttributeType, pa.DataType] = {
    "string": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
}


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


# Which types each is read from without another meaning; a cast refuses what would lose something.
_FITS: Mapping[pa.DataType, Callable[[pa.DataType], bool]] = {
    pa.string(): _is_text,
    pa.int64(): _is_number,
    pa.float64(): _is_number,
    pa.bool_(): pa.types.is_boolean,
}
_NO_TEXT = pa.scalar(None, pa.string())
# What stands in JSON otherwise than between quotes alone.
_ODD_IN_JSON = r'[^ -~]|["\\]'


class ProfileColumns:
    """Makes portraits of blocks of rows, as a configuration maps their columns.

    Parameters
    ----------
    carry : mapping of str to str
        Attribute name to its type.
    listing : Listing
        The pictures' folder.

    Attributes
    ----------
    schema : Schema
        Of the rows: the mapped columns by their names, attributes in their types, sides of a box as floats,
        all else as texts.
    can_read : bool
        Whether the configuration maps columns so simply.
    """

    def __init__(self, columns: Columns, carry: Carry, listing: Listing) -> None:
        self._columns = columns
        self._listing = listing
        types = {name: _TYPES[kind] for name, kind in carry.items() if kind != "auto"}
        # In the order in which JSON's keys are sorted for a digest.
        self._attributes = {name: columns.attributes.get(name, name) for name in sorted(types)}
        face = columns.face
        self._face = [face.x, face.y, face.w, face.h] if isinstance(face, FaceColumns) else []
        texts = [name for name in (columns.id, columns.name, columns.image) if name is not None]
        fields = [
            *((path, pa.string()) for path in dict.fromkeys(texts)),
            *((path, pa.float64()) for path in self._face),
            *((path, types[name]) for name, path in self._attributes.items()),
        ]
        self.schema = pa.schema(dict(fields).items())
        self.can_read = (
            columns.id is not None
            and not isinstance(face, str)
            and not any("." in path for path in self.schema.names)
            # A column that is read as two types, or as a text in two ways.
            and len(fields) == len(self.schema)
        )

    @property
    def id(self) -> str:
        """The column of the ids."""
        return self._columns.id or ""

    def fitted(self, rows: pa.RecordBatch) -> pa.RecordBatch | None:
        """Return the mapped columns of rows of any types, in those of `schema`; null where there is none.

        None: a type is another, or a value has none like it.
        """
        if not self.can_read:
            return None
        columns = []
        try:
            for field in self.schema:
                if field.name not in rows.schema.names:
                    columns.append(pa.nulls(len(rows), field.type))
                    continue
                column = rows[field.name]
                if pa.types.is_dictionary(column.type):
                    column = column.dictionary_decode()
                is_id = field.name == self.id and pa.types.is_integer(column.type)
                if not (is_id or _FITS[field.type](column.type) or pa.types.is_null(column.type)):
                    return None
                columns.append(column.cast(field.type))
            fitted = pa.record_batch(columns, self.schema)
            fitted.validate(full=True)
        except pa.ArrowException:
            return None
        return fitted

    def portraits(self, rows: pa.RecordBatch) -> pa.Table | None:
        """Return the portraits of rows, as :data:`hairpipe.source.portrait_rows.LISTED`.

        None: they are not plain.

        Parameters
        ----------
        rows : RecordBatch
            With the columns of `schema`.
        """
        count = len(rows)
        ids, names, images = (
            pa.nulls(count, pa.string()) if path is None else rows[path]
            for path in (self._columns.id, self._columns.name, self._columns.image)
        )
        attributes = {name: rows[path] for name, path in self._attributes.items()}
        faces = [rows[path] for path in self._face]
        texts = [names, *(column for column in attributes.values() if column.type == pa.string())]
        numbers = [column for column in rows.columns if column.type == pa.float64()]
        if not (_are_ids(ids) and _are_paths(images) and _are_boxes(faces)):
            return None
        if not (all(map(_are_trimmed, texts)) and all(map(_are_finite, numbers))):
            return None
        names, about = _without_empty(names), _as_json(attributes, count)
        columns = {
            "portrait_id": ids,
            "profile_id": ids,
            "name": names,
            **locate_all(_without_empty(images), self._listing),
            "face": _boxes(faces, count),
            "attributes": about,
            "given_face": _boxes_as_text(faces, count),
            "profile_digest": _digests(ids, names, about),
        }
        return pa.table([columns[field.name].cast(field.type) for field in LISTED], LISTED)


def _are_ids(ids: pa.Array) -> bool:
    """Return whether all ids are there and stand as they are."""
    lengths = pc.utf8_length(ids)
    return (
        not ids.null_count
        and _are_trimmed(ids)
        and 0 < pc.min(lengths).as_py() <= pc.max(lengths).as_py() <= LONGEST_ID
        and not _any(pc.ends_with(ids, ".0"))
    )


def _are_paths(images: pa.Array) -> bool:
    """Return whether each is one picture's, or none."""
    trimmed = pc.utf8_trim_whitespace(images)
    ends = pc.or_(pc.ends_with(trimmed, "]"), pc.ends_with(trimmed, "}"))
    is_blank = pc.and_(pc.equal(trimmed, ""), pc.not_equal(images, ""))
    return not _any(pc.or_(ends, is_blank))


def _are_boxes(sides: Sequence[pa.Array]) -> bool:
    """Return whether each row has all four sides or none."""
    nulls = [side.is_null() for side in sides]
    return not any(_any(pc.not_equal(null, nulls[0])) for null in nulls)


def _are_trimmed(texts: pa.Array) -> bool:
    return not _any(pc.not_equal(texts, pc.utf8_trim_whitespace(texts)))


def _are_finite(numbers: pa.Array) -> bool:
    return not _any(pc.invert(pc.is_finite(numbers)))


def _any(values: pa.Array) -> bool:
    return bool(pc.any(values).as_py())


def _without_empty(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), _NO_TEXT, texts)


def _boxes(sides: Sequence[pa.Array], rows: int) -> pa.Array:
    if not sides:
        return pa.nulls(rows, pa.list_(pa.float64()))
    values = np.column_stack([side.to_numpy(zero_copy_only=False) for side in sides])
    return pa.FixedSizeListArray.from_arrays(values.ravel(), len(sides), mask=sides[0].is_null())


def _boxes_as_text(sides: Sequence[pa.Array], rows: int) -> pa.Array:
    if not sides:
        return pa.nulls(rows, pa.string())
    texts = (_by_value(side, lambda value: None if value is None else f"{value:g}") for side in sides)
    return pc.binary_join_element_wise(*texts, ",")


def _as_json(attributes: Mapping[str, pa.Array], rows: int) -> pa.Array:
    """Return the attributes of each row as one JSON text."""
    parts: list[Any] = []
    for name, values in attributes.items():
        parts += [f"{', ' if parts else ''}{encode_basestring_ascii(name)}: ", _WRITE[values.type](values)]
    return _joined("{", *parts, pa.repeat("}", rows))


def _digests(ids: pa.Array, names: pa.Array, attributes: pa.Array) -> pa.Array:
    """Return what :func:`hairpipe.source.profile.profile_digest` does of each row."""
    texts = _joined("[", _texts_as_json(ids), ", ", _texts_as_json(names), ", ", attributes, "]")
    digest = hashlib.blake2b
    return pa.array([digest(text, digest_size=8).hexdigest() for text in texts.cast(pa.binary()).to_pylist()])


def _texts_as_json(texts: pa.Array) -> pa.Array:
    texts = _without_empty(texts)
    is_odd = pc.match_substring_regex(texts, _ODD_IN_JSON).fill_null(True)
    odd = (
        "null" if text is None else encode_basestring_ascii(text) for text in texts.filter(is_odd).to_pylist()
    )
    return pc.replace_with_mask(_joined('"', texts, '"'), is_odd, pa.array(list(odd), pa.string()))


def _numbers_as_json(numbers: pa.Array) -> pa.Array:
    return _by_value(numbers, lambda value: "null" if value is None else repr(value))


def _truths_as_json(truths: pa.Array) -> pa.Array:
    return pc.if_else(truths, "true", "false").fill_null("null")


_WRITE: Mapping[pa.DataType, Callable[[pa.Array], pa.Array]] = {
    pa.string(): _texts_as_json,
    pa.int64(): _numbers_as_json,
    pa.float64(): _numbers_as_json,
    pa.bool_(): _truths_as_json,
}


def _by_value(values: pa.Array, write: Callable[[Any], str | None]) -> pa.Array:
    """Return a text for each value; one for all that are equal, as a million profiles have few ages."""
    coded = values.dictionary_encode("encode")
    return pa.array(list(map(write, coded.dictionary.to_pylist())), pa.string()).take(coded.indices)


def _joined(*texts: Any) -> pa.Array:
    return pc.binary_join_element_wise(*texts, "")
