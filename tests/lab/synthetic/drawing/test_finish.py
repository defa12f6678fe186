from __future__ import annotations

import numpy as np

from hairpipe.lab.synthetic.drawing.portrait import as_scraped, laid_on, with_light, with_strands
from tests.lab.synthetic.shapes import rng

GREY = np.full((40, 30, 3), 120, np.uint8)


def test_strands_touch_the_hair_alone() -> None:
    hair = np.zeros((40, 30), np.uint8)
    hair[:20] = 255
    changed = (with_strands(GREY, hair, rng()) != GREY).any(axis=-1)
    assert changed[:20].mean() > 0.5 and not changed[20:].any()


def test_light_is_mild() -> None:
    lit = with_light(GREY, rng()).astype(int)
    assert (lit != 120).any() and np.abs(lit - 120).max() < 30


def test_a_figure_covers_the_backdrop_where_it_is() -> None:
    figure, seen = np.zeros_like(GREY), np.full((40, 30), 255, np.uint8)
    figure[:20], seen[:20] = (10, 20, 30), 0
    picture = laid_on(figure, GREY, seen)
    assert (picture[:20] == (10, 20, 30)).all() and (picture[20:] == 120).all()


def test_a_scraped_picture_stays_close_to_the_drawn_one() -> None:
    for seed in range(20):
        scraped = as_scraped(GREY, rng(seed))
        assert scraped.shape == GREY.shape and scraped.dtype == np.uint8
        assert np.abs(scraped.astype(int) - 120).max() < 20
