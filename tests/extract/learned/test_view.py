import numpy as np
import pytest

from hairpipe.extract.learned.view import MOST_PIXELS, view_of


def test_a_picture_of_usual_size_is_looked_at_as_it_is() -> None:
    image = np.zeros((250, 180, 3), np.uint8)
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
