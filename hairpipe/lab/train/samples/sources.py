"""Where examples come from: folders, how often samples are made of each, and how they are divided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.random import Generator

from hairpipe.errors import ConfigError
from hairpipe.extract.decode import flatten_alpha
from hairpipe.extract.face.network_face import network_face
from hairpipe.extract.network.prediction import predict_hair
from hairpipe.extract.result import Image
from hairpipe.lab.evaluate.statistics import grouped
from hairpipe.lab.train.samples.examples import (
    CUTOUTS,
    MASKS,
    Example,
    LabelledPicture,
    load_example,
    read_table,
)
from hairpipe.lab.train.samples.samples import Sample, draw_sample

Split = Literal["drawings", "folders"]
MakeSample = Callable[[Generator], Sample]

# Larger pictures are shrunk when they are read: samples are far smaller.
_MOST_PIXELS = 420**2
# A face that was found, where nobody told it, shows where the head is; from here on it also teaches where
# faces are. On a picture without hair it might be anything, and has to be surer.
_SURE_BOX, _SURE_BOX_WITHOUT_HAIR = 0.6, 0.85
# The part of the samples that portraits drawn by hairpipe make up.
_DRAWN_SHARE = 0.05
_WHITE = (255, 255, 255)


@dataclass(frozen=True)
class Source:
    """Pictures of one origin."""

    name: str
    """The folder, as it was given."""
    weight: float
    """How often samples are made of it, against the other sources."""
    pictures: tuple[LabelledPicture, ...]


def read_source(argument: str, split: Split) -> Source:
    """Return the source that an argument names.

    A folder of folders that hold a table each is one source; each of them stays whole. ConfigError if there
    is no such folder, it holds no table, or the weight is not positive; and as
    :func:`hairpipe.lab.train.samples.examples.read_table` does.

    Parameters
    ----------
    argument : str
        A folder, with ``=`` and a weight behind it where that is not 1.
    split : {"drawings", "folders"}
        What stays together where the folder holds a table itself.
    """
    name, weight = _named_weight(argument)
    folder = Path(name)
    if not folder.is_dir():
        raise ConfigError(f"{name} is no folder; name one that holds {CUTOUTS} or {MASKS}.")
    if _has_table(folder):
        pictures = read_table(folder, whole=split == "folders")
    else:
        parts = [part for part in sorted(folder.iterdir()) if _has_table(part)]
        pictures = [picture for part in parts for picture in read_table(part, whole=True)]
    if not pictures:
        raise ConfigError(f"{name} holds no {CUTOUTS} or {MASKS} with pictures, nor do its folders; add one.")
    return Source(name, weight, tuple(pictures))


def halves_of(sources: Sequence[Source], seed: int) -> dict[str, int]:
    """Divide the groups of all sources into two halves; return each group's, 0 or 1.

    Each source is divided evenly, at random; sources of one group go to the halves in turn. ConfigError if a
    half is left without hair to learn from.
    """
    rng = np.random.default_rng(seed)
    halves: dict[str, int] = {}
    for source in sources:
        groups = sorted({picture.group for picture in source.pictures} - set(halves))
        for place in rng.permutation(len(groups)):
            halves[groups[place]] = len(halves) % 2
    with_hair = {halves[picture.group] for each in sources for picture in each.pictures if picture.visible}
    if len(with_hair) < 2:
        raise ConfigError(
            f"hair in {len(with_hair)} of two halves of the drawings or folders is too little to learn from; "
            "give pictures with hair of at least two."
        )
    return halves


def load_source(source: Source, observe: Callable[[int], None]) -> list[Example]:
    """Return a source's pictures in memory; where no face box is known, a found one may stand in.

    After each, `observe` is given how many are read.
    """
    examples = []
    for count, picture in enumerate(source.pictures, 1):
        examples.append(with_face(load_example(picture, _MOST_PIXELS)))
        observe(count)
    return examples


def with_face(example: Example) -> Example:
    """Return an example with the face that the shipped network finds, where none is known."""
    if example.face is not None:
        return example
    rgb = flatten_alpha(example.image, _WHITE)
    face = network_face(rgb, predict_hair(rgb, None))
    if face is None:
        return replace(example, face_certain=False)
    visible = example.presence == "hair"
    certain = (face.score or 0.0) > (_SURE_BOX if visible else _SURE_BOX_WITHOUT_HAIR)
    return replace(example, face=face.box if visible or certain else None, face_certain=certain)


def sampler(
    sources: Sequence[tuple[float, Sequence[Example]]], drawn: Sequence[Example], backgrounds: Sequence[Image]
) -> MakeSample:
    """Return a function that draws a sample of sources, each with its weight, or of drawn portraits.

    In a source, every group comes as often, whatever its number of pictures.
    """
    used = [
        (weight, [*grouped(examples, lambda example: example.group).values()])
        for weight, examples in sources
        if examples
    ]
    weights = np.array([weight for weight, _ in used])
    if drawn:
        used.append((0.0, [[*drawn]]))
        weights = np.append(weights, weights.sum() * _DRAWN_SHARE / (1 - _DRAWN_SHARE))
    shares = weights / weights.sum()

    def make(rng: Generator) -> Sample:
        groups = used[int(rng.choice(len(used), p=shares))][1]
        group = groups[int(rng.integers(len(groups)))]
        return draw_sample(group[int(rng.integers(len(group)))], backgrounds, rng)

    return make


def _named_weight(argument: str) -> tuple[str, float]:
    name, _, number = argument.rpartition("=")
    try:
        weight = float(number)
    except ValueError:
        # No weight: what follows a = belongs to the folder's name.
        return argument, 1.0
    if not name:
        return argument, 1.0
    if not 0 < weight < float("inf"):
        raise ConfigError(f"{argument}: the weight behind = has to be a number above 0.")
    return name, weight


def _has_table(folder: Path) -> bool:
    return (folder / CUTOUTS).is_file() or (folder / MASKS).is_file()
