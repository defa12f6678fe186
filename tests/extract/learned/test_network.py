import numpy as np
import pytest

from hairpipe.extract.learned.network import (
    INPUT_HEIGHT,
    INPUT_WIDTH,
    Prediction,
    face_in,
    network_input,
    predict_hair,
)
from hairpipe.extract.result import Box


def test_the_input_is_the_picture_and_the_face_box() -> None:
    image = np.zeros((2 * INPUT_HEIGHT, 2 * INPUT_WIDTH, 3), np.uint8)
    image[..., 0] = 255
    blob = network_input(image, Box(20, 40, 60, 80))
    assert blob.shape == (1, 4, INPUT_HEIGHT, INPUT_WIDTH)
    assert blob[0, 0].min() == 1
    assert blob[0, 1].max() == -1
    rows, columns = np.nonzero(blob[0, 3])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (20, 59, 10, 39)
    assert not network_input(image, None)[0, 3].any()


def test_the_opinion_has_the_size_of_the_picture() -> None:
    image = np.random.default_rng(0).integers(0, 256, (70, 90, 3)).astype(np.uint8)
    prediction = predict_hair(image, None)
    assert prediction.hair.shape == (70, 90)
    assert 0 <= prediction.hair.min() <= prediction.hair.max() <= 1


def test_the_largest_patch_of_face_is_the_face() -> None:
    face = np.zeros((96, 64), np.float32)
    face[20:50, 10:40] = 0.9
    face[80:84, 50:54] = 1
    found = face_in(Prediction(np.zeros((192, 128), np.float32), face), 192, 128)
    assert found is not None
    # The patch spills over the face on three sides.
    box = found[0]
    assert box.x + box.w / 2 == pytest.approx(50)
    assert box.y + box.h == pytest.approx(100)
    assert 0.8 < box.w / 60 < 1
    assert 0.8 < box.h / 60 < 1
    assert found[1] == pytest.approx(0.9)


def test_no_face_is_seen_in_noise() -> None:
    face = np.zeros((96, 64), np.float32)
    face[5, 5] = 1
    assert face_in(Prediction(np.zeros((9, 9), np.float32), face), 9, 9) is None
    assert face_in(Prediction(np.zeros((9, 9), np.float32), face * 0), 9, 9) is None
