import numpy as np
import pytest

from hairpipe.extract.network.prediction import (
    INPUT_SIZES,
    PRESENCES,
    input_size,
    network_input,
    predict_hair,
)
from hairpipe.extract.result import Box


@pytest.mark.parametrize(
    ("shape", "size"),
    [((350, 225), (224, 160)), ((96, 96), (192, 192)), ((300, 900), (160, 224)), ((900, 300), (320, 128))],
)
def test_the_network_sees_a_picture_at_the_size_nearest_in_shape(
    shape: tuple[int, int], size: tuple[int, int]
) -> None:
    assert input_size(*shape) == size
    assert size in INPUT_SIZES


def test_the_input_is_the_picture_and_the_face_box() -> None:
    image = np.zeros((448, 320, 3), np.uint8)
    image[..., 0] = 255
    blob = network_input(image, Box(20, 40, 60, 80))
    assert blob.shape == (1, 4, 224, 160)
    assert blob[0, 0].min() == 1
    assert blob[0, 1].max() == -1
    rows, columns = np.nonzero(blob[0, 3])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (20, 59, 10, 39)
    assert not network_input(image, None)[0, 3].any()


def test_the_prediction_has_the_size_of_the_picture() -> None:
    image = np.random.default_rng(0).integers(0, 256, (70, 90, 3)).astype(np.uint8)
    prediction = predict_hair(image, None)
    assert prediction.hair.shape == (70, 90)
    assert 0 <= prediction.hair.min() <= prediction.hair.max() <= 1
    assert prediction.presence.shape == (len(PRESENCES),)
    assert prediction.presence.sum() == pytest.approx(1, abs=1e-5)


def test_the_same_picture_gives_the_same_prediction() -> None:
    image = np.random.default_rng(1).integers(0, 256, (120, 80, 3)).astype(np.uint8)
    one, other = predict_hair(image, None), predict_hair(image, None)
    np.testing.assert_array_equal(one.hair, other.hair)
    np.testing.assert_array_equal(one.presence, other.presence)
