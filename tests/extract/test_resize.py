import numpy as np
import pytest

from hairpipe.extract.resize import resized


@pytest.mark.parametrize("size", [(20, 30), (80, 120)])
def test_a_map_keeps_its_places_at_another_size(size: tuple[int, int]) -> None:
    values = np.zeros((40, 60), np.float32)
    values[:20, 30:] = 1
    other = resized(values, size)
    assert other.shape == size
    assert other[: size[0] // 2 - 1, size[1] // 2 + 1 :].min() == 1
    assert other.mean() == pytest.approx(values.mean(), abs=1e-3)


def test_a_map_of_the_right_size_is_itself() -> None:
    values = np.zeros((4, 6), np.float32)
    assert resized(values, (4, 6)) is values


@pytest.mark.parametrize("size", [(10, 7), (33, 47), (101, 67), (150, 90)])
def test_a_picture_keeps_its_places_and_its_mean(size: tuple[int, int]) -> None:
    image = np.full((101, 67, 3), 40, np.uint8)
    image[50:, :33] = 200
    other = resized(image, size)
    assert other.shape == (*size, 3)
    assert other[-1, 0].tolist() == [200] * 3
    assert other[0, 0].tolist() == other[-1, -1].tolist() == [40] * 3
    assert other.mean() == pytest.approx(image.mean(), abs=5)


def test_a_board_of_single_pixels_becomes_gray_when_halved() -> None:
    board = np.where(np.indices((64, 48)).sum(axis=0) % 2, 255, 1).astype(np.uint8)
    assert set(resized(np.dstack([board] * 3), (16, 12)).ravel().tolist()) == {128}
