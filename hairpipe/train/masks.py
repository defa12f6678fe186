"""Learns where hair is: a network, the choice of regions, and how certain the masks are.

Two networks learn from half of the drawings each and judge the other half. The choice of regions
learns from these judgements, so it knows how far a network can be trusted on drawings it has never
seen; so does the certainty, from masks chosen by what learnt from the other half. The network that
is kept then learns from all.
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
from sklearn.linear_model import LogisticRegression

from hairpipe.errors import ConfigError
from hairpipe.evaluate.statistics import mask_iou
from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.learned.features import lab_of, region_features
from hairpipe.extract.learned.mask_quality import (
    MASK_QUALITY_MODEL,
    RIGHT_OVERLAP,
    MaskQualityModel,
    mask_quality_features,
)
from hairpipe.extract.learned.network import NETWORK_FILE, Prediction, face_in, network_input
from hairpipe.extract.learned.refinement import pixel_probabilities, refined_mask
from hairpipe.extract.learned.region_classifier import REGION_MODEL
from hairpipe.extract.learned.regions import cut_regions
from hairpipe.extract.learned.trees import Floats, Trees
from hairpipe.extract.result import Box, Image, Mask
from hairpipe.train.examples import Example, half_of_each_drawing
from hairpipe.train.region_choice import RegionExample, as_npz, fit_choice
from hairpipe.train.samples import Sample, draw_sample

# Sizes at which portraits come, tall ones most often: height and width.
_SIZES = ((350, 225), (350, 225), (168, 100), (160, 155), (96, 96), (320, 240))
_DIGITS = 4


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


@dataclass(frozen=True, eq=False)
class TrainedMasks:
    """What training made, and how good it is on drawings it has not learnt from.

    Attributes
    ----------
    files : mapping of str to bytes
        The learned method's model by file name.
    overlaps : ndarray of float, (portraits,)
        Intersection over union with the true mask of new portraits of each drawing, found with a
        network and a choice of regions that learnt from the other half of the drawings.
    """

    files: Mapping[str, bytes]
    overlaps: NDArray[np.float64]


def train_masks(
    data: TrainingData,
    fit: FitNetwork,
    *,
    colors: int,
    portraits: int,
    seed: int = 7,
) -> TrainedMasks:
    """Learn where hair is.

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
    judged: list[list[Judged]] = []
    for half in (0, 1):
        learnt = [example for example in data.examples if halves[example.drawing] != half]
        unseen = [example for example in data.examples if halves[example.drawing] == half]
        network = fit(_sampler(learnt, data), seed + half)
        rng = np.random.default_rng([seed, half])
        make = _sampler(unseen, TrainingData(unseen, (), data.backgrounds))
        judged.append([])
        for _ in range(portraits * len({example.drawing for example in unseen})):
            height, width = _SIZES[rng.integers(len(_SIZES))]
            judged[half].append(judged_sample(make(rng, height, width), network.judge, colors))
    overlaps, features = [], []
    for half in (0, 1):
        choice = fit_choice([one.regions for one in judged[1 - half]], seed)
        for one in judged[half]:
            overlap, row = overlap_and_quality(one, choice)
            overlaps.append(overlap)
            features.append(row)
    everything = [one.regions for half in judged for one in half]
    quality = fit_mask_quality(np.array(features), np.array(overlaps))
    files = {
        NETWORK_FILE: gzip.compress(fit(_sampler(data.examples, data), seed + 2).onnx, mtime=0),
        REGION_MODEL: as_npz(fit_choice(everything, seed)),
        MASK_QUALITY_MODEL: quality.model_dump_json().encode(),
    }
    return TrainedMasks(MappingProxyType(files), np.array(overlaps))


@dataclass(frozen=True, eq=False)
class Judged:
    """A sample as a network that has not seen its drawing judges it.

    Attributes
    ----------
    regions : RegionExample
        Its regions, and how much of each is hair.
    labels : ndarray of int32, (H, W)
        Each pixel's region.
    cells : ndarray of int32, (H, W)
        Each pixel's cell of the colour histograms.
    lab : ndarray of float32, (H, W, 3)
        CIELAB.
    network : ndarray of float32, (H, W)
        The network's probability of hair.
    hair : ndarray of bool, (H, W)
        The truth.
    """

    regions: RegionExample
    labels: NDArray[np.int32]
    cells: NDArray[np.int32]
    lab: Floats
    network: Floats
    hair: Mask


def judged_sample(sample: Sample, judge: Judge, colors: int) -> Judged:
    """Return the regions of a sample as the learned method sees them.

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
    prediction = Prediction(np.asarray(full, np.float32), face)
    palette = reduce_colors(sample.image, colors)
    regions = cut_regions(sample.image, palette)
    lab = lab_of(sample.image)
    facts = region_features(lab, palette, regions, prediction.hair, _face(sample, prediction))
    covered = np.bincount(regions.labels.ravel(), sample.hair.ravel(), regions.count)
    return Judged(
        regions=RegionExample(facts.rows, covered / regions.pixels, regions.pixels, 1.0),
        labels=regions.labels,
        cells=facts.cells,
        lab=lab,
        network=prediction.hair,
        hair=sample.hair > 0.5,
    )


def overlap_and_quality(judged: Judged, choice: Trees) -> tuple[float, Floats]:
    """Return how well the mask fits the truth, and what its certainty is told by.

    Parameters
    ----------
    judged : Judged
    choice : Trees
        That have not learnt from the sample's drawing.

    Returns
    -------
    float
        Intersection over union; 1 where neither has a pixel.
    ndarray, (2,)
        From :func:`hairpipe.extract.learned.mask_quality.mask_quality_features`.
    """
    chances = choice.probabilities(judged.regions.rows)
    probabilities = pixel_probabilities(judged.cells, chances[judged.labels], judged.network)
    mask = refined_mask(judged.lab, probabilities)
    return mask_iou(mask, judged.hair), mask_quality_features(probabilities, judged.network, mask)


def fit_mask_quality(features: Floats, overlaps: NDArray[np.float64]) -> MaskQualityModel:
    """Return a model of how likely masks are right.

    Parameters
    ----------
    features : ndarray, (portraits, 2)
    overlaps : ndarray of float, (portraits,)
        Where all or none are right, every mask gets that share, whatever its features.
    """
    right = overlaps > RIGHT_OVERLAP
    if right.all() or not right.any():
        likely = (right.sum() + 1) / (len(right) + 2)
        return MaskQualityModel(pixels=0, network=0, intercept=float(np.log(likely / (1 - likely))))
    regression = LogisticRegression().fit(features, right)
    pixels, network = (round(float(weight), _DIGITS) for weight in regression.coef_[0])
    return MaskQualityModel(
        pixels=pixels, network=network, intercept=round(float(regression.intercept_[0]), _DIGITS)
    )


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


def _face(sample: Sample, prediction: Prediction) -> Box | None:
    if sample.known_face is not None:
        return sample.known_face
    seen = face_in(prediction, *sample.image.shape[:2])
    return None if seen is None else seen[0]
