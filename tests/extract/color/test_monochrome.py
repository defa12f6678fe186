from __future__ import annotations

import numpy as np
import pytest

from hairpipe.extract.color.monochrome import is_monochrome
from hairpipe.extract.result import Box
from hairpipe.lab.synthetic import draw_portrait


def grey(image: np.ndarray) -> np.ndarray:
    return np.repeat(image.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)


@pytest.mark.parametrize("seed", range(12))
def test_drawn_portraits_are_in_color_until_that_is_taken_away(seed):
    drawn = draw_portrait(seed)
    face = Box(*drawn.face_box)
    assert not is_monochrome(drawn.image, face)
    assert is_monochrome(grey(drawn.image), face)


def test_noise_and_a_signature_are_no_colors():
    image = np.random.default_rng(0).integers(100, 104, (80, 80, 3)).astype(np.uint8)
    image[:8, :8] = (255, 0, 0)
    assert is_monochrome(image, None)


def test_a_white_page_round_a_colored_face_is_in_color():
    image = np.full((100, 100, 3), 255, np.uint8)
    image[40:50, 40:50] = (250, 220, 200)
    assert is_monochrome(image, None)
    assert not is_monochrome(image, Box(40, 40, 10, 10))


@pytest.mark.parametrize("box", [Box(-3, -3, 5, 5), Box(8.7, 8.7, 1.5, 1.5), Box(0, 0, 100, 1)])
def test_any_possible_box_will_do(box):
    assert is_monochrome(np.zeros((10, 10, 3), np.uint8), box)
