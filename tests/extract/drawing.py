"""Small pictures for the tests of the stages."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hairpipe.extract.result import Image

SKIN = (250, 220, 200)
HAIR = (64, 120, 224)
BACKGROUND = (250, 250, 235)
CLOTHES = (60, 160, 70)

# Where the face lies in `head`, at its size of 120 x 90.
FACE_BOX = (27.0, 37.0, 36.0, 40.0)


def head(height: int = 120, width: int = 90) -> Image:
    """Return a plain head: blue hair round a face above green clothes, in flat colours."""
    canvas = np.full((120, 90, 3), BACKGROUND, np.uint8)
    cv2.rectangle(canvas, (10, 95), (80, 119), CLOTHES, -1)
    cv2.ellipse(canvas, (45, 50), (32, 38), 0, 0, 360, HAIR, -1)
    cv2.ellipse(canvas, (45, 58), (18, 24), 0, 0, 360, SKIN, -1)
    return cv2.resize(canvas, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.uint8)


def box_at(height: int, width: int) -> tuple[float, float, float, float]:
    """Return the face box of a `head` of this size."""
    x, y, w, h = FACE_BOX
    return x * width / 90, y * height / 120, w * width / 90, h * height / 120


def pictures(max_side: int = 24) -> st.SearchStrategy[Image]:
    """Return pictures of any size: noise, few colours, smooth colours."""
    sides = st.integers(1, max_side)
    noise = st.tuples(sides, sides).flatmap(
        lambda size: arrays.arrays(np.uint8, (*size, 3), elements=st.integers(0, 255))
    )
    blotches = st.tuples(sides, sides, st.integers(0, 2**32 - 1), st.integers(1, 5)).map(
        lambda drawn: blotched(*drawn)
    )
    return st.one_of(noise, blotches)


def blotched(height: int, width: int, seed: int, colors: int) -> Image:
    """Return a picture of smooth patches in a few colours."""
    rng = np.random.default_rng(seed)
    field = cv2.GaussianBlur(rng.random((height, width)), (0, 0), 2).reshape(height, width)
    edges = np.quantile(field, np.linspace(0, 1, colors + 1)[1:-1])
    palette = rng.integers(0, 256, (colors, 3)).astype(np.uint8)
    return palette[np.digitize(field, edges)]


def masks(max_side: int = 26) -> st.SearchStrategy[np.ndarray]:
    """Return masks of any size: patches and specks."""
    return st.tuples(
        st.integers(1, max_side),
        st.integers(1, max_side),
        st.integers(0, 2**32 - 1),
        st.floats(0.3, 2.5),
        st.floats(0.05, 0.95),
    ).map(lambda drawn: patchy_mask(*drawn))


def patchy_mask(height: int, width: int, seed: int, smoothness: float, part: float) -> np.ndarray:
    """Return a mask with this part of its pixels set, in patches."""
    rng = np.random.default_rng(seed)
    field = cv2.GaussianBlur(rng.random((height, width)), (0, 0), smoothness).reshape(height, width)
    mask: np.ndarray = field <= np.quantile(field, part)
    return mask
