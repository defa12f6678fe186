"""A column of texts that grows, without a Python object for each."""

from __future__ import annotations

import pyarrow as pa

_CHUNK = 10_000


class TextColumn:
    """Texts and nulls, in the order in which they are appended."""

    def __init__(self) -> None:
        self._chunks: list[pa.Array] = []
        self._last: list[str | None] = []

    def append(self, text: str | None) -> None:
        """Add one at the end."""
        self._last.append(text)
        if len(self._last) == _CHUNK:
            self._chunks.append(pa.array(self._last, pa.string()))
            self._last = []

    def to_arrow(self) -> pa.ChunkedArray:
        """Return all of them."""
        return pa.chunked_array([*self._chunks, pa.array(self._last, pa.string())], pa.string())
