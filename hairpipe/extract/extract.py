"""One portrait from pixels to named hair colours: the stages in a row."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real

import numpy as np

from hairpipe.extract.color.naming import name_hair
from hairpipe.extract.decode import flatten_alpha
from hairpipe.extract.face.box import box_problem
from hairpipe.extract.face.detectors import FACE_VERSION, Detector
from hairpipe.extract.face.search import face_search
from hairpipe.extract.learned.judges import overall_quality
from hairpipe.extract.methods import METHODS
from hairpipe.extract.result import Box, Extraction, Face, Image
from hairpipe.extract.settings import Settings
from hairpipe.status import Status

GIVEN = "given"

# Goes up when a step outside the methods (decoding, finding the face, naming) may give another
# result for the same settings; each method has a version of its own.
_SHARED_VERSION = "6"


def algorithm_version(settings: Settings) -> str:
    """Return the version of the code and models behind a result, for its fingerprint."""
    return f"{_SHARED_VERSION}.{FACE_VERSION}.{settings.method}-{METHODS[settings.method].version}"


def extract_hair(
    image: Image,
    face: Face | Sequence[float] | None = None,
    settings: Settings | None = None,
    *,
    detector: Detector | None = None,
) -> Extraction:
    """Find the hair of a portrait and name its colours.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3) or (H, W, 4)
        RGB, or RGBA, which is laid on the configured background.
    face : Face or (x, y, w, h), optional
        In pixels from the top left corner. Found by the configured detector if not given.
    settings : Settings, optional
        What can change the result.
    detector : Detector, optional
        Used instead of the configured one.

    Returns
    -------
    Extraction
        Whatever is wrong with the picture or the numbers of the face box is its status.

    Raises
    ------
    TypeError
        If `image` is no uint8 array, or `face` is neither a face nor four numbers.
    ValueError
        If `image` has another shape or no pixel, or `face` another length.
    ConfigError
        If the configured detector is needed but can't be had or doesn't work.

    Examples
    --------
    >>> import numpy as np
    >>> result = extract_hair(np.zeros((90, 60, 3), np.uint8), face=(20, 30, 20, 20))
    >>> str(result.status)
    'no_ring'
    """
    settings = settings or Settings()
    pixels = flatten_alpha(_checked_image(image), settings.decode.background)
    height, width = pixels.shape[:2]
    known = _known_face(face)
    if known is not None and (problem := box_problem(known.box, width, height)) is not None:
        return _bad_face_box(pixels, settings.method, known, problem)
    search = face_search(pixels, known, settings.face, detector)
    segmentation = METHODS[settings.method].segment(pixels, search, settings)
    box = segmentation.face.box if segmentation.face else None
    named = name_hair(
        pixels, segmentation.hair_mask, segmentation.palette, settings.naming, box, segmentation.sure_mask
    )
    return Extraction(
        status=segmentation.status,
        method=settings.method,
        face=box,
        face_source=segmentation.face.source if segmentation.face else None,
        face_score=segmentation.face.score if segmentation.face else None,
        face_count=segmentation.face.count if segmentation.face else 0,
        hair_mask=segmentation.hair_mask,
        face_mask=segmentation.face_mask,
        colors=named.colors,
        pattern=named.pattern,
        quality=overall_quality(segmentation, named.colors[0] if named.colors else None),
        mask_quality=segmentation.mask_quality,
        length=segmentation.length,
        error=segmentation.error,
        steps=segmentation.steps,
    )


def _checked_image(image: Image) -> Image:
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        kind = image.dtype if isinstance(image, np.ndarray) else type(image).__name__
        raise TypeError(f"image must be an array of uint8, not {kind}")
    if image.ndim != 3 or image.shape[2] not in (3, 4):
        raise ValueError(f"image must have the shape (H, W, 3) or (H, W, 4), not {image.shape}")
    if image.size == 0:
        raise ValueError(f"image has no pixel: its shape is {image.shape}")
    return np.ascontiguousarray(image)


def _known_face(face: Face | Sequence[float] | None) -> Face | None:
    if face is None or isinstance(face, Face):
        return face
    if not isinstance(face, Sequence | np.ndarray):
        raise TypeError(f"face must be a Face or (x, y, w, h), not {type(face).__name__}")
    if len(face) != 4:
        raise ValueError(f"face must be (x, y, w, h), not {len(face)} values")
    if not all(isinstance(value, Real) for value in face):
        raise TypeError("face must be four numbers (x, y, w, h)")
    return Face(Box(*(float(value) for value in face)), GIVEN)


def _bad_face_box(pixels: Image, method: str, face: Face, problem: str) -> Extraction:
    """Return a result without hair; the impossible box itself is kept out of it."""
    nothing = np.zeros(pixels.shape[:2], bool)
    return Extraction(
        status=Status.BAD_FACE_BOX,
        method=method,
        face=None,
        face_source=face.source,
        face_score=face.score,
        face_count=face.count,
        hair_mask=nothing,
        face_mask=nothing,
        colors=(),
        pattern=None,
        quality=None,
        error=problem,
    )
