"""What the pixels of one hair colour look like: its middle, its shade and its shine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.color.lab import Floats, medians, rgb_to_lab
from hairpipe.extract.color.palette import Palette
from hairpipe.extract.color.skin import skin_color
from hairpipe.extract.color.tones import Tones
from hairpipe.extract.face.box import middle_of
from hairpipe.extract.result import Box, Image, Mask

# So many pixels, evenly spread, tell as much as all.
_SAMPLED_PIXELS = 4000
_FEWEST_SURE = 20


def color_appearance(labs: Floats) -> Floats:
    """Return the median, the shade and the shine of pixels that are shades of one colour.

    Medians, because outlines, reflections and what the mask caught by mistake must not count.

    Parameters
    ----------
    labs : ndarray, (n, 3)
        CIELAB of at least one pixel.

    Returns
    -------
    ndarray, (3, 3)
        CIELAB of the median of all, of the darkest quarter and of the lightest quarter.
    """
    # Pixels of the same lightness to the last bit are of the same colour, so that their order is no matter.
    by_lightness = labs.T.take(np.argsort(labs[:, 0]), axis=1)
    quarter = max(1, len(labs) // 4)
    parts = (by_lightness, by_lightness[:, :quarter], by_lightness[:, -quarter:])
    return np.array([medians(part) for part in parts])


def hair_appearances(
    image: Image,
    hair_mask: Mask,
    palette: Palette,
    tones: Tones,
    owners: NDArray[np.intp],
    sure: Mask | None = None,
) -> dict[int, Floats]:
    """Return the appearance of each hair colour, by the index of the tone that its other tones joined.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    hair_mask : ndarray of bool, (H, W)
        With at least one pixel.
    palette : Palette
        Of the same picture.
    tones : Tones
        From :func:`hairpipe.extract.color.tones.hair_tones`.
    owners : ndarray of int, (n,)
        From :func:`hairpipe.extract.color.tones.merged_tones`.
    sure : ndarray of bool, (H, W), optional
        Where hair is certain. Only these pixels count, for each colour that has enough of them; and a
        colour that has most of the hair looks like all of it, whose other tones are its own in
        another light.
    """
    places = np.flatnonzero(hair_mask)
    places = places[:: max(1, len(places) // _SAMPLED_PIXELS)]
    owner_of_color = np.zeros(len(palette.colors), np.intp)
    owner_of_color[tones.palette_indices] = owners
    owner = owner_of_color.take(palette.labels.ravel().take(places))
    labs = rgb_to_lab(image.reshape(-1, 3).take(places, axis=0))
    is_sure = np.zeros(len(places), bool) if sure is None else sure.ravel().take(places)
    appearances = {}
    for base in np.unique(owners):
        of_base = owner == base
        of_base_sure = is_sure if 2 * np.count_nonzero(of_base) > len(places) else of_base & is_sure
        own = labs[of_base_sure if np.count_nonzero(of_base_sure) >= _FEWEST_SURE else of_base]
        # A colour of a few pixels may be missed by the sample.
        appearances[int(base)] = color_appearance(own if len(own) else tones.lab[base][None])
    return appearances


def skin_lab(palette: Palette, face: Box | None) -> Floats | None:
    """Return the skin in CIELAB: the most frequent colour in the middle of the face.

    Parameters
    ----------
    palette : Palette
        Of the portrait.
    face : Box or None
        A possible box; None gives None.
    """
    if face is None:
        return None
    height, width = palette.labels.shape
    return rgb_to_lab(palette.colors[skin_color(palette, middle_of(face, width, height))])
