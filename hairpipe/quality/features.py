"""What can be told of a result without its picture: the same numbers from the tables and from a run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.face.box import box_at
from hairpipe.extract.learned.traits import small_mask
from hairpipe.extract.result import Box, Extraction, Mask

_SIDE = 128
_MISSING_QUALITY = 0.5

FEATURES = (
    *("quality_logit", "has_quality", "has_face", "face_score", "face_count", "face_size", "face_off_center"),
    *("hair_fraction", "tones", "main_share", "lightness", "chroma", "lightness_spread"),
    *("parts", "largest_part", "solidity", "roughness", "holes"),
    *("touches_top", "touches_sides", "touches_bottom"),
    *("hair_in_face", "hair_round_face", "hair_above_face", "hair_below_face", "hair_over_face_size"),
)


@dataclass(frozen=True, eq=False)
class Observed:
    """A result, as far as the features need it."""

    hair: Mask
    """(H, W)."""
    face: Box | None
    face_score: float | None
    face_count: int
    quality: float | None
    """By the method itself."""
    tones: Sequence[tuple[float, float, float, float]]
    """Each colour's share of the hair, and its L, a and b; the largest share first."""


def observed_in_extraction(extraction: Extraction) -> Observed:
    """Return what the features need of an extraction."""
    return Observed(
        hair=extraction.hair_mask,
        face=extraction.face,
        face_score=extraction.face_score,
        face_count=extraction.face_count,
        quality=extraction.quality,
        tones=[(color.share, *color.lab) for color in extraction.colors],
    )


def observed_in_tables(
    portrait: Mapping[str, Any], hair: Mask, tones: Sequence[tuple[float, float, float, float]]
) -> Observed:
    """Return what the features need of a row of the portraits table, with its mask and tones."""
    box = [portrait[f"face_{side}"] for side in "xywh"]
    return Observed(
        hair=hair,
        face=None if box[0] is None else Box(*box),
        face_score=portrait["face_score"],
        face_count=portrait["face_count"] or 0,
        quality=portrait["method_quality"],
        tones=tones,
    )


def quality_features(observed: Observed) -> NDArray[np.float64]:
    """Return the numbers named in `FEATURES`, all finite, of any result, also without hair or face."""
    hair = small_mask(observed.hair, _SIDE)
    face = None if observed.face is None else box_at(hair.shape, observed.face, observed.hair.shape)
    values = _rated(observed) | _colored(observed.tones) | _shaped(hair) | _placed(hair, face)
    # Without hair, colours or a face there is nothing to be told of them.
    return np.array([values.get(name, 0.0) for name in FEATURES], dtype=np.float64)


def _rated(observed: Observed) -> dict[str, float]:
    known = observed.quality is not None and math.isfinite(observed.quality)
    quality = float(observed.quality or 0.0) if known else _MISSING_QUALITY
    clipped = min(max(quality, 0.001), 0.999)
    return {
        "quality_logit": math.log(clipped / (1 - clipped)),
        "has_quality": float(known),
        "has_face": float(observed.face is not None),
        # A box that was given is trusted.
        "face_score": 1.0 if observed.face_score is None else float(observed.face_score),
        "face_count": float(min(observed.face_count, 4)),
        "hair_fraction": float(observed.hair.mean()),
    }


def _colored(tones: Sequence[tuple[float, float, float, float]]) -> dict[str, float]:
    if not tones:
        return {}
    share, lightness, a, b = np.asarray(tones, dtype=np.float64).T
    mean = float(np.average(lightness, weights=share))
    return {
        "tones": float(len(tones)),
        "main_share": float(share[0]),
        "lightness": float(lightness[0]),
        "chroma": float(np.hypot(a[0], b[0])),
        "lightness_spread": float(np.sqrt(np.average((lightness - mean) ** 2, weights=share))),
    }


def _shaped(hair: NDArray[np.uint8]) -> dict[str, float]:
    """Describe the mask's shape: in how many parts, how compact, with how many holes."""
    area = int(hair.sum())
    contours, tree = cv2.findContours(hair, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outer = (
        [contour for contour, links in zip(contours, tree[0], strict=True) if links[3] < 0]
        if contours
        else []
    )
    if not outer:
        return {}
    filled = cv2.drawContours(np.zeros_like(hair), outer, -1, 1, cv2.FILLED)
    _, _, stats, _ = cv2.connectedComponentsWithStats(hair, connectivity=8)
    hull = cv2.convexHull(np.concatenate(outer))
    length = sum(cv2.arcLength(contour, True) for contour in outer)
    return {
        "parts": math.log1p(len(outer)),
        "largest_part": float(stats[1:, cv2.CC_STAT_AREA].max()) / area,
        "solidity": area / max(1.0, cv2.contourArea(hull)),
        "roughness": math.log1p(length / math.sqrt(area)),
        "holes": float(filled.sum() - area) / area,
        "touches_top": float(hair[0].mean()),
        "touches_sides": float(hair[:, [0, -1]].mean()),
        "touches_bottom": float(hair[-1].mean()),
    }


def _placed(hair: NDArray[np.uint8], face: Box | None) -> dict[str, float]:
    """Describe where the mask lies about the face: inside, around, above and below it."""
    if face is None or face.w <= 0 or face.h <= 0:
        return {}
    height, width = hair.shape
    area = max(1, int(hair.sum()))
    inside = _window(hair, face, 0.5)
    around = _window(hair, face, 2.0)
    near = _window(hair, face, 1.0)
    ring = around.size - near.size
    return {
        "face_size": math.sqrt(face.w * face.h / (height * width)),
        "face_off_center": abs(face.x + face.w / 2 - width / 2) / width,
        "hair_in_face": float(inside.mean()) if inside.size else 0.0,
        "hair_round_face": float(int(around.sum()) - int(near.sum())) / ring if ring else 0.0,
        "hair_above_face": float(hair[: max(0, round(face.y))].sum()) / area,
        "hair_below_face": float(hair[max(0, round(face.y + face.h)) :].sum()) / area,
        "hair_over_face_size": math.log1p(area / max(1.0, face.w * face.h)),
    }


def _window(hair: NDArray[np.uint8], face: Box, scale: float) -> NDArray[np.uint8]:
    """Return the part of the mask in the face box, scaled about its middle."""
    x, y = face.x + face.w / 2, face.y + face.h / 2
    left, right = round(x - scale * face.w / 2), round(x + scale * face.w / 2)
    top, bottom = round(y - scale * face.h / 2), round(y + scale * face.h / 2)
    return hair[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
