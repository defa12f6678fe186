"""What is known of each region: the numbers that the choice of hair is made from."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.color.lab import lab_planes, medians, rgb_to_lab
from hairpipe.extract.color.palette import Palette
from hairpipe.extract.learned.regions.color_cells import (
    SURE_HAIR,
    SURE_OTHER,
    Floats,
    color_cells,
    color_posterior,
)
from hairpipe.extract.learned.regions.places import PixelsByRegion, neighbours_mean, place_features
from hairpipe.extract.learned.regions.regions import Regions
from hairpipe.extract.result import Box

# Where no face is known, this part of the picture stands for one, so that places have a unit.
_USUAL_FACE = (0.3, 0.28, 0.4, 0.3)

NAMES = (
    "net",
    "net_spread",
    "net_sure",
    "net_unsure",
    "color_net",
    "color_share",
    "posterior",
    "neighbours_net",
    "hair_distance",
    "other_distance",
    "skin_distance",
    "border_distance",
    "torso_distance",
    "lightness",
    "chroma",
    "area",
    "fill",
    "x",
    "y",
    "top",
    "bottom",
    "left",
    "right",
    "in_face",
    "in_ring",
    "above",
    "beside",
    "below",
    "touches_top",
    "touches_side",
    "touches_bottom",
    "edge",
    "texture",
    "net_share",
    "has_face",
)


@dataclass(frozen=True, eq=False)
class RegionFeatures:
    """The features of all regions, and what later steps need of what they were made with."""

    rows: Floats
    """(regions, features): in the order of `NAMES`."""
    cells: NDArray[np.intp]
    """(H, W): each pixel's cell of the coarse colour histograms."""


def region_features(
    lab: Floats, palette: Palette, regions: Regions, hair: Floats, face: Box | None
) -> RegionFeatures:
    """Describe every region of a picture.

    Parameters
    ----------
    lab : ndarray of float32, (H, W, 3)
        The picture, from :func:`hairpipe.extract.color.lab.image_to_lab`.
    regions : Regions
        Cut from `palette`.
    hair : ndarray of float32, (H, W)
        The network's probability.
    face : Box or None
        Given, detected, or seen by the network.
    """
    planes = lab_planes(lab)
    cells = color_cells(planes)
    pixels = PixelsByRegion(regions)
    likely = pixels.of(hair)
    net, net_spread = pixels.mean_and_spread(likely)
    light, a, b = planes
    lightness, texture = pixels.mean_and_spread(pixels.of(light))
    mean_lab = np.stack([lightness, *(pixels.mean(pixels.of(plane)) for plane in (a, b))], axis=1)
    color_lab = rgb_to_lab(palette.colors)[regions.color]
    area = regions.pixels.astype(np.float64)
    color_pixels = np.bincount(regions.color, area, len(palette.colors))
    color_net = np.bincount(regions.color, net * area, len(palette.colors)) / np.maximum(color_pixels, 1)
    place = face or _usual_face(*regions.labels.shape)
    columns = (
        net,
        net_spread,
        pixels.mean(likely > SURE_HAIR),
        pixels.mean(np.abs(likely - 0.5) < (SURE_HAIR - SURE_OTHER) / 2),
        color_net[regions.color],
        color_pixels[regions.color] / regions.labels.size,
        pixels.mean(pixels.of(color_posterior(cells, hair))),
        neighbours_mean(regions, net),
        _distance(color_lab, _weighted_lab(mean_lab, area * np.maximum(net - 0.5, 0))),
        _distance(color_lab, _weighted_lab(mean_lab, area * np.maximum(0.5 - net, 0))),
        _distance(color_lab, _skin_lab(lab, place)),
        _distance(color_lab, _border_lab(lab)),
        _distance(color_lab, _torso_lab(lab, place)),
        lightness,
        np.hypot(mean_lab[:, 1], mean_lab[:, 2]),
        np.log(area / regions.labels.size),
        *place_features(regions, pixels, place),
        pixels.mean(pixels.of(np.abs(np.asarray(cv2.Laplacian(light, cv2.CV_32F, ksize=3), np.float32)))),
        texture,
        np.full(regions.count, hair.mean()),
        np.full(regions.count, float(face is not None)),
    )
    return RegionFeatures(np.stack(columns, axis=1).astype(np.float32), cells)


def _usual_face(height: int, width: int) -> Box:
    x, y, w, h = _USUAL_FACE
    return Box(x * width, y * height, w * width, h * height)


def _distance(colors: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the distance in Lab, lightness counting half, as shade changes it most."""
    return np.asarray(np.sqrt((((colors - other) * (0.5, 1, 1)) ** 2).sum(axis=1)), np.float64)


def _weighted_lab(labs: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    total = weights.sum()
    return np.asarray(labs.mean(axis=0) if total <= 0 else weights @ labs / total, np.float64)


def _skin_lab(lab: Floats, face: Box) -> NDArray[np.float64]:
    """Return the median colour of the face's middle."""
    middle = Box(face.x + face.w / 4, face.y + face.h / 3, face.w / 2, face.h / 2)
    return _median_in(lab, middle)


def _torso_lab(lab: Floats, face: Box) -> NDArray[np.float64]:
    """Return the median colour below the chin."""
    return _median_in(lab, Box(face.x, face.y + 1.3 * face.h, face.w, face.h / 2))


def _border_lab(lab: Floats) -> NDArray[np.float64]:
    """Return the median colour of the picture's upper corners and sides."""
    half = max(1, lab.shape[0] // 2)
    border = np.concatenate([lab[0], lab[:half, 0], lab[:half, -1]])
    return medians(border.T)


def _median_in(lab: Floats, box: Box) -> NDArray[np.float64]:
    height, width = lab.shape[:2]
    left, right = np.clip([int(box.x), int(np.ceil(box.x + box.w))], 0, width)
    top, bottom = np.clip([int(box.y), int(np.ceil(box.y + box.h))], 0, height)
    inside = lab[top:bottom, left:right].reshape(-1, 3)
    return medians(inside.T if len(inside) else lab[-1].T)
