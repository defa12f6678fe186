"""The learned method: a small network's prediction, regions of one colour, a model that chooses among them.

Clustering still does the work of finding edges: the picture is reduced to more colours than it has
and cut into connected regions. What changed is who decides: in the place of one threshold on the ring
round the face stand boosted trees, which see what a region looks like, where it lies, what touches it,
and what a network trained on drawings thinks of the place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.color.palette import Palette, reduce_colors, with_colors
from hairpipe.extract.face.box import NETWORK, Window, box_at
from hairpipe.extract.face.search import FaceSearch
from hairpipe.extract.learned.features import RegionFeatures, lab_of, region_features
from hairpipe.extract.learned.mask_quality import mask_quality
from hairpipe.extract.learned.network import Prediction, face_in, predict_hair
from hairpipe.extract.learned.own_network import predict_with_own
from hairpipe.extract.learned.refinement import pixel_probabilities, refined_mask
from hairpipe.extract.learned.region_classifier import region_probabilities
from hairpipe.extract.learned.regions import Regions, cut_regions
from hairpipe.extract.learned.view import map_at, view_of
from hairpipe.extract.learned.window import box_in_picture, box_in_window, close_up, likely_places
from hairpipe.extract.result import Box, Face, Image, Mask, Segmentation
from hairpipe.extract.settings import LearnedSettings, Settings
from hairpipe.status import Status

VERSION = "5"

# Pixels that are likelier hair than this are sure enough to name the colour by.
_SURE_HAIR = 0.9
# Less of the picture than this is no head of hair.
_LEAST_HAIR = 0.003


@dataclass(frozen=True, eq=False)
class LearnedSteps:
    """What each step of the method gave.

    Attributes
    ----------
    image : ndarray of uint8, (H, W, 3)
        The picture, or the part of it in `window`.
    palette : Palette
        Its reduced colours.
    face : Box or None
        In its pixels.
    prediction : Prediction
        The network's.
    regions : Regions
        Connected, of one colour each; of a large picture at the size it was judged at.
    facts : RegionFeatures
        Their features.
    region_probabilities : ndarray of float32, (regions,)
        How likely each is hair.
    probabilities : ndarray of float32, (H, W)
        How likely each pixel is hair, before the decision.
    hair_mask : ndarray of bool, (H, W)
        After it.
    certainty : float
        How likely the mask is right, 0 to 1; 0 where it is too small for hair.
    window : Window or None
        The part of the picture that was judged, where the face is small in it; None for all of it.
    """

    image: Image
    palette: Palette
    face: Box | None
    prediction: Prediction
    regions: Regions
    facts: RegionFeatures
    region_probabilities: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    hair_mask: Mask
    certainty: float
    window: Window | None = None


def segment(image: Image, faces: FaceSearch, settings: Settings) -> Segmentation:
    """Return the hair of a portrait after the learned method.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB, at least one pixel.
    faces : FaceSearch
        Without a known face, the network looks for it, and a detector is asked where it isn't sure.
    settings : Settings
        Its `learned` group is used.

    Returns
    -------
    Segmentation
        ``no_face`` where neither a detector nor the network saw a face, ``no_hair`` where nothing
        is likely to be hair. `steps` is a :class:`LearnedSteps`.
    """
    numbers = settings.learned
    prediction, face = _prediction_and_face(image, faces, numbers)
    steps = _judged(image, face.box if face else None, prediction, numbers)
    window = close_up(face.box, image.shape[:2]) if face else None
    if face is not None and window is not None:
        part, box = _cut(image, window), box_in_window(face.box, window)
        closer = _judged(part, box, _prediction(part, replace(face, box=box), numbers), numbers)
        # A box that lies on no face leads to a bad close-up, so the surer of the two masks counts.
        steps = max(steps, replace(closer, window=window), key=lambda each: each.certainty)
    if face is None:
        return _ended(image, face, steps, Status.NO_FACE, "neither the detector nor the network saw a face")
    if not steps.certainty:
        return _ended(image, face, steps, Status.NO_HAIR, "no region is likely to be hair")
    return _ended(image, face, steps, Status.OK, None)


def _judged(image: Image, face: Box | None, prediction: Prediction, numbers: LearnedSettings) -> LearnedSteps:
    """Return the steps from the network's prediction to the mask."""
    view = view_of(image)
    colors = reduce_colors(view, numbers.colors)
    regions = cut_regions(view, colors)
    seen = map_at(view.shape[:2], prediction.hair)
    box = None if face is None else box_at(view.shape[:2], face, image.shape[:2])
    lab = lab_of(view)
    facts = region_features(lab, colors, regions, seen, box)
    chances = region_probabilities(facts.rows)
    of_view = pixel_probabilities(facts.cells, chances[regions.labels], seen)
    # The edge is sought in the whole picture.
    probabilities = map_at(image.shape[:2], of_view)
    mask = refined_mask(lab if view is image else lab_of(image), probabilities)
    palette = colors if view is image else with_colors(image, colors.colors)
    found = mask.mean() >= _LEAST_HAIR
    certainty = mask_quality(probabilities, prediction.hair, mask) if found else 0.0
    return LearnedSteps(
        image=image,
        palette=palette,
        face=face,
        prediction=prediction,
        regions=regions,
        facts=facts,
        region_probabilities=chances,
        probabilities=probabilities,
        hair_mask=mask,
        certainty=certainty,
    )


