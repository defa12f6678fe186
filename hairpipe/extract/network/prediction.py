"""What a small network predicts of a picture: where hair and face are, and whether hair is to be seen.

The network sees the picture at the one of a few small sizes whose shape is nearest to its own, together
with a map of the face box, where one is known. It answers with two maps, how likely each place is hair and
how likely it is face, and says of the whole picture whether hair is to be seen, or else why not.
"""

from __future__ import annotations

import functools
import gzip
import math
from dataclasses import dataclass
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.network.session import OnnxSession
from hairpipe.extract.resize import resized
from hairpipe.extract.result import Box, Image

Map = NDArray[np.float32]

INPUT_SIZES = ((224, 160), (192, 192), (160, 224), (320, 128))
"""Heights and widths at which the network sees pictures."""

PRESENCES = ("hair", "bald", "covered", "creature", "nobody")
"""What the network tells of the whole picture: hair is to be seen, or why it isn't."""

NETWORK_FILE = "hair.onnx.gz"
_VALUE_OF_LEVEL = np.arange(256, dtype=np.float32) / np.float32(127.5) - 1


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the network predicts of a picture."""

    hair: Map
    """(H, W): probability of hair, at the picture's size."""
    face: Map
    """(h, w): probability of the face box, at the network's own size."""
    presence: Map
    """(5,): probability of each of `PRESENCES`."""


def predict_hair(image: Image, box: Box | None, network: OnnxSession | None = None) -> Prediction:
    """Return what the network predicts.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    box : Box or None
        The face, where it is known.
    network : OnnxSession, optional
        By default the one that comes with the package.
    """
    maps, presence = (network or _shipped_network()).run(network_input(image, box))
    hair, face = sigmoid(maps[0])
    return Prediction(resized(hair, image.shape[:2]), face, softmax(presence[0]))


def input_size(height: int, width: int) -> tuple[int, int]:
    """Return the one of `INPUT_SIZES` whose shape is nearest to that of a picture."""
    shape = math.log(height / width)
    return min(INPUT_SIZES, key=lambda size: abs(math.log(size[0] / size[1]) - shape))


def network_input(image: Image, box: Box | None, size: tuple[int, int] | None = None) -> Map:
    """Return what the network is fed, (1, 4, h, w): RGB in -1..1 and 1 inside the face box.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    box : Box or None
        The face.
    size : (int, int), optional
        Height and width of the input; by default that of :func:`input_size`.
    """
    height, width = image.shape[:2]
    rows, columns = size or input_size(height, width)
    small = resized(image, (rows, columns))
    blob = np.zeros((1, 4, rows, columns), np.float32)
    blob[0, :3] = cv2.LUT(small, _VALUE_OF_LEVEL).transpose(2, 0, 1)
    if box is not None:
        across, down = columns / width, rows / height
        left, top = round(max(box.x, 0) * across), round(max(box.y, 0) * down)
        blob[0, 3, top : round((box.y + box.h) * down), left : round((box.x + box.w) * across)] = 1
    return blob


def sigmoid(values: Map) -> Map:
    """Return the probabilities of log odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))), np.float32)


def softmax(values: Map) -> Map:
    """Return the probabilities of scores, (n,)."""
    odds = np.exp(values - values.max())
    return np.asarray(odds / odds.sum(), np.float32)


@functools.cache
def _shipped_network() -> OnnxSession:
    data = files("hairpipe.extract.network").joinpath("model", NETWORK_FILE).read_bytes()
    return OnnxSession(gzip.decompress(data))
