"""The works of a plan, made from its packed portraits when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hairpipe.extract.result import Face
from hairpipe.plan.packed import PackedPortraits
from hairpipe.run.work import ImageTask


@dataclass(frozen=True, eq=False)
class ImageTasks(Sequence[ImageTask]):
    """Portraits grouped by the picture they show.

    Attributes
    ----------
    portraits : PackedPortraits
    members : ndarray of int64
        Positions in `portraits`, work by work.
    starts : ndarray of int64
        Where in `members` each work begins.
    attempts : ndarray of int64
        By work.
    placeholders : ndarray of bool
        By work.
    digests : mapping of str to str or None
        Of the pictures the plan has read, by path.
    faces : mapping of str to (Face, str)
        Faces found before and the digest of the picture they were found in, by portrait id.
    """

    portraits: PackedPortraits
    members: NDArray[np.int64]
    starts: NDArray[np.int64]
    attempts: NDArray[np.int64]
    placeholders: NDArray[np.bool_]
    digests: Mapping[str, str | None]
    faces: Mapping[str, tuple[Face, str]]

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, index: int) -> ImageTask: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[ImageTask, ...]: ...

    def __getitem__(self, index: int | slice) -> ImageTask | tuple[ImageTask, ...]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(len(self))))
        number = range(len(self))[index]
        end = self.starts[number + 1] if number + 1 < len(self) else len(self.members)
        portraits = tuple(self.portraits[int(at)] for at in self.members[self.starts[number] : end])
        face, digest = next(
            (
                self.faces[portrait.portrait_id]
                for portrait in portraits
                if portrait.portrait_id in self.faces
            ),
            (None, self.digests.get(portraits[0].image or "")),
        )
        return ImageTask(portraits, int(self.attempts[number]), face, digest, bool(self.placeholders[number]))

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Portraits in each work."""
        return np.diff(self.starts, append=len(self.members))

    @property
    def firsts(self) -> NDArray[np.int64]:
        """Position in `portraits` of the one whose picture is read, by work."""
        return self.members[self.starts]


def grouped(keys: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions of equal keys one after the other, and where each group begins.

    Parameters
    ----------
    keys : pyarrow.Array of string
        A null is equal to no other.

    Returns
    -------
    members, starts : ndarray of int64
        Groups in the order of their first members, nulls behind.
    """
    codes: NDArray[np.int64] = (
        keys.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    )
    alone = codes < 0
    codes[alone] = len(keys) + np.arange(int(alone.sum()))
    members = np.argsort(codes, kind="stable")
    ordered = codes[members]
    starts = np.flatnonzero(np.r_[np.ones(min(len(keys), 1), bool), ordered[1:] != ordered[:-1]])
    return members, starts
