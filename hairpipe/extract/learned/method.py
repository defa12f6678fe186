"""The learned method: a small network's prediction, regions of one colour, a model that chooses among them.

Clustering still does the work of finding edges: the picture is reduced to more colours than it has
and cut into connected regions. What changed is who decides: in the place of one threshold on the ring
round the face stand boosted trees, which see what a region looks like, where it lies, what touches it,
and what a network trained on drawings thinks of the place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.color.palette import Palette, with_colors
from hairpipe.extract.face.box import NETWORK, Window
from hairpipe.extract.face.network_face import CloserLook, closer_looks, face_in_picture, network_face
from hairpipe.extract.face.search import FaceSearch
from hairpipe.extract.learned.judges import hair_length, shipped_judges
from hairpipe.extract.learned.own_network import predict_with_own
from hairpipe.extract.learned.refinement import refined_mask
from hairpipe.extract.learned.regions.described import describe_regions
from hairpipe.extract.learned.regions.region_classifier import region_probabilities
from hairpipe.extract.learned.regions.regions import Regions
from hairpipe.extract.learned.traits import trust_traits
from hairpipe.extract.learned.window import head_window, is_small, mask_in_picture, part_of
from hairpipe.extract.network.prediction import PRESENCES, Prediction, predict_hair
from hairpipe.extract.resize import resized
from hairpipe.extract.result import Face, Image, Mask, Segmentation
from hairpipe.extract.settings import LearnedSettings, Settings
from hairpipe.status import Status

VERSION = "12"

# Pixels that are likelier hair than this are sure enough to name the colour by.
SURE_HAIR = 0.9
_REASONS = {
    "bald": "bald",
    "covered": "covered by what is worn",
    "creature": "a creature",
    "nobody": "none in the picture, or cut off by its frame",
}
# With a mask that is less likely right than this, parts of the picture are looked at.
UNSURE_MASK = 0.5
# Less of the picture than this is no head of hair.
LEAST_HAIR = 0.003


@dataclass(frozen=True, eq=False)
class LearnedSteps:
    """What each step of the method gave.

    Attributes
    ----------
    image : ndarray of uint8, (H, W, 3)
        The picture, or the part of it in `window`.
    view_palette : Palette
        Its reduced colours; of a large picture at the size it was judged at.
    face : Face or None
        In its pixels.
    prediction : Prediction
        The network's.
    regions : Regions
        Connected, of one colour each; of a large picture at the size it was judged at.
    region_probabilities : ndarray of float32, (regions,)
        How likely each is hair.
    probabilities : ndarray of float32, (H, W)
        How likely each pixel is hair, before the decision.
    hair_mask : ndarray of bool, (H, W)
        After it.
    traits : ndarray of float
        What its trust is told by, from :func:`hairpipe.extract.learned.traits.trust_traits`.
    quality : float
        How likely the mask is right, 0 to 1; 0 where it is too small for hair.
    window : Window or None
        The part of the picture that was judged, where the head is small in it; None for all of it.
    """

    image: Image
    view_palette: Palette
    face: Face | None
    prediction: Prediction
    regions: Regions
    region_probabilities: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    hair_mask: Mask
    traits: NDArray[np.float64]
    quality: float
    window: Window | None = None

    @cached_property
    def palette(self) -> Palette:
        """The image in its reduced colours."""
        return self.view_palette.at(self.image.shape[:2])

    @property
    def face_in_picture(self) -> Face | None:
        """The face, in the pixels of the whole picture."""
        return face_in_picture(self.face, self.window)


def segment(image: Image, faces: FaceSearch, settings: Settings) -> Segmentation:
    """Return the hair of a portrait after the learned method.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB, at least one pixel.
    faces : FaceSearch
        Without a known face, the network looks for it, unless another detector comes first.
    settings : Settings
        Its `learned` group is used.

    Returns
    -------
    Segmentation
        ``no_hair`` where there is probably none to be seen, with the likeliest reason; ``no_face`` where in
        such a picture no face was seen either. `steps` is a :class:`LearnedSteps`.
    """
    looks = closer_looks(image, lambda part: _prediction(part, None, settings.learned))
    prediction, face = _prediction_and_face(image, faces, looks, settings.learned)
    steps = _surest(image, face, prediction, looks, settings.learned)
    face = steps.face_in_picture or face
    if steps.quality and shipped_judges().visible_hair(steps.traits) >= settings.learned.visible_hair:
        return _ended(image, face, steps, Status.OK, None)
    if face is None:
        return _ended(image, face, steps, Status.NO_FACE, "neither a face nor hair was seen")
    return _ended(image, face, steps, Status.NO_HAIR, _reason(steps.prediction))


def _surest(
    image: Image,
    face: Face | None,
    prediction: Prediction,
    looks: Sequence[CloserLook],
    settings: LearnedSettings,
) -> LearnedSteps:
    """Return the first steps that lead to a sure mask, or else the surest."""
    tries: list[LearnedSteps] = []
    for steps in _views(image, face, prediction, looks, settings):
        tries.append(steps)
        if steps.quality >= UNSURE_MASK:
            break
    return max(tries, key=lambda each: each.quality)


def _views(
    image: Image,
    face: Face | None,
    prediction: Prediction,
    looks: Sequence[CloserLook],
    settings: LearnedSettings,
) -> Iterator[LearnedSteps]:
    """Judge the picture and the part of it round the head, that first if it is small, then likely places."""
    window = head_window(prediction.hair, face.box if face else None)
    small = window is not None and is_small(window, image.shape[:2])
    if not small:
        yield _judged(image, face, prediction, settings)
    if window is not None:
        part, near = part_of(image, face, window)
        closer = _judged(part, near, _prediction(part, near, settings), settings, part.size / image.size)
        yield replace(closer, window=window)
    if small:
        # A box that lies on no face, or hair seen where there is none, leads to the wrong part.
        yield _judged(image, face, prediction, settings)
    if face is None or face.source == NETWORK:
        for look in looks:
            share = look.image.size / image.size
            steps = _judged(look.image, look.face, look.prediction, settings, share, likely_place=True)
            yield replace(steps, window=look.window)


def _judged(
    image: Image,
    face: Face | None,
    prediction: Prediction,
    settings: LearnedSettings,
    share: float = 1.0,
    *,
    likely_place: bool = False,
) -> LearnedSteps:
    """Return the steps from the network's prediction to the mask, of a picture or a share of it."""
    box = face.box if face else None
    described = describe_regions(image, box, prediction, settings.colors)
    chances = region_probabilities(described.features.rows)
    # The edge is sought in the whole picture.
    probabilities = resized(described.pixel_probabilities(chances), image.shape[:2])
    mask = refined_mask(image, probabilities)
    enough = np.count_nonzero(mask) >= LEAST_HAIR * mask.size
    traits = trust_traits(probabilities, prediction, mask, face, part=share, likely_place=likely_place)
    return LearnedSteps(
        image=image,
        view_palette=described.palette,
        face=face,
        prediction=prediction,
        regions=described.regions,
        region_probabilities=chances,
        probabilities=probabilities,
        hair_mask=mask,
        traits=traits,
        quality=shipped_judges().right_mask(traits) if enough else 0.0,
    )


