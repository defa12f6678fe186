"""A network of the user's in the place of the shipped one: any ONNX file that segments hair."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hairpipe.errors import ConfigError
from hairpipe.extract.network.prediction import PRESENCES, Prediction, sigmoid
from hairpipe.extract.network.session import NetworkError, OnnxSession
from hairpipe.extract.resize import resized
from hairpipe.extract.result import Image
from hairpipe.extract.settings import NetworkSettings

# Such a network says nothing of the face, nor whether there is hair to be seen.
_NO_FACE = np.zeros((1, 1), np.float32)
_HAIR = np.eye(len(PRESENCES), dtype=np.float32)[0]


def predict_with_own(image: Image, settings: NetworkSettings) -> Prediction:
    """Return where a network of the user's sees hair.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    settings : NetworkSettings
        The file, and what it is fed.

    Raises
    ------
    ConfigError
        If the file is no ONNX network that can be run at this size, or has no such class.
    """
    network = _network(settings.file)
    try:
        answer = network.run(own_input(image, settings))[0]
    except NetworkError as error:
        raise ConfigError(
            f"{settings.file} can't be run on {settings.width} x {settings.height} pixels; "
            "set learned.network.width and height to what it was made for."
        ) from error
    return Prediction(resized(_hair_map(answer, settings), image.shape[:2]), _NO_FACE, _HAIR)


def own_input(image: Image, settings: NetworkSettings) -> NDArray[np.float32]:
    """Return the picture as the network wants it, (1, 3, height, width).

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB.
    """
    small = resized(image, (settings.height, settings.width))
    ordered = small if settings.channels == "rgb" else small[..., ::-1]
    values = (ordered.astype(np.float32) / 255 - settings.mean) / settings.deviation
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None], np.float32)


def _hair_map(answer: NDArray[np.float32], settings: NetworkSettings) -> NDArray[np.float32]:
    """Return the hair's probability from log odds, or from scores of several classes."""
    maps = answer.reshape(-1, *answer.shape[-2:])
    if settings.hair_class >= len(maps):
        raise ConfigError(
            f"{settings.file} tells {len(maps)} classes, 0 to {len(maps) - 1}; "
            f"learned.network.hair_class {settings.hair_class} is none of them."
        )
    if settings.output == "probabilities":
        return np.asarray(maps[settings.hair_class], np.float32)
    if len(maps) == 1:
        return sigmoid(maps[0])
    odds = np.exp(maps - maps.max(axis=0))
    return np.asarray(odds[settings.hair_class] / odds.sum(axis=0), np.float32)


@functools.cache
def _network(file: str) -> OnnxSession:
    if not Path(file).is_file():
        raise ConfigError(f"learned.network.file {file} is no file; name an ONNX network.")
    try:
        return OnnxSession(Path(file).read_bytes())
    except NetworkError as error:
        raise ConfigError(f"{file} can't be read as an ONNX network.") from error
