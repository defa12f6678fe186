"""A small network's prediction of where the hair and the face are, run by OpenCV on the processor.

The network sees the picture at a fixed small size together with a map of the face box, where one is
known, and answers with two maps: how likely each place is hair, and how likely it is face.
"""

from __future__ import annotations

import functools
import gzip
from dataclasses import dataclass
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.result import Box, Image

Map = NDArray[np.float32]

INPUT_HEIGHT, INPUT_WIDTH = 192, 128
NETWORK_FILE = "hair.onnx.gz"
_FACE_THRESHOLD = 0.5
# Below this part of the picture, what the network takes for a face is noise.
_SMALLEST_FACE = 0.004
# Where the map says face, it spills over the boxes that people and detectors draw by these parts of the
# box, as seen on drawings it was not taught and on portraits in which animeface is sure.
_SPILL_ASIDE, _SPILL_ABOVE = 0.07, 0.12


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the network thinks of a picture.

    Attributes
    ----------
    hair : ndarray of float32, (H, W)
        Probability of hair, at the picture's size.
    face : ndarray of float32, (h, w)
        Probability of the face box, at the network's own size.
    """

    hair: Map
    face: Map


def predict_hair(image: Image, box: Box | None) -> Prediction:
    """Return where the shipped network sees hair.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    box : Box or None
        The face, where it is known.
    """
    height, width = image.shape[:2]
    network = _shipped_network()
    network.setInput(network_input(image, box))
    hair, face = sigmoid(network.forward()[0])
    full = cv2.resize(hair, (width, height), interpolation=cv2.INTER_LINEAR)
    return Prediction(np.asarray(full, np.float32), face)


def network_input(image: Image, box: Box | None) -> Map:
    """Return what the network is fed, (1, 4, 192, 128): RGB in -1..1 and 1 inside the face box."""
    height, width = image.shape[:2]
    shrinks = height > INPUT_HEIGHT
    small = cv2.resize(
        image,
        (INPUT_WIDTH, INPUT_HEIGHT),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
    )
    blob = np.zeros((1, 4, INPUT_HEIGHT, INPUT_WIDTH), np.float32)
    blob[0, :3] = small.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1
    if box is not None:
        across, down = INPUT_WIDTH / width, INPUT_HEIGHT / height
        left, top = round(max(box.x, 0) * across), round(max(box.y, 0) * down)
        blob[0, 3, top : round((box.y + box.h) * down), left : round((box.x + box.w) * across)] = 1
    return blob


def face_in(prediction: Prediction, height: int, width: int) -> tuple[Box, float] | None:
    """Return the face that the network sees, with its score, or None.

    Parameters
    ----------
    prediction : Prediction
    height, width : int
        Of the picture, in whose pixels the box is.
    """
    seen = (prediction.face > _FACE_THRESHOLD).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(seen)
    if count < 2:
        return None
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    left, top, across, down, area = (int(value) for value in stats[largest])
    if area < _SMALLEST_FACE * seen.size:
        return None
    scale_x, scale_y = width / seen.shape[1], height / seen.shape[0]
    w, h = across * scale_x / (1 + 2 * _SPILL_ASIDE), down * scale_y / (1 + _SPILL_ABOVE)
    box = Box(left * scale_x + _SPILL_ASIDE * w, top * scale_y + _SPILL_ABOVE * h, w, h)
    return box, float(prediction.face[labels == largest].mean())


def sigmoid(values: Map) -> Map:
    """Return the probabilities of log odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))), np.float32)


@functools.cache
def _shipped_network() -> cv2.dnn.Net:
    data = files("hairpipe.extract.learned").joinpath("model", NETWORK_FILE).read_bytes()
    return cv2.dnn.readNetFromONNX(np.frombuffer(gzip.decompress(data), np.uint8))
