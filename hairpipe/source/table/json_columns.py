"""JSON Lines by the column: many clean lines at once, exactly as they would be read one by one.

Whatever is not plain about a block of lines, such as a number where a text should be, a second picture or
a web address in place of a path, leaves the block to the reader of single rows, which knows what to say.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring_ascii
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from hairpipe.source.listing import Listing
from hairpipe.source.locate import locate
from hairpipe.source.portrait_rows import LISTED
from hairpipe.source.rows.row import REPLACEMENT
from hairpipe.source.rows.values import LONGEST_ID
from hairpipe.source.settings import AttributeType, Carry, Columns, FaceColumns

_TYPES: Mapping[AttributeType, pa.DataType] = {
    "string": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
}
# Control characters and halves of characters.
_ODD_ESCAPE = re.compile(r"\\u(?:00[01]|[dD][89a-fA-F])")
# Python's parser gives up where values are nested some thousand levels deep, Arrow's where its stack ends.
_MOST_BRACKETS = 500


class JsonColumns:
    """Reads blocks of lines as a configuration maps their columns.

    Parameters
    ----------
    columns : Columns
    carry : mapping of str to str
        Attribute name to its type.
    listing : Listing
        The pictures' folder.
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
        self._schema = pa.schema(dict(fields).items())
        self._can_read = (
            columns.id is not None
            and not isinstance(face, str)
            and not any("." in path for path in self._schema.names)
            # A column that is read as two types, or as a text in two ways.
            and len(fields) == len(self._schema)
        )

    def read(self, lines: Sequence[str]) -> pa.Table | None:
        """Return the portraits of some lines, as :data:`hairpipe.source.portrait_rows.LISTED`.

        None: they are not plain.
        """
        text = "".join(lines).replace("\r\n", "\n")
        if not self._can_read or not _are_objects(text, len(lines)) or REPLACEMENT in text or "\r" in text:
            return None
        if "\\u" in text and _ODD_ESCAPE.search(text):
            return None
        if max(line.count("[") + line.count("{") for line in lines) > _MOST_BRACKETS:
            return None
        rows = self._parsed(text.encode())
        if rows is None or len(rows) != len(lines) or not _are_finite(rows):
            return None
        if "-0" in text and _has_zero(rows):
            # A JSON number without a fraction has no sign where it is zero, in Python.
            return None
        return self._portraits(rows)

    def _parsed(self, data: bytes) -> pa.Table | None:
        at = self._schema.get_field_index(self._columns.id or "")
        for id_type in (pa.string(), pa.int64()):
            schema = self._schema.set(at, pa.field(self._schema.names[at], id_type))
            options = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
            try:
                rows = pj.read_json(
                    io.BytesIO(data), pj.ReadOptions(use_threads=False, block_size=len(data) + 1), options
                )
            except pa.ArrowException:
                continue
            return rows.set_column(
                at, rows.field(at).name, rows.column(at).cast(pa.string())
            ).combine_chunks()
        return None

    def _portraits(self, rows: pa.Table) -> pa.Table | None:
        ids, names, images = (
            pa.nulls(len(rows), pa.string()) if path is None else rows[path].combine_chunks()
            for path in (self._columns.id, self._columns.name, self._columns.image)
        )
        texts = [rows[path] for name, path in self._attributes.items() if rows[path].type == pa.string()]
        faces = [rows[path] for path in self._face]
        if not (_are_ids(ids) and _are_paths(images) and _are_boxes(faces)):
            return None
        if not all(map(_are_trimmed, (names, *texts))):
            return None
        ids, names = ids.to_pylist(), _without_empty(names).to_pylist()
        located = [locate(image, self._listing) for image in images.to_pylist()]
        boxes = list(zip(*(face.to_pylist() for face in faces), strict=True)) or [(None,)] * len(rows)
        attributes = self._attributes_as_json(rows)
        columns: dict[str, Sequence[Any]] = {
            "portrait_id": ids,
            "profile_id": ids,
            "name": names,
            "image": [found.image for found in located],
            "problem": [found.problem for found in located],
            "detail": [found.detail for found in located],
            "face": [None if box[0] is None else box for box in boxes],
            "attributes": attributes,
            "size": [found.size for found in located],
            "version": [found.version for found in located],
            "given_face": [None if box[0] is None else "{:g},{:g},{:g},{:g}".format(*box) for box in boxes],
            "profile_digest": [
                _digest(f"[{encode_basestring_ascii(one)}, {_text(name)}, {about}]")
                for one, name, about in zip(ids, names, attributes, strict=True)
            ],
        }
        return pa.table([pa.array(columns[field.name], field.type) for field in LISTED], LISTED)

    def _attributes_as_json(self, rows: pa.Table) -> list[str]:
        columns = []
        for name, path in self._attributes.items():
            column, write = rows[path], _WRITE[rows[path].type]
            values = _without_empty(column) if column.type == pa.string() else column
            key = encode_basestring_ascii(name)
            columns.append([f"{key}: {write(value)}" for value in values.to_pylist()])
        if not columns:
            return ["{}"] * len(rows)
        return [f"{{{', '.join(values)}}}" for values in zip(*columns, strict=True)]


def _are_objects(text: str, lines: int) -> bool:
    """Return whether each line begins and ends as an object does, so that none goes on in the next one."""
    return text.startswith("{") and text.count("}\n") == lines and text.count("\n{") == lines - 1


def _floats(rows: pa.Table) -> list[pa.ChunkedArray]:
    return [column for column in rows.columns if pa.types.is_floating(column.type)]


def _are_finite(rows: pa.Table) -> bool:
    return not any(_any(pc.invert(pc.is_finite(column))) for column in _floats(rows))


def _has_zero(rows: pa.Table) -> bool:
    return any(_any(pc.equal(column, 0)) for column in _floats(rows))


def _text(value: str | None) -> str:
    return "null" if value is None else encode_basestring_ascii(value)


def _number(value: float | None) -> str:
    return "null" if value is None else repr(value)


def _truth(value: bool | None) -> str:
    return "null" if value is None else "true" if value else "false"


_WRITE: Mapping[pa.DataType, Any] = {
    pa.string(): _text,
    pa.int64(): _number,
    pa.float64(): _number,
    pa.bool_(): _truth,
}


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


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
    """Return whether each is one picture's, or null."""
    trimmed = pc.utf8_trim_whitespace(images)
    ends = pc.or_(pc.ends_with(trimmed, "]"), pc.ends_with(trimmed, "}"))
    return not _any(pc.or_(ends, pc.equal(trimmed, "")))


def _are_boxes(sides: Sequence[pa.ChunkedArray]) -> bool:
    """Return whether each row has all four sides or none."""
    nulls = [side.is_null() for side in sides]
    return not any(_any(pc.not_equal(null, nulls[0])) for null in nulls)


def _are_trimmed(texts: pa.Array | pa.ChunkedArray) -> bool:
    return not _any(pc.not_equal(texts, pc.utf8_trim_whitespace(texts)))


def _without_empty(texts: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _any(values: pa.Array | pa.ChunkedArray) -> bool:
    return bool(pc.any(values).as_py())
