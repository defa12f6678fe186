"""Portraits by the million: pickled in blocks, a quarter of what they take as objects."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import overload

from hairpipe.source.profile import Portrait

_BLOCK = 500
# Portraits of one picture may lie far apart; as many blocks are kept unpacked at a time.
_UNPACKED_BLOCKS = 16


class PackedPortraits(Sequence[Portrait]):
    """Portraits in order; more can be appended.

    Parameters
    ----------
    portraits : iterable of Portrait
        The first ones.
    """

    def __init__(self, portraits: Iterable[Portrait] = ()) -> None:
        self._blocks: list[bytes] = []
        self._last: list[Portrait] = []
        self._unpacked = lru_cache(_UNPACKED_BLOCKS)(self._unpack)
        for portrait in portraits:
            self.append(portrait)

    def append(self, portrait: Portrait) -> None:
        """Add one at the end."""
        self._last.append(portrait)
        if len(self._last) == _BLOCK:
            self._blocks.append(pickle.dumps(self._last, pickle.HIGHEST_PROTOCOL))
            self._last = []

    def __len__(self) -> int:
        return len(self._blocks) * _BLOCK + len(self._last)

    @overload
    def __getitem__(self, index: int) -> Portrait: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Portrait, ...]: ...

    def __getitem__(self, index: int | slice) -> Portrait | tuple[Portrait, ...]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(len(self))))
        number = range(len(self))[index]
        block, place = divmod(number, _BLOCK)
        return self._unpacked(block)[place] if block < len(self._blocks) else self._last[place]

    def __iter__(self) -> Iterator[Portrait]:
        for block in self._blocks:
            yield from pickle.loads(block)  # noqa: S301  made above
        yield from self._last

    def _unpack(self, block: int) -> list[Portrait]:
        portraits: list[Portrait] = pickle.loads(self._blocks[block])  # noqa: S301  made above
        return portraits
