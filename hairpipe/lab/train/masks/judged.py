"""Pictures as the method judges them with a network that has not seen their group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hairpipe.extract.color.naming import name_hair
from hairpipe.extract.decode import flatten_alpha
from hairpipe.extract.extract import GIVEN
from hairpipe.extract.face.box import Window
from hairpipe.extract.face.network_face import closer_looks, face_in_picture, network_face
from hairpipe.extract.learned.method import LEAST_HAIR, SURE_HAIR, palette_in
from hairpipe.extract.learned.refinement import refined_mask
from hairpipe.extract.learned.regions.described import DescribedRegions, describe_regions
from hairpipe.extract.learned.regions.trees import Trees
from hairpipe.extract.learned.traits import length_traits, trust_traits
from hairpipe.extract.learned.window import head_window, mask_in_picture, part_of
from hairpipe.extract.network.prediction import Prediction, predict_hair
from hairpipe.extract.network.session import OnnxSession
from hairpipe.extract.resize import resized
from hairpipe.extract.result import Face, HairColor, Image, Mask
from hairpipe.extract.settings import DecodeSettings
from hairpipe.lab.evaluate.statistics import mask_iou
from hairpipe.lab.train.masks.region_choice import RegionExample
from hairpipe.lab.train.samples.backgrounds import background
from hairpipe.lab.train.samples.examples import LabelledPicture, load_example
from hairpipe.lab.train.samples.recolor import degraded, relit, typical_color

Floats = NDArray[np.float64]

_MOST_PIXELS = 800**2
# A known face box is given so often; else the face is the network's own, as where the job runs on a scrape.
_FACE_GIVEN = 0.3
# A cut-out on a background of our own is less like what the method will meet, and so is the part round
# the head, which shows again what the whole picture showed.
_CUTOUT_WEIGHT, _HEAD_WEIGHT = 0.5, 0.7
# Where the log odds of the expected overlap are above this, a mask is sure enough by any judge, and is
# compared with no other.
_UNSURE = 0.8


@dataclass(frozen=True, eq=False)
class View:
    """A picture, or a part of it, cut into regions."""

    image: Image
    """(H, W, 3)."""
    hair: Mask
    """(H, W). The truth."""
    face: Face | None
    """In its pixels."""
    prediction: Prediction
    """Of a network that has not seen the picture's group."""
    described: DescribedRegions
    window: Window | None = None
    """The part of the picture; None for all of it."""
    likely_place: bool = False
    """Whether it is shown only because heads are likely there."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What the method says of a picture after one of its views."""

    traits: Floats
    """From :func:`hairpipe.extract.learned.traits.trust_traits`."""
    overlap: float
    """Intersection over union with the true mask; 1 where neither has a pixel."""
    enough: bool
    """Whether the mask is large enough for hair."""
    color: HairColor | None
    """The main one; None where it has no name."""
    length: Floats | None
    """From :func:`hairpipe.extract.learned.traits.length_traits`; None without a face or a mask."""


def views_of(
    picture: LabelledPicture, network: OnnxSession, colors: int, backgrounds: Sequence[Image], rng: Generator
) -> list[View]:
    """Return a picture cut into regions, and where the head is small in it, the part round that too.

    A cut-out is laid on a background, some of which are made of the pictures given. The network has not seen
    the picture's group; the colours are those of the palette. ConfigError if a file can't be read.
    """
    example = load_example(picture, _MOST_PIXELS)
    hair = example.hair > 127
    image = flatten_alpha(example.image, DecodeSettings().background)
    if picture.cutout:
        alpha = example.image[..., 3:] / 255
        behind = background(hair.shape[0], hair.shape[1], typical_color(rng), backgrounds, rng)
        laid = np.asarray(example.image[..., :3] * alpha + behind * (1 - alpha), np.uint8)
        image = degraded(relit(laid, rng), rng)
    image = np.ascontiguousarray(image)
    given = example.face if rng.random() < _FACE_GIVEN else None
    prediction = predict_hair(image, given, network)
    looks = closer_looks(image, lambda part: predict_hair(part, None, network))
    face = network_face(image, prediction, looks) if given is None else Face(given, GIVEN)
    views = [_view(image, hair, face, prediction, colors)]
    window = head_window(prediction.hair, None if face is None else face.box)
    if window is not None:
        part, near = part_of(image, face, window)
        seen = predict_hair(part, near.box if near is not None and given is not None else None, network)
        views.append(replace(_view(part, hair[window], near, seen, colors), window=window))
    return views


def places_of(views: Sequence[View], network: OnnxSession, colors: int) -> list[View]:
    """Return the parts of a picture in which heads are likely, which the method looks at where it is unsure.

    The views, the network and the number of colours are as for :func:`views_of`.
    """
    whole, found = views[0], []
    for look in closer_looks(whole.image, lambda part: predict_hair(part, None, network)):
        view = _view(look.image, whole.hair[look.window], look.face, look.prediction, colors)
        found.append(replace(view, window=look.window, likely_place=True))
    return found


def region_examples(views: Sequence[View], cutout: bool) -> list[RegionExample]:
    """Return how much of each region of a picture's views is hair."""
    examples = []
    for view in views:
        described = view.described
        regions = described.regions
        hair = resized(view.hair.astype(np.float32), described.view.shape[:2])
        covered = np.bincount(regions.labels.ravel(), hair.ravel(), regions.count) / regions.pixels
        weight = (_CUTOUT_WEIGHT if cutout else 1.0) * (1.0 if view.window is None else _HEAD_WEIGHT)
        examples.append(RegionExample(described.features.rows, covered, regions.pixels, weight))
    return examples


def answers_of(views: Sequence[View], whole: View, choice: Trees) -> tuple[Answer, ...]:
    """Return what the method says of a picture after each of some views of it.

    The first view of :func:`views_of` is the whole; the trees have not learnt from the picture's group.
    """
    return tuple(_answer(view, whole, choice) for view in views)


def is_unsure(whole: View, answers: Sequence[Answer]) -> bool:
    """Return whether the method may look at the parts of a picture in which heads are likely.

    Where its face is given, there is nothing to look for.
    """
    given = whole.face is not None and whole.face.source == GIVEN
    return not given and max(answer.traits[0] for answer in answers) < _UNSURE


def _view(image: Image, hair: Mask, face: Face | None, prediction: Prediction, colors: int) -> View:
    described = describe_regions(image, None if face is None else face.box, prediction, colors)
    return View(image, hair, face, prediction, described)


def _answer(view: View, whole: View, choice: Trees) -> Answer:
    described = view.described
    chances = choice.probabilities(described.features.rows)
    probabilities = resized(described.pixel_probabilities(chances), view.image.shape[:2])
    mask = refined_mask(view.image, probabilities)
    hair = mask_in_picture(mask, view.window, whole.hair.shape)
    sure = mask_in_picture(probabilities > SURE_HAIR, view.window, whole.hair.shape)
    face = face_in_picture(view.face, view.window) or whole.face
    box = None if face is None else face.box
    palette = palette_in(whole.image, described.palette, view.window)
    named = name_hair(whole.image, hair, palette, None, box, sure)
    main = named.colors[0] if named.colors and named.colors[0].name else None
    return Answer(
        traits=trust_traits(
            probabilities,
            view.prediction,
            mask,
            view.face,
            part=view.image.size / whole.image.size,
            likely_place=view.likely_place,
        ),
        overlap=float(mask_iou(hair, whole.hair)),
        enough=bool(mask.mean() >= LEAST_HAIR),
        color=main,
        length=length_traits(hair, box) if box is not None and hair.any() else None,
    )
