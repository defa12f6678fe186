"""What is known of each region: the numbers that the choice of hair is made from."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.lab import rgb_to_lab
from hairpipe.extract.learned.network import Opinion
from hairpipe.extract.learned.regions import Regions
from hairpipe.extract.palette import Palette
from hairpipe.extract.result import Box, Image

Floats = NDArray[np.float32]

# Bins of the colour histograms: lightness, a, b, over the range that pictures fill.
_BINS = (8, 12, 12)
_LAB_LOW = np.array([0.0, -60.0, -60.0], np.float32)
_LAB_HIGH = np.array([100.0, 70.0, 70.0], np.float32)
_SURE_HAIR, _SURE_OTHER = 0.75, 0.25
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
class RegionFacts:
    """The features of all regions, and what later steps need of what they were made with.

    Attributes
    ----------
    rows : ndarray of float32, (regions, features)
        In the order of `NAMES`.
    cells : ndarray of int32, (H, W)
        Each pixel's cell of the coarse colour histograms.
    """

    rows: Floats
    cells: NDArray[np.int32]


def region_facts(
    lab: Floats, palette: Palette, regions: Regions, opinion: Opinion, face: Box | None
) -> RegionFacts:
    """Describe every region of a picture.

    Parameters
    ----------
    lab : ndarray of float32, (H, W, 3)
        The picture, from :func:`lab_of`.
    palette : Palette
        Of the picture.
    regions : Regions
        Cut from `palette`.
    opinion : Opinion
        The network's.
    face : Box or None
        Given, detected, or seen by the network.
    """
    cells = color_cells(lab)
    posterior = color_posterior(cells, opinion.hair)
    flat = regions.labels.ravel()
    area = regions.pixels.astype(np.float64)

    def mean(values: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.bincount(flat, values.ravel(), regions.count) / area

    sure = (opinion.hair > _SURE_HAIR) + 2 * (np.abs(opinion.hair - 0.5) < 0.25).view(np.uint8)
    sure_shares = _kind_shares(regions, sure, 3)
    net = mean(opinion.hair)
    contact = region_contacts(regions)
    touching = contact.sum(axis=1)
    mean_lab = np.stack([mean(lab[..., channel]) for channel in range(3)], axis=1)
    color_lab = rgb_to_lab(palette.colors)[regions.color]
    color_pixels = np.bincount(regions.color, area, len(palette.colors))
    color_net = np.bincount(regions.color, net * area, len(palette.colors)) / np.maximum(color_pixels, 1)
    place = _Places(regions, face or _usual_face(*regions.labels.shape))
    gray = lab[..., 0]
    edges = np.abs(np.asarray(cv2.Laplacian(gray, cv2.CV_32F, ksize=3), np.float32))
    columns = (
        net,
        np.sqrt(np.maximum(mean(opinion.hair**2) - net**2, 0)),
        sure_shares[1],
        sure_shares[2],
        color_net[regions.color],
        color_pixels[regions.color] / flat.size,
        mean(posterior),
        np.where(touching > 0, contact @ net / np.maximum(touching, 1), net),
        _distance(color_lab, _weighted_lab(mean_lab, area * np.maximum(net - 0.5, 0))),
        _distance(color_lab, _weighted_lab(mean_lab, area * np.maximum(0.5 - net, 0))),
        _distance(color_lab, _skin_lab(lab, place.face)),
        _distance(color_lab, _border_lab(lab)),
        _distance(color_lab, _torso_lab(lab, place.face)),
        mean_lab[:, 0],
        np.hypot(mean_lab[:, 1], mean_lab[:, 2]),
        np.log(area / flat.size),
        *place.columns(),
        mean(edges),
        np.sqrt(np.maximum(mean(gray**2) - mean(gray) ** 2, 0)),
        np.full(regions.count, opinion.hair.mean()),
        np.full(regions.count, float(face is not None)),
    )
    return RegionFacts(np.stack(columns, axis=1).astype(np.float32), cells)


def lab_of(image: Image) -> Floats:
    """Return a picture in CIELAB, float32 (H, W, 3)."""
    return np.asarray(cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def color_cells(lab: Floats, bins: tuple[int, int, int] = _BINS) -> NDArray[np.int32]:
    """Return the cell of a colour histogram that each pixel falls into, (H, W).

    Parameters
    ----------
    lab : ndarray of float32, (H, W, 3)
    bins : (int, int, int), optional
        Of lightness, a and b; by default the coarse ones of :func:`color_posterior`.
    """
    counts = np.array(bins, np.float32)
    scale = counts / (_LAB_HIGH - _LAB_LOW)
    light, a, b = cv2.split(np.clip(lab * scale - _LAB_LOW * scale, 0, counts - 1).astype(np.int32))
    return np.asarray((light * bins[1] + a) * bins[2] + b, np.int32)


def color_posterior(cells: NDArray[np.int32], hair: Floats) -> Floats:
    """Return how likely each pixel is hair by its colour in this picture and the network's opinion.

    The colours of places the network is sure of make two histograms; Bayes' rule joins their
    likelihoods with the opinion of the pixel's own place.

    Parameters
    ----------
    cells : ndarray of int32, (H, W)
        From :func:`color_cells`.
    hair : ndarray of float32, (H, W)
        The network's probability.
    """
    likelihoods = []
    for sure in (np.where(hair > _SURE_HAIR, hair, 0), np.where(hair < _SURE_OTHER, 1 - hair, 0)):
        counts = np.bincount(cells.ravel(), sure.ravel(), int(np.prod(_BINS)))
        cube = cv2.GaussianBlur(counts.reshape(_BINS[0], -1).astype(np.float32), (3, 1), 0.6).ravel() + 1
        likelihoods.append(cube / cube.sum())
    ratio = (likelihoods[0] / likelihoods[1]).astype(np.float32)[cells]
    odds = ratio * (hair + 0.02) / (1.02 - hair)
    return np.asarray(odds / (1 + odds), np.float32)


def region_contacts(regions: Regions) -> NDArray[np.float64]:
    """Return how many pixels of border each two regions share, (regions, regions), symmetric."""
    labels, count = regions.labels.astype(np.int64), regions.count
    pairs = []
    for one, other in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
        differ = one != other
        pairs.append(one[differ] * count + other[differ])
    contact = np.bincount(np.concatenate(pairs), minlength=count * count).reshape(count, count)
    return np.asarray(contact + contact.T, np.float64)


class _Places:
    """Where the regions lie, in units of the face."""

    def __init__(self, regions: Regions, face: Box) -> None:
        height, width = regions.labels.shape
        self.face = face
        self._regions = regions
        # Of each column and each row.
        self._x = (np.arange(width) + 0.5 - face.x - face.w / 2) / face.w
        self._y = (np.arange(height) + 0.5 - face.y - face.h / 2) / face.h

    def columns(self) -> tuple[NDArray[np.float64], ...]:
        """Return the features from `fill` to `touches_bottom`, in the order of `NAMES`."""
        area = self._regions.pixels
        left, right = _first_and_last(self._regions.labels.T, self._x, self._regions.count)
        top, bottom = _first_and_last(self._regions.labels, self._y, self._regions.count)
        box_area = (right - left) * (bottom - top) * self.face.w * self.face.h
        zones = _kind_shares(self._regions, self._zones(), 8)
        inside, above, beside, below = zones[0::2] + zones[1::2]
        return (
            area / np.maximum(box_area, 1),
            np.clip(self._mean(self._x[None]), -6, 6),
            np.clip(self._mean(self._y[:, None]), -6, 6),
            np.clip(top, -6, 6),
            np.clip(bottom, -6, 6),
            np.clip(left, -6, 6),
            np.clip(right, -6, 6),
            inside,
            zones[1::2].sum(axis=0),
            above,
            beside,
            below,
            *self._touches(),
        )

    def _zones(self) -> NDArray[np.uint8]:
        """Return where each pixel lies, (H, W).

        Twice 0 in the face, 1 above, 2 beside or 3 below it; and 1 more in the ring round it.
        """
        x, y = np.abs(self._x)[None], self._y[:, None]
        inside = (x < 0.5) & (np.abs(y) < 0.5)
        kind = np.where(y < -0.5, 1, np.where(y >= 0.5, 3, np.where(inside, 0, 2)))
        ring = (x < 0.8) & (y > -1.0) & (y < 0.1) & ~inside
        return np.asarray(2 * kind + ring, np.uint8)

    def _mean(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        labels = self._regions.labels
        spread = np.broadcast_to(values, labels.shape).ravel()
        return np.bincount(labels.ravel(), spread, self._regions.count) / self._regions.pixels

    def _touches(self) -> list[NDArray[np.float64]]:
        """Return how much of each region's extent lies on the picture's top, sides and bottom."""
        labels = self._regions.labels
        sides = (labels[0], np.concatenate([labels[:, 0], labels[:, -1]]), labels[-1])
        extent = np.sqrt(self._regions.pixels)
        return [np.bincount(side, minlength=self._regions.count) / extent for side in sides]


def _kind_shares(regions: Regions, kinds: NDArray[np.uint8], count: int) -> NDArray[np.float64]:
    """Return the part of each region's pixels that are of each kind, (count, regions)."""
    both = regions.labels * count + kinds
    counts = np.bincount(both.ravel(), minlength=regions.count * count).reshape(regions.count, count)
    return np.asarray(counts.T / regions.pixels, np.float64)


def _first_and_last(
    labels: NDArray[np.int32], places: NDArray[np.floating], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the first and the last place, one a row of `labels`, where each region is found."""
    rows = np.repeat(places, labels.shape[1])
    flat = labels.ravel()
    first, last = np.empty(count), np.empty(count)
    # Of values written to the same element, the last stays.
    last[flat] = rows
    first[flat[::-1]] = rows[::-1]
    return first, last


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
    return np.asarray(np.median(border, axis=0), np.float64)


def _median_in(lab: Floats, box: Box) -> NDArray[np.float64]:
    height, width = lab.shape[:2]
    left, right = np.clip([int(box.x), int(np.ceil(box.x + box.w))], 0, width)
    top, bottom = np.clip([int(box.y), int(np.ceil(box.y + box.h))], 0, height)
    inside = lab[top:bottom, left:right].reshape(-1, 3)
    if len(inside) == 0:
        inside = lab[-1]
    return np.asarray(np.median(inside, axis=0), np.float64)
