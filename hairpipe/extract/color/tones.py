"""The hair's own tones: each palette colour as it appears within the hair."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.color.lab import Floats, delta_e_2000, rgb_to_lab
from hairpipe.extract.color.palette import Palette
from hairpipe.extract.result import Image, Mask

# Shade and shine of one hair colour differ in lightness above all: in telling hair colours apart,
# the k_L of CIEDE2000 is this.
SHADE_WEIGHT = 4.0


@dataclass(frozen=True, eq=False)
class Tones:
    """The hair's tones, the most frequent first."""

    rgb: Floats
    """(n, 3): mean of the tone's pixels in the hair, 0 to 255, not rounded."""
    lab: Floats
    """(n, 3): the same in CIELAB."""
    pixels: NDArray[np.int64]
    """(n,)."""
    pixels_by_row: NDArray[np.int64]
    """(n, H): how many of them lie in each row of the picture."""
    palette_indices: NDArray[np.intp]
    """(n,): each tone's colour in the palette."""

    @cached_property
    def differences(self) -> Floats:
        """CIEDE2000 between each two tones at the weight of shade, (n, n)."""
        return delta_e_2000(self.lab[:, None], self.lab[None], SHADE_WEIGHT)


def hair_tones(image: Image, hair_mask: Mask, palette: Palette) -> Tones:
    """Return the tones of the hair; none for an empty mask.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    hair_mask : ndarray of bool, (H, W)
        The hair's pixels.
    palette : Palette
        Of the same picture.
    """
    by_row = _pixels_by_row(hair_mask, palette)
    counts = by_row.sum(axis=1)
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] > 0]
    rgb = _level_sums(image, hair_mask, palette)[order] / counts[order, None]
    return Tones(rgb, rgb_to_lab(rgb), counts[order], by_row[order], order)


def _pixels_by_row(mask: Mask, palette: Palette) -> NDArray[np.int64]:
    """Return how many pixels of the mask each colour of the palette has in each row, (k, H)."""
    height, width = mask.shape
    places = np.flatnonzero(mask)
    colors = palette.labels.ravel().take(places).astype(np.intp)
    counts = np.bincount(colors * height + places // width, minlength=len(palette.colors) * height)
    return counts.reshape(-1, height).astype(np.int64, copy=False)


def _level_sums(image: Image, mask: Mask, palette: Palette) -> Floats:
    """Return the sums of red, green and blue over the mask's pixels of each colour, (k, 3)."""
    k = len(palette.colors)
    levels = np.arange(256.0)
    sums = []
    for channel in cv2.split(image):
        # How often each colour of the palette has each level; counted, not summed up, as that is faster.
        counts = cv2.calcHist(
            [palette.labels, channel], [0, 1], mask.view(np.uint8), [k, 256], [0, k, 0, 256]
        )
        sums.append(counts.astype(np.float64) @ levels)
    return np.stack(sums, axis=1)


def merged_tones(tones: Tones, distance: float, min_share: float) -> NDArray[np.intp]:
    """Return the index of the tone that each tone joins, (n,): its own where it joins none.

    The two nearest tones become one, the lesser joining the greater, until none are nearer than
    `distance`; then the tones with less than `min_share` join their nearest.

    Parameters
    ----------
    tones : Tones
        At least one.
    distance : float
        In CIEDE2000, at the weight of shade.
    min_share : float
        Part of the hair, 0 to 1.
    """
    pixels = tones.pixels.copy()
    owners = np.arange(pixels.size)
    distances = tones.differences.copy()
    np.fill_diagonal(distances, np.inf)

    def join(lesser: int, greater: int) -> None:
        pixels[greater] += pixels[lesser]
        pixels[lesser] = 0
        owners[owners == lesser] = greater
        distances[lesser] = distances[:, lesser] = np.inf

    while distances.min() < distance:
        first, second = divmod(int(distances.argmin()), pixels.size)
        join(*((first, second) if pixels[first] < pixels[second] else (second, first)))
    smallest_allowed = min_share * pixels.sum()
    while (pixels > 0).sum() > 1:
        smallest = int(np.where(pixels > 0, pixels, np.iinfo(np.int64).max).argmin())
        if pixels[smallest] >= smallest_allowed:
            break
        join(smallest, int(distances[smallest].argmin()))
    return owners


def pixels_of_owners(tones: Tones, owners: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return each tone's pixels after merging, (n,): 0 for a tone that joined another."""
    return np.bincount(owners, weights=tones.pixels, minlength=tones.pixels.size).astype(np.int64)
