import numpy as np
import pytest

from hairpipe.extract.learned.view import MOST_PIXELS, map_at, view_of


def test_a_picture_of_usual_size_is_looked_at_as_it_is() -> None:
    image = np.zeros((300, 200, 3), np.uint8)
    assert view_of(image) is image


@pytest.mark.parametrize("size", [(700, 450), (4000, 3000), (1, 300_000), (300_000, 1), (2, 90_001)])
def test_a_larger_one_is_looked_at_as_large_as_allowed(size: tuple[int, int]) -> None:
    image = np.full((*size, 3), 77, np.uint8)
    image[: size[0] // 2] = 200
    view = view_of(image)
    height, width = view.shape[:2]
    assert height * width <= MOST_PIXELS
    if min(size) > 100:
        assert height * width > MOST_PIXELS * 0.98
        assert height / width == pytest.approx(size[0] / size[1], rel=0.01)
    assert view.mean() == pytest.approx(image.mean(), abs=1)


@pytest.mark.parametrize("size", [(20, 30), (80, 120)])
def test_a_map_keeps_its_places_at_another_size(size: tuple[int, int]) -> None:
    values = np.zeros((40, 60), np.float32)
    values[:20, 30:] = 1
    other = map_at(size, values)
    assert other.shape == size
    assert other[: size[0] // 2 - 1, size[1] // 2 + 1 :].min() == 1
    assert other.mean() == pytest.approx(values.mean(), abs=1e-3)


def test_a_map_of_the_right_size_is_itself() -> None:
    values = np.zeros((4, 6), np.float32)
    assert map_at((4, 6), values) is values