def _prediction_and_face(
    image: Image, faces: FaceSearch, looks: Sequence[CloserLook], settings: LearnedSettings
) -> tuple[Prediction, Face | None]:
    face = faces.known or (faces.detect() if faces.detector_first else None)
    prediction = _prediction(image, face, settings)
    if face is None:
        # A network of the user's says nothing of faces.
        seen = faces.detect() if settings.network is not None else network_face(image, prediction, looks)
        face = seen or faces.usual()
    return prediction, face


def _prediction(image: Image, face: Face | None, settings: LearnedSettings) -> Prediction:
    if settings.network is not None:
        return predict_with_own(image, settings.network)
    # A face that the network saw itself tells it nothing new.
    news = face is not None and face.source != NETWORK
    return predict_hair(image, face.box if face is not None and news else None)


def _reason(prediction: Prediction) -> str:
    """Return why no hair is to be seen, in a few words."""
    likeliest = PRESENCES[1 + int(prediction.presence[1:].argmax())]
    return _REASONS[likeliest]


def _ended(
    image: Image, face: Face | None, steps: LearnedSteps, status: Status, error: str | None
) -> Segmentation:
    size = image.shape[:2]
    visible = status is Status.OK
    hair = mask_in_picture(steps.hair_mask, steps.window, size)
    sure = mask_in_picture(steps.probabilities > SURE_HAIR, steps.window, size)
    return Segmentation(
        status=status,
        hair_mask=hair if visible else np.zeros(size, bool),
        face_mask=_face_mask(size, face) & ~hair,
        palette=palette_in(image, steps.view_palette, steps.window),
        sure_mask=sure,
        error=error,
        mask_quality=steps.quality if visible else None,
        traits=steps.traits if visible else None,
        length=hair_length(hair, face) if visible else None,
        steps=steps,
        face=face,
    )


def palette_in(image: Image, view_palette: Palette, window: Window | None) -> Palette:
    """Return a picture in the reduced colours of its view, or of the view of a part of it."""
    return view_palette.at(image.shape[:2]) if window is None else with_colors(image, view_palette.colors)


def _face_mask(size: tuple[int, int], face: Face | None) -> Mask:
    """Return the pixels of the face box."""
    mask = np.zeros(size, bool)
    if face is not None:
        box = face.box
        left, top = max(0, round(box.x)), max(0, round(box.y))
        mask[top : round(box.y + box.h), left : round(box.x + box.w)] = True
    return mask
