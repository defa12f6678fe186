"""Learns where hair is: two networks, each from half of the drawings, and the choice of regions.

Each network judges the drawings that the other learnt from. The choice of regions learns from these
judgements, so it knows how far the networks can be trusted on drawings they have never seen. Both
networks together make the shipped opinion.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.errors import ConfigError
from hairpipe.extract.learned.choice import REGION_MODEL
from hairpipe.extract.learned.features import region_facts
from hairpipe.extract.learned.network import NETWORKS, Opinion, face_in, network_input
from hairpipe.extract.learned.regions import cut_regions
from hairpipe.extract.palette import reduce_colors
from hairpipe.extract.result import Box, Image
from hairpipe.train.examples import Example, half_of_each_drawing
from hairpipe.train.region_choice import RegionExample, as_npz, fit_choice
from hairpipe.train.samples import Sample, draw_sample

# Sizes at which portraits come, tall ones most often: height and width.
_SIZES = ((350, 225), (350, 225), (168, 100), (160, 155), (96, 96), (320, 240))


class Judge(Protocol):
    """A network: from its input, (1, 4, H, W), to the probabilities of hair and face, (2, h, w)."""

    def __call__(self, blob: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the two maps."""


@dataclass(frozen=True, eq=False)
class FittedNetwork:
    """A network as a function and as an ONNX file."""

    judge: Judge
    onnx: bytes


MakeSample = Callable[[np.random.Generator], Sample]
FitNetwork = Callable[[MakeSample, int], FittedNetwork]
"""From a function that draws samples, and a seed, to a network fitted to them."""


@dataclass(frozen=True, eq=False)
class TrainingData:
    """What there is to learn from.

    Attributes
    ----------
    examples : sequence of Example
        Of at least two drawings.
    drawn : sequence of Example
        Portraits that hairpipe drew itself; both networks learn from them.
    backgrounds : sequence of ndarray of uint8, (h, w, 3)
        Pictures whose pieces make backgrounds.
    drawn_share : float
        The part of the samples that `drawn` makes up.
    """

    examples: Sequence[Example]
    drawn: Sequence[Example]
    backgrounds: Sequence[Image]
    drawn_share: float = 0.25


def train_masks(
    data: TrainingData,
    fit: FitNetwork,
    *,
    colors: int,
    portraits: int,
    seed: int = 7,
) -> Mapping[str, bytes]:
    """Return the files of the learned method's model by name.

    Parameters
    ----------
    data : TrainingData
    fit : callable
        Fits a network; see :func:`hairpipe.train.hair_network.fit_network`.
    colors : int
        Of the palette that regions are cut from.
    portraits : int
        How many portraits of each drawing the choice of regions learns from.
    seed : int
        Divides the drawings and draws the samples.

    Raises
    ------
    ConfigError
        If there are pictures of fewer than two drawings.
    """
    halves = half_of_each_drawing(data.examples, seed)
    if len(halves) < 2:
        raise ConfigError(
            f"{len(halves)} drawings with masks are too few to learn from; at least two are needed."
        )
    files, regions = {}, []
    for half, name in enumerate(NETWORKS):
        learnt = [example for example in data.examples if halves[example.drawing] != half]
        unseen = [example for example in data.examples if halves[example.drawing] == half]
        network = fit(_sampler(learnt, data), seed + half)
        files[name] = gzip.compress(network.onnx, mtime=0)
        rng = np.random.default_rng([seed, half])
        make = _sampler(unseen, TrainingData(unseen, (), data.backgrounds))
        for _ in range(portraits * len({example.drawing for example in unseen})):
            height, width = _SIZES[rng.integers(len(_SIZES))]
            regions.append(region_example(make(rng, height, width), network.judge, colors))
    files[REGION_MODEL] = as_npz(fit_choice(regions, seed))
    return MappingProxyType(files)


def region_example(sample: Sample, judge: Judge, colors: int) -> RegionExample:
    """Return the regions of a sample as the learned method sees them, and how much of each is hair.

    Parameters
    ----------
    sample : Sample
    judge : callable
        A network that has not seen the sample's drawing.
    colors : int
        Of the palette.
    """
    height, width = sample.image.shape[:2]
    hair, face = judge(network_input(sample.image, sample.known_face))
    full = cv2.resize(hair, (width, height), interpolation=cv2.INTER_LINEAR)
    opinion = Opinion(np.asarray(full, np.float32), face, 0.0)
    palette = reduce_colors(sample.image, colors)
    regions = cut_regions(palette)
    facts = region_facts(sample.image, palette, regions, opinion, _face(sample, opinion))
    covered = np.bincount(regions.labels.ravel(), sample.hair.ravel(), regions.count)
    return RegionExample(facts.rows, covered / regions.pixels, regions.pixels, 1.0)


class _Sampler(Protocol):
    def __call__(self, rng: np.random.Generator, height: int = ..., width: int = ...) -> Sample:
        """Return a new sample."""


def _sampler(examples: Sequence[Example], data: TrainingData) -> _Sampler:
    """Return a function that draws a sample; every drawing comes as often, whatever its pictures."""
    by_drawing: dict[str, list[Example]] = {}
    for example in examples:
        by_drawing.setdefault(example.drawing, []).append(example)
    drawings = list(by_drawing.values())

    def sample(rng: np.random.Generator, height: int = 192, width: int = 128) -> Sample:
        if data.drawn and rng.random() < data.drawn_share:
            chosen = data.drawn
        else:
            chosen = drawings[int(rng.integers(len(drawings)))]
        example = chosen[int(rng.integers(len(chosen)))]
        return draw_sample(example, height, width, data.backgrounds, rng)

    return sample


def _face(sample: Sample, opinion: Opinion) -> Box | None:
    if sample.known_face is not None:
        return sample.known_face
    seen = face_in(opinion, *sample.image.shape[:2])
    return None if seen is None else seen[0]
