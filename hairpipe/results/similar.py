"""The portraits whose hair colours are nearest to those of a portrait, or to one colour."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hairpipe.errors import ConfigError
from hairpipe.extract.color.lab import delta_e_2000, rgb_to_lab
from hairpipe.report.results import Results, Tone
from hairpipe.results.selection import SelectedTables
from hairpipe.store.schema import TableName
from hairpipe.store.sources import PortraitKey, key_of

Floats = NDArray[np.float64]

_HEX = re.compile(r"#?[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Query:
    """What nearest portraits are asked for."""

    tones: Sequence[Tone]
    """Hair colours; their shares count in proportion."""
    key: PortraitKey | None = None
    """The portrait whose colours they are; None for one colour."""


@dataclass(frozen=True, order=True)
class Neighbour:
    """A portrait and how far its hair colours are from those asked for, in CIEDE2000."""

    distance: float
    key: PortraitKey
    tones: tuple[Tone, ...] = field(compare=False)


def query_of(results: Results, text: str, source: str | None = None) -> Query:
    """Return what a person asks for.

    Parameters
    ----------
    text : str
        A portrait's id, or a colour as ``#8a2be2``. Without the #, an id comes first.
    source : str, optional
        For an id that several sources have.

    Raises
    ------
    ConfigError
        If it is neither, there are several such portraits, or no hair was found in it.
    """
    if _HEX.fullmatch(text) and (text.startswith("#") or not len(results.portraits_with(text))):
        return Query([Tone(None, f"#{text.removeprefix('#').lower()}", 1.0)])
    key = key_of(results.only_one(text, source))
    tones = results.tones([key.portrait_id]).get(key)
    if not tones:
        raise ConfigError(f"no hair was found in portrait {text!r}; name another, or a colour as #8a2be2")
    return Query(tones, key)


def nearest(selected: SelectedTables, query: Query, count: int) -> list[Neighbour]:
    """Return the portraits with the nearest hair colours, nearest first.

    The distance is the earth mover's distance of two palettes: the least average CIEDE2000 difference
    over which the shares of one must be moved to become those of the other. The nearest of many are found
    exactly and in little time by a lower bound, the relaxed distance, for which every share moves to the
    nearest colour: portraits are looked at in its order until it exceeds the distances found.

    Parameters
    ----------
    selected : SelectedTables
        The portraits to choose from; those without hair are left out, and so is the one asked about.
    count : int
        How many at most.

    Notes
    -----
    Y. Rubner, C. Tomasi, L. J. Guibas, "The Earth Mover's Distance as a Metric for Image Retrieval",
    2000; the relaxed one: M. J. Kusner et al., "From Word Embeddings To Document Distances", 2015.
    """
    found: list[Neighbour] = []
    for (rows,) in selected.parts(TableName.HAIR_COLORS):
        if len(rows):
            _add_nearest(found, rows, query, count)
    return found


def _add_nearest(found: list[Neighbour], rows: pa.Table, query: Query, count: int) -> None:
    """Put those of one bucket that are nearer than what was found where they belong."""
    rows = rows.sort_by([(name, "ascending") for name in ("portrait_id", "source", "rank")])
    wanted = np.array([tone.share for tone in query.tones])
    wanted /= wanted.sum()
    differences = _differences(rows, query)
    keys = [PortraitKey(*each) for each in zip(*(rows[name].to_pylist() for name in _KEY), strict=True)]
    starts = np.array([place for place, key in enumerate(keys) if not place or key != keys[place - 1]])
    ends = np.append(starts[1:], len(keys))
    shares = rows["share"].to_numpy().astype(np.float64)
    shares /= np.repeat(np.add.reduceat(shares, starts), ends - starts)
    there = np.add.reduceat(shares * differences.min(axis=1), starts)
    back = np.minimum.reduceat(differences, starts) @ wanted
    bounds = np.maximum(there, back)
    for place in np.argsort(bounds, kind="stable").tolist():
        if len(found) >= count and bounds[place] > found[-1].distance:
            break
        own = slice(starts[place], ends[place])
        key = keys[own.start]
        if key == query.key:
            continue
        tones = tuple(Tone(row["name"], row["hex"], row["share"]) for row in rows[own].to_pylist())
        insort(found, Neighbour(_moved(shares[own], wanted, differences[own]), key, tones))
        del found[count:]


_KEY = ("portrait_id", "source")


def _differences(rows: pa.Table, query: Query) -> Floats:
    """Return how each row's colour differs from each of the query's, (rows, colours)."""
    coded = rows["hex"].combine_chunks().dictionary_encode()
    lab = _lab(coded.dictionary.to_pylist())
    wanted = _lab([tone.hex for tone in query.tones])
    differences: Floats = delta_e_2000(lab[:, None], wanted)[coded.indices.to_numpy()]
    return differences


def _lab(hexes: Sequence[str]) -> Floats:
    numbers = np.array([int(text[1:], 16) for text in hexes])
    return rgb_to_lab(np.stack([numbers >> 16, numbers >> 8 & 255, numbers & 255], axis=-1).astype(np.uint8))


def _moved(shares: Floats, wanted: Floats, differences: Floats) -> float:
    """Return the earth mover's distance."""
    one, other = (np.asarray(each[:, None], np.float32) for each in (shares, wanted))
    return float(cv2.EMD(one, other, cv2.DIST_USER, cost=differences.astype(np.float32))[0])
