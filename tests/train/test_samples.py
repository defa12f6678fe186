import numpy as np
import pytest

from hairpipe.extract.result import Box
from hairpipe.train.examples import Example, drawn_example
from hairpipe.train.samples import draw_sample, inexact


def cut_out(example: Example) -> Example:
    """The figure without what lies beside its hair."""
    image = example.image.copy()
    image[..., 3] = np.where(example.hair > 0, 255, 0)
    face = example.face
    rows = slice(int(face.y), int(face.y + face.h))
    image[rows, int(face.x) : int(face.x + face.w), 3] = 255
    return Example(image, example.hair, face, example.drawing)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("whole", [True, False])
def test_a_sample_has_the_size_asked_for_and_a_face_on_it(seed: int, whole: bool) -> None:
    example = drawn_example(seed)
    rng = np.random.default_rng(seed)
    sample = draw_sample(example if whole else cut_out(example), 96, 64, [], rng)
    assert sample.image.shape == (96, 64, 3)
    assert sample.image.dtype == np.uint8
    assert sample.hair.shape == (96, 64)
    assert 0 <= sample.hair.min() <= sample.hair.max() <= 1
    middle_x, middle_y = sample.face.x + sample.face.w / 2, sample.face.y + sample.face.h / 2
    assert 0 < middle_x < 64
    assert 0 < middle_y < 96


def test_hair_stays_where_the_picture_shows_it() -> None:
    height, width = 120, 80
    image = np.zeros((height, width, 4), np.uint8)
    hair = np.zeros((height, width), np.uint8)
    image[30:60, 20:60] = (255, 0, 0, 255)
    image[60:110, 20:60] = (0, 0, 255, 255)
    hair[30:60, 20:60] = 255
    example = Example(image, hair, Box(30, 55, 20, 24), "a")
    found = [draw_sample(example, 96, 64, [], np.random.default_rng(seed)).hair.mean() for seed in range(20)]
    assert min(found) > 0
    assert max(found) < 0.9


def test_the_same_seed_draws_the_same_sample() -> None:
    example = cut_out(drawn_example(3))
    one, other = (draw_sample(example, 64, 48, [], np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one.image, other.image)
    assert one.known_face == other.known_face


def test_an_inexact_box_lies_near_the_face() -> None:
    face = Box(30, 40, 50, 60)
    boxes = np.array([inexact(face, np.random.default_rng(seed)) for seed in range(300)])
    assert np.abs(boxes.mean(axis=0) - face).max() < 3
    assert (boxes.std(axis=0) > 1).all()
