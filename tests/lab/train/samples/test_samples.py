from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from hairpipe.extract.network.prediction import INPUT_SIZES
from hairpipe.extract.result import Box
from hairpipe.lab.train.samples.examples import Example, drawn_example
from hairpipe.lab.train.samples.samples import draw_sample, inexact


def cut_out(example: Example) -> Example:
    """The figure without what lies beside its hair."""
    image = example.image.copy()
    image[..., 3] = np.where(example.hair > 0, 255, 0)
    assert example.face is not None
    face = example.face
    rows = slice(int(face.y), int(face.y + face.h))
    image[rows, int(face.x) : int(face.x + face.w), 3] = 255
    return replace(example, image=image)


@pytest.mark.parametrize("whole", [True, False])
def test_samples_come_at_the_networks_sizes_with_faces_on_them(whole: bool) -> None:
    sizes: Counter[tuple[int, ...]] = Counter()
    with_face = 0
    for seed in range(24):
        example = drawn_example(seed % 3)
        sample = draw_sample(example if whole else cut_out(example), [], np.random.default_rng(seed))
        height, width = sample.image.shape[:2]
        sizes[height, width] += 1
        assert sample.image.dtype == np.uint8
        assert sample.hair.shape == (height, width)
        assert sample.hair.dtype == np.float32
        assert 0 <= sample.hair.min() <= sample.hair.max() <= 1
        for box in (sample.face, sample.known_face):
            assert box is None or (
                box.x < width and box.y < height and box.x + box.w > 0 and box.y + box.h > 0
            )
        with_face += sample.face is not None
    assert set(sizes) <= set(INPUT_SIZES)
    assert len(sizes) > 1
    assert with_face > 12


@pytest.mark.parametrize("face", [None, Box(30, 55, 20, 24)])
def test_hair_stays_where_the_picture_shows_it(face: Box | None) -> None:
    height, width = 120, 80
    image = np.zeros((height, width, 4), np.uint8)
    hair = np.zeros((height, width), np.uint8)
    image[30:60, 20:60] = (255, 0, 0, 255)
    image[60:110, 20:60] = (0, 0, 255, 255)
    hair[30:60, 20:60] = 255
    example = Example(image, hair, face, "a")
    shares = [draw_sample(example, [], np.random.default_rng(seed)).hair.mean() for seed in range(20)]
    assert max(shares) > 0.03
    assert max(shares) < 0.9


def test_the_same_seed_draws_the_same_sample() -> None:
    example = cut_out(drawn_example(3))
    one, other = (draw_sample(example, [], np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one.image, other.image)
    assert one.known_face == other.known_face


def test_a_face_is_learnt_as_far_as_it_is_known() -> None:
    known = drawn_example(2)
    unsure, faceless = replace(known, face_certain=False), replace(known, face=None)
    bald = replace(faceless, presence="bald", hair=np.zeros_like(known.hair))
    rng = np.random.default_rng(0)
    weights = [draw_sample(example, [], rng).face_weight for example in (known, unsure, faceless, bald)]
    assert weights == [1, 0, 0, 0.15]


def test_the_presence_of_hair_is_told_where_a_crop_shows_it() -> None:
    example = drawn_example(2)
    hairless = replace(example, hair=np.zeros_like(example.hair))
    bald = replace(hairless, presence="bald")
    rng = np.random.default_rng(0)
    assert draw_sample(hairless, [], rng).presence is None
    assert draw_sample(bald, [], rng).presence == 1
    assert {draw_sample(example, [], rng).presence for _ in range(10)} <= {0, None}


def test_an_inexact_box_lies_near_the_face() -> None:
    face = Box(30, 40, 50, 60)
    boxes = np.array([inexact(face, np.random.default_rng(seed)) for seed in range(300)])
    assert np.abs(boxes.mean(axis=0) - face).max() < 3
    assert (boxes.std(axis=0) > 1).all()
