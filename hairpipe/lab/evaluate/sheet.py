"""Contact sheets of the portraits that went worst."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from hairpipe.extract.extract import extract_hair
from hairpipe.extract.result import Image, Mask
from hairpipe.extract.settings import Settings
from hairpipe.lab.evaluate.cases import ColorCase, MaskCase, read_picture
from hairpipe.lab.evaluate.colors import ColorScore
from hairpipe.lab.evaluate.masks import MaskScore, true_mask
from hairpipe.report.views import PAPER, fitted, hair_marked

_VIEW_WIDTH, _VIEW_HEIGHT = 112, 150
_TILE_HEIGHT = _VIEW_HEIGHT + 16
_CAPTION_SCALE = 0.36
_INK = (20, 20, 40)
_COLUMNS = 4


def worst_mask_scores(scores: Sequence[MaskScore], count: int) -> list[MaskScore]:
    """Return the scores with the least IoU, worst first."""
    return sorted(scores, key=lambda score: score.iou)[:count]


def worst_color_scores(scores: Sequence[ColorScore], count: int) -> list[ColorScore]:
    """Return names that are not accepted, those with the greatest quality first."""
    wrong = [score for score in scores if not score.accepted]
    return sorted(wrong, key=lambda score: -(score.quality or 0.0))[:count]


def mask_sheet(scores: Sequence[MaskScore], cases: Sequence[MaskCase], settings: Settings) -> Image:
    """Return a sheet with each picture, its exact mask and the mask that was found.

    The scores come from these settings and cases, and are shown in their order.
    """
    by_image = {case.image.name: case for case in cases}
    return _sheet([_mask_tile(score, by_image[score.image], settings) for score in scores])


def color_sheet(scores: Sequence[ColorScore], cases: Sequence[ColorCase], settings: Settings) -> Image:
    """Return a sheet with each picture, the mask that was found, and both names.

    The scores come from these settings and cases, and are shown in their order.
    """
    by_image = {case.image.name: case for case in cases}
    return _sheet([_color_tile(score, by_image[score.image], settings) for score in scores])


def _mask_tile(score: MaskScore, case: MaskCase, settings: Settings) -> Image:
    picture = read_picture(case.image)
    found = extract_hair(picture.image, case.face if score.face_given else None, settings)
    caption = f"{score.image}  IoU {score.iou:.2f}  {score.status}"
    return _tile(picture.image, [true_mask(case, picture), found.hair_mask], caption)


def _color_tile(score: ColorScore, case: ColorCase, settings: Settings) -> Image:
    image = read_picture(case.image).image
    found = extract_hair(image, None, settings)
    return _tile(image, [found.hair_mask], f"{score.name}, not {score.answer or score.status}")


def _tile(image: Image, masks: Sequence[Mask], caption: str) -> Image:
    """Return the picture, then the picture with each mask marked, side by side over the caption."""
    views = [image, *(hair_marked(image, mask) for mask in masks)]
    tile = np.full((_TILE_HEIGHT, len(views) * _VIEW_WIDTH, 3), PAPER, np.uint8)
    for left, view in zip(range(0, tile.shape[1], _VIEW_WIDTH), views, strict=True):
        small = fitted(view, _VIEW_WIDTH - 4, _VIEW_HEIGHT - 4)
        tile[: small.shape[0], left : left + small.shape[1]] = small
    corner = (2, tile.shape[0] - 5)
    cv2.putText(tile, caption, corner, cv2.FONT_HERSHEY_SIMPLEX, _CAPTION_SCALE, _INK, 1, cv2.LINE_AA)
    return tile


def _sheet(tiles: Sequence[Image]) -> Image:
    """Return the tiles in rows; a blank one where there are none."""
    blank: Image = np.full(tiles[0].shape if tiles else (_TILE_HEIGHT, _VIEW_WIDTH, 3), PAPER, np.uint8)
    filled = [*tiles, *[blank] * (-len(tiles) % _COLUMNS)] or [blank]
    rows = [np.hstack(filled[start : start + _COLUMNS]) for start in range(0, len(filled), _COLUMNS)]
    return np.vstack(rows)
