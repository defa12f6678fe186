"""A tiny ONNX file, written byte by byte: one 1x1 convolution, so its answer can be reckoned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hairpipe.errors import ConfigError
from hairpipe.extract.learned.own_network import own_input, predict_with_own
from hairpipe.extract.settings import NetworkSettings

SIZE = 8


def field(number: int, value: bytes | int) -> bytes:
    """Return a protobuf field: a number as varint, bytes with their length before them."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    found = b""
    while value > 127:
        found += bytes([value & 127 | 128])
        value >>= 7
    return found + bytes([value])


def tensor(name: str, values: np.ndarray) -> bytes:
    dims = b"".join(field(1, size) for size in values.shape)
    return dims + field(2, 1) + field(8, name.encode()) + field(9, values.astype("<f4").tobytes())


def value_info(name: str, *shape: int) -> bytes:
    dims = b"".join(field(1, field(1, size)) for size in shape)
    return field(1, name.encode()) + field(2, field(1, field(1, 1) + field(2, dims)))


def write_network(file: Path, weights: np.ndarray) -> None:
    """Write a network whose classes are weighted sums of the channels: `weights` is (classes, 3)."""
    classes = len(weights)
    kernel_shape = field(1, b"kernel_shape") + field(8, 1) + field(8, 1) + field(20, 7)
    node = field(1, b"x") + field(1, b"w") + field(2, b"y") + field(4, b"Conv") + field(5, kernel_shape)
    graph = (
        field(1, node)
        + field(2, b"g")
        + field(5, tensor("w", weights.reshape(classes, 3, 1, 1)))
        + field(11, value_info("x", 1, 3, SIZE, SIZE))
        + field(12, value_info("y", 1, classes, SIZE, SIZE))
    )
    file.write_bytes(field(1, 7) + field(7, graph) + field(8, field(2, 13)))


def settings(file: Path, **changed: object) -> NetworkSettings:
    plain = {"width": SIZE, "height": SIZE, "mean": (0, 0, 0), "deviation": (1, 1, 1)}
    return NetworkSettings.model_validate({"file": str(file), **plain, **changed})


def red_beside_blue() -> np.ndarray:
    image = np.zeros((16, 24, 3), np.uint8)
    image[:, :12, 0] = 255
    image[:, 12:, 2] = 255
    return image


def test_one_class_passes_a_sigmoid(tmp_path: Path) -> None:
    write_network(tmp_path / "n.onnx", np.array([[4.0, 0, -4]]))
    hair = predict_with_own(red_beside_blue(), settings(tmp_path / "n.onnx")).hair
    assert hair.shape == (16, 24)
    assert hair[8, 2] == pytest.approx(1 / (1 + np.exp(-4)), abs=1e-4)
    assert hair[8, 21] == pytest.approx(1 / (1 + np.exp(4)), abs=1e-4)


def test_several_classes_pass_a_softmax(tmp_path: Path) -> None:
    write_network(tmp_path / "n.onnx", np.array([[1.0, 0, 0], [0, 0, 2], [0, 0, 0]]))
    hair = predict_with_own(red_beside_blue(), settings(tmp_path / "n.onnx", hair_class=1)).hair
    assert hair[8, 21] == pytest.approx(np.exp(2) / (np.exp(2) + 2), abs=1e-4)
    assert hair[8, 2] == pytest.approx(1 / (np.e + 2), abs=1e-4)


def test_the_channels_can_come_the_other_way_round(tmp_path: Path) -> None:
    write_network(tmp_path / "n.onnx", np.array([[1.0, 0, 0]]))
    own = settings(tmp_path / "n.onnx", channels="bgr", output="probabilities")
    hair = predict_with_own(red_beside_blue(), own).hair
    assert hair[8, 21] == pytest.approx(1, abs=1e-4)
    assert hair[8, 2] == pytest.approx(0, abs=1e-4)


def test_the_input_is_normalised_channel_by_channel(tmp_path: Path) -> None:
    own = settings(tmp_path / "n.onnx", mean=(0.5, 0, 1), deviation=(0.5, 1, 2))
    blob = own_input(np.full((5, 5, 3), 255, np.uint8), own)
    assert blob.shape == (1, 3, SIZE, SIZE)
    assert blob[0, :, 0, 0].tolist() == [1, 1, 0]


def test_what_is_wrong_with_the_file_is_said(tmp_path: Path) -> None:
    image = red_beside_blue()
    with pytest.raises(ConfigError, match="is no file"):
        predict_with_own(image, settings(tmp_path / "none.onnx"))
    (tmp_path / "bad.onnx").write_bytes(b"not a network")
    with pytest.raises(ConfigError, match="ONNX"):
        predict_with_own(image, settings(tmp_path / "bad.onnx"))
    write_network(tmp_path / "n.onnx", np.array([[1.0, 0, 0]]))
    with pytest.raises(ConfigError, match="hair_class 3"):
        predict_with_own(image, settings(tmp_path / "n.onnx", hair_class=3))
