"""What is known of each region: the numbers that the choice of hair is made from."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.color.lab import rgb_to_lab
from hairpipe.extract.color.palette import Palette
from hairpipe.extract.learned.regions import Regions
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
class RegionFeatures:
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


def region_features(
    lab: Floats, palette: Palette, regions: Regions, hair: Floats, face: Box | None
) -> RegionFeatures:
    """Describe every region of a picture.

    Parameters
    ----------
    lab : ndarray of float32, (H, W, 3)
        The picture, from :func:`lab_of`.
    palette : Palette
        Of the picture.
    regions : Regions
        Cut from `palette`.
    hair : ndarray of float32, (H, W)
        The network's probability.
    face : Box or None
        Given, detected, or seen by the network.
    """
    cells = color_cells(lab)
    posterior = color_posterior(cells, hair)
    area = regions.pixels.astype(np.float64)
    sorted_pixels = _SortedPixels(regions)
    mean = sorted_pixels.mean
    sure = (hair > _SURE_HAIR) + 2 * (np.abs(hair - 0.5) < 0.25).view(np.uint8)
    sure_shares = _kind_shares(regions, sure, 3)
    net = mean(hair)
    planes = [np.asarray(plane, np.float32) for plane in cv2.split(lab)]
    mean_lab = np.stack([mean(plane) for plane in planes], axis=1)
    color_lab = rgb_to_lab(palette.colors)[regions.color]
    color_pixels = np.bincount(regions.color, area, len(palette.colors))
    color_net = np.bincount(regions.color, net * area, len(palette.colors)) / np.maximum(color_pixels, 1)
    place = _Places(regions, sorted_pixels, face or _usual_face(*regions.labels.shape))
    gray = planes[0]
    edges = np.abs(np.asarray(cv2.Laplacian(gray, cv2.CV_32F, ksize=3), np.float32))
    columns = (
        net,
        np.sqrt(np.maximum(mean(hair**2) - net**2, 0)),
        sure_shares[1],
        sure_shares[2],
        color_net[regions.color],
        color_pixels[regions.color] / regions.labels.size,
        mean(posterior),
        neighbours_mean(regions, net),
        _distance(color_lab, _weighted_lab(mean_lab, area * np.maximum(net - 0.5, 0))),
        _distance(color_lab, _weighted_lab(mean_lab, area * np.maximum(0.5 - net, 0))),
        _distance(color_lab, _skin_lab(lab, place.face)),
        _distance(color_lab, _border_lab(lab)),
        _distance(color_lab, _torso_lab(lab, place.face)),
        mean_lab[:, 0],
        np.hypot(mean_lab[:, 1], mean_lab[:, 2]),
        np.log(area / regions.labels.size),
        *place.columns(),
        mean(edges),
        np.sqrt(np.maximum(mean(gray**2) - mean(gray) ** 2, 0)),
        np.full(regions.count, hair.mean()),
        np.full(regions.count, float(face is not None)),
    )
    return RegionFeatures(np.stack(columns, axis=1).astype(np.float32), cells)


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
    # One channel after the other: three times as fast as all at once.
    light, a, b = (
        np.clip(plane * scale[i] - _LAB_LOW[i] * scale[i], 0, counts[i] - 1).astype(np.int32)
        for i, plane in enumerate(cv2.split(lab))
    )
    return np.asarray((light * bins[1] + a) * bins[2] + b, np.int32)


def color_posterior(cells: NDArray[np.int32], hair: Floats) -> Floats:
    """Return how likely each pixel is hair by its colour in this picture and the network's prediction.

    The colours of places the network is sure of make two histograms; Bayes' rule joins their
    likelihoods with the prediction of the pixel's own place.

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


def neighbours_mean(regions: Regions, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of what is said of each region's neighbours, by the length of the common border.

    Parameters
    ----------
    regions : Regions
    values : ndarray of float64, (regions,)
        What is said of each; a region without neighbours keeps its own.
    """
    labels, count = regions.labels, regions.count
    length, total = np.zeros(count), np.zeros(count)
    for one, other in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
        differ = one != other
        here, there = one[differ], other[differ]
        length += np.bincount(here, minlength=count) + np.bincount(there, minlength=count)
        total += np.bincount(here, values[there], count) + np.bincount(there, values[here], count)
    return np.where(length > 0, total / np.maximum(length, 1), values)


class _SortedPixels:
    """A picture's pixels sorted by region, so that sums over regions read each value once, in a row."""

    def __init__(self, regions: Regions) -> None:
        flat = regions.labels.ravel()
        # Short numbers are sorted by their digits, in a fifth of the time.
        narrow = np.uint16 if regions.count <= 2**16 else np.uint32
        self._order = np.argsort(flat.astype(narrow), kind="stable")
        self._area = regions.pixels
        self._starts = np.cumsum(regions.pixels) - regions.pixels

    def mean(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the mean over each region of values of the picture's pixels, (H, W)."""
        return self._mean(values.ravel()[self._order])

    def extent(self, values: NDArray[np.floating]) -> tuple[NDArray[np.float64], ...]:
        """Return the least, the mean and the greatest value of each region."""
        in_order = values.ravel()[self._order]
        least = np.minimum.reduceat(in_order, self._starts)
        return least, self._mean(in_order), np.maximum.reduceat(in_order, self._starts)

    def _mean(self, in_order: NDArray[np.floating]) -> NDArray[np.float64]:
        sums = np.add.reduceat(in_order, self._starts, dtype=np.float64)
        return np.asarray(sums / self._area, np.float64)


class _Places:
    """Where the regions lie, in units of the face."""

    def __init__(self, regions: Regions, sorted_pixels: _SortedPixels, face: Box) -> None:
        height, width = regions.labels.shape
        self.face = face
        self._regions = regions
        self._sorted = sorted_pixels
        # Of each column and each row.
        self._x = (np.arange(width) + 0.5 - face.x - face.w / 2) / face.w
        self._y = (np.arange(height) + 0.5 - face.y - face.h / 2) / face.h

    def columns(self) -> tuple[NDArray[np.float64], ...]:
        """Return the features from `fill` to `touches_bottom`, in the order of `NAMES`."""
        area = self._regions.pixels
        shape = self._regions.labels.shape
        left, x, right = self._sorted.extent(np.broadcast_to(self._x[None], shape))
        top, y, bottom = self._sorted.extent(np.broadcast_to(self._y[:, None], shape))
        box_area = (right - left) * (bottom - top) * self.face.w * self.face.h
        zones = _kind_shares(self._regions, self._zones(), 8)
        inside, above, beside, below = zones[0::2] + zones[1::2]
        return (
            area / np.maximum(box_area, 1),
            np.clip(x, -6, 6),
            np.clip(y, -6, 6),
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
