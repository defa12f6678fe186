"""As much of Thrift's compact protocol as the headers of Parquet's pages need.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from typing import Any

Struct = dict[int, Any]

TRUE, FALSE, _BYTE, _I16, I32, _I64, _DOUBLE, BINARY, _LIST, _SET, _MAP, STRUCT = range(1, 13)
_DEEPEST = 8


def read_struct(data: bytes) -> tuple[Struct, int]:
    """Return the struct that some bytes begin with, by field number, and its length in bytes.

    Raises
    ------
    ValueError, IndexError
        If they begin with none.
    """
    reader = _Reader(data)
    return reader.struct(0), reader.at


def varint(number: int, width: int = 0) -> bytes:
    """Return a number that is not negative, seven bits a byte, in `width` bytes at least."""
    parts: list[int] = []
    while number >= 0x80 or len(parts) + 1 < width:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def zigzag(number: int, width: int = 0) -> bytes:
    """Return a number that is not negative as Thrift writes signed ones."""
    return varint(number << 1, width)


def field(step: int, kind: int, content: bytes) -> bytes:
    """Return a field: how far its number is from the last one's (at most 15), its type, its content."""
    return bytes([step << 4 | kind]) + content


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def struct(self, depth: int) -> Struct:
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
        fields: Struct = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._signed()
            fields[number] = self._value(head & 0x0F, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (TRUE, FALSE):
            return kind == TRUE
        if kind in (_I16, I32, _I64):
            return self._signed()
        if kind == _BYTE:
            return self._byte()
        if kind == _DOUBLE:
            return self._bytes(8)
        if kind == BINARY:
            return self._bytes(self._varint())
        if kind == STRUCT:
            return self.struct(depth + 1)
        # Headers of pages have neither lists nor maps.
        raise ValueError("no such type")

    def _byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def _bytes(self, length: int) -> bytes:
        self.at += length
        if self.at > len(self._data):
            raise ValueError("cut off")
        return self._data[self.at - length : self.at]

    def _varint(self) -> int:
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7
            if shift > 63:
                raise ValueError("no number")

    def _signed(self) -> int:
        number = self._varint()
        return number >> 1 ^ -(number & 1)
