"""What is known of a mask once it is there: numbers that its trust and the hair's length are told by."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.face.box import box_at
from hairpipe.extract.network.prediction import Prediction
from hairpipe.extract.result import Box, Face, Mask

Floats = NDArray[np.float64]

TRUST_TRAITS = (
    "overlap_pixels",
    "overlap_network",
    "presence_hair",
    "presence_bald",
    "has_face",
    "face_score",
    "fraction",
    "corners",
    "parts",
    "largest_part",
    "in_face",
    "above_face",
    "beside_face",
    "below_face",
    "part",
    "likely_place",
)
LENGTH_TRAITS = (
    "lowest",
    "low",
    "middle",
    "share_below_chin",
    "share_below_shoulders",
    "beside_neck",
    "beside_shoulders",
    "below_shoulders",
    "frame_below_chin",
    "at_bottom",
    "above_head",
    "width_at_chin",
)
# Keeps the log odds of what is certain finite.
_DOUBT = 0.01
# Masks are looked at with at most so many pixels on the longer side.
_SIDE = 160
_FARTHEST = 4.0


def trust_traits(
    probabilities: NDArray[np.float32],
    prediction: Prediction,
    mask: Mask,
    face: Face | None,
    *,
    part: float = 1.0,
    likely_place: bool = False,
) -> Floats:
    """Return the numbers named in `TRUST_TRAITS`, all finite.

    Parameters
    ----------
    probabilities : ndarray of float32, (H, W)
        How likely each pixel is hair, by the whole method.
    prediction : Prediction
        The network's.
    mask : ndarray of bool, (H, W)
        What was taken for hair.
    face : Face or None
        In the same pixels.
    part : float
        How much of the picture they are of.
    likely_place : bool
        Whether that part was looked at only because heads are likely there.
    """
    overlaps = [expected_overlap(probabilities, mask), expected_overlap(prediction.hair, mask)]
    presence = prediction.presence
    corners = sum(bool(mask[row, column]) for row in (0, -1) for column in (0, -1))
    small = small_mask(mask)
    count, _, stats, _ = cv2.connectedComponentsWithStats(small, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    values = [
        *[_log_odds(overlap) for overlap in overlaps],
        _log_odds(float(presence[0])),
        _log_odds(float(presence[1])),
        float(face is not None),
        0.0 if face is None else 1.0 if face.score is None else face.score,
        math.log(np.count_nonzero(mask) / mask.size + 0.001),
        float(corners),
        math.log1p(count - 1),
        float(areas.max() / areas.sum()) if len(areas) else 0.0,
        *_round_face(small, None if face is None else box_at(small.shape, face.box, mask.shape)),
        math.log(part),
        float(likely_place),
    ]
    return np.array(values, np.float64)


def length_traits(mask: Mask, face: Box) -> Floats:
    """Return the numbers named in `LENGTH_TRAITS`, all finite: how far hair reaches below the face.

    Parameters
    ----------
    mask : ndarray of bool, (H, W)
        The hair.
    face : Box
        In its pixels.
    """
    small = small_mask(mask)
    box = box_at(small.shape, face, mask.shape)
    chin = box.y + box.h
    by_row = small.sum(axis=1, dtype=np.float64)
    area = max(1.0, by_row.sum())
    rows = (np.arange(len(by_row)) + 0.5 - chin) / box.h
    reached = np.cumsum(by_row) / area
    lowest, low, middle = (
        float(np.clip(rows[min(len(rows) - 1, int(np.searchsorted(reached, part)))], -2, _FARTHEST))
        for part in (0.98, 0.9, 0.6)
    )
    at_chin = small[min(max(int(chin), 0), small.shape[0] - 1)]
    columns = np.flatnonzero(at_chin)
    values = [
        lowest,
        low,
        middle,
        float(by_row[rows > 0].sum() / area),
        float(by_row[rows > 0.7].sum() / area),
        _mean_in(small, _zones(box, 0.0, 0.5, 0.35, 1.1)),
        _mean_in(small, _zones(box, 0.5, 1.0, 0.2, 1.5)),
        _mean_in(small, _zones(box, 1.0, 2.0, 0.0, 1.7)),
        min(_FARTHEST, (small.shape[0] - chin) / box.h),
        float(small[-1].mean()),
        float(np.clip((box.y - np.argmax(by_row > 0)) / box.h, -1, 2)),
        min(_FARTHEST, float(np.ptp(columns)) / box.w) if len(columns) else 0.0,
    ]
    return np.array(values, np.float64)


def expected_overlap(probabilities: NDArray[np.floating], mask: Mask) -> float:
    """Return the intersection over union with the true mask that the probabilities lead to expect.

    The expected intersection over the expected union, each pixel being hair with its probability:
    a plug-in estimate of the mean, close to it where the mask has many pixels.

    Parameters
    ----------
    probabilities : ndarray of float, (H, W)
        How likely each pixel is hair, 0 to 1.
    mask : ndarray of bool, (H, W)
        The pixels that were taken for hair.

    Returns
    -------
    float
        0 to 1; 0 for an empty mask.
    """
    hit = float((probabilities * mask).sum())
    # Rounding must not take it below 0.
    missed = max(0.0, float(probabilities.sum()) - hit)
    union = float(np.count_nonzero(mask)) + missed
    return hit / union if union else 0.0


def _log_odds(chance: float) -> float:
    return math.log((chance + _DOUBT) / (1 + _DOUBT - chance))


def small_mask(mask: Mask, side: int = _SIDE) -> NDArray[np.uint8]:
    """Return a mask, (H, W), shrunk until its longer side has at most `side` pixels."""
    scale = min(1.0, side / max(mask.shape))
    height, width = (max(1, round(side * scale)) for side in mask.shape)
    small = cv2.resize(mask.view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(small, np.uint8)


def _round_face(mask: NDArray[np.uint8], face: Box | None) -> list[float]:
    """Return how much of the face's middle is hair, and of what lies above, beside and below it."""
    if face is None:
        return [0.0, 0.0, 0.0, 0.0]
    x, y, w, h = face
    places = (
        [(y + h / 4, y + 3 * h / 4, x + w / 4, x + 3 * w / 4)],
        [(y - h / 2, y, x, x + w)],
        [(y, y + h, x - w / 2, x), (y, y + h, x + w, x + 3 * w / 2)],
        [(y + 1.2 * h, y + 2 * h, x, x + w)],
    )
    return [_mean_in(mask, place) for place in places]


def _zones(
    face: Box, top: float, bottom: float, near: float, far: float
) -> list[tuple[float, float, float, float]]:
    """Return places on both sides below the chin, in heights and widths of the face from its middle."""
    middle, chin = face.x + face.w / 2, face.y + face.h
    rows = chin + top * face.h, chin + bottom * face.h
    return [
        (*rows, middle - far * face.w, middle - near * face.w),
        (*rows, middle + near * face.w, middle + far * face.w),
    ]


def _mean_in(mask: NDArray[np.uint8], places: list[tuple[float, float, float, float]]) -> float:
    """Return the part of places (top, bottom, left, right) that is hair; 0 outside of the picture."""
    hair, pixels = 0, 0
    for top, bottom, left, right in places:
        part = mask[max(0, round(top)) : max(0, round(bottom)), max(0, round(left)) : max(0, round(right))]
        hair, pixels = hair + int(part.sum()), pixels + part.size
    return hair / pixels if pixels else 0.0