def _prediction_and_face(
    image: Image, faces: FaceSearch, numbers: LearnedSettings
) -> tuple[Prediction, Face | None]:
    face = faces.found() if faces.detector_first else faces.known
    prediction = _prediction(image, face, numbers)
    if face is not None:
        return prediction, face
    seen = _seen_face(image, prediction, numbers)
    if faces.detector_first or _is_sure(seen, numbers):
        return prediction, seen
    asked = faces.ask()
    return (prediction, seen) if asked is None else (_prediction(image, asked, numbers), asked)


def _seen_face(image: Image, prediction: Prediction, numbers: LearnedSettings) -> Face | None:
    """Return the face that the network sees in the picture or, not sure of that, in a part of it."""
    seen = _network_face(image, prediction)
    # A network of the user's says nothing of faces.
    if numbers.network is not None or _is_sure(seen, numbers):
        return seen
    for window in likely_places(image.shape[:2]):
        part = _cut(image, window)
        found = _network_face(part, predict_hair(part, None))
        if found is not None and _is_sure(found, numbers):
            return replace(found, box=box_in_picture(found.box, window))
    return seen


def _network_face(image: Image, prediction: Prediction) -> Face | None:
    seen = face_in(prediction, *image.shape[:2])
    return None if seen is None else Face(seen[0], NETWORK, seen[1])


def _cut(image: Image, window: Window) -> Image:
    return np.ascontiguousarray(image[window])


def _is_sure(face: Face | None, numbers: LearnedSettings) -> bool:
    return face is not None and (face.score or 0) >= numbers.sure_face


def _prediction(image: Image, face: Face | None, numbers: LearnedSettings) -> Prediction:
    if numbers.network is not None:
        return predict_with_own(image, numbers.network)
    # A face that the network saw itself tells it nothing new.
    news = face is not None and face.source != NETWORK
    return predict_hair(image, face.box if face is not None and news else None)


def _ended(
    image: Image, face: Face | None, steps: LearnedSteps, status: Status, error: str | None
) -> Segmentation:
    size = image.shape[:2]
    found = status is Status.OK
    hair, sure, palette = steps.hair_mask, steps.probabilities > _SURE_HAIR, steps.palette
    if steps.window is not None:
        hair, sure = (_put_back(mask, steps.window, size) for mask in (hair, sure))
        palette = with_colors(image, palette.colors)
    return Segmentation(
        status=status,
        hair_mask=hair if found else np.zeros(size, bool),
        face_mask=_face_mask(size, face) & ~hair,
        palette=palette,
        sure_mask=sure,
        error=error,
        quality=steps.certainty if found else None,
        steps=steps,
        face=face,
    )


def _put_back(mask: Mask, window: Window, size: tuple[int, int]) -> Mask:
    """Return a mask of a part of the picture as one of all of it."""
    whole = np.zeros(size, bool)
    whole[window] = mask
    return whole


def _face_mask(size: tuple[int, int], face: Face | None) -> Mask:
    """Return the pixels of the face box."""
    mask = np.zeros(size, bool)
    if face is not None:
        box = face.box
        left, top = max(0, round(box.x)), max(0, round(box.y))
        mask[top : round(box.y + box.h), left : round(box.x + box.w)] = True
    return mask
