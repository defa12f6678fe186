from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from hairpipe.lab.synthetic import draw_portrait
from hairpipe.lab.synthetic.entry import cut_png, encoded, jpeg, placeholder, png, without_figure
from tests.lab.synthetic.shapes import rng


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def test_every_format_shows_the_portrait() -> None:
    drawn = draw_portrait(3, 64, 48)
    endings, modes = set(), set()
    for seed in range(200):
        file = encoded(drawn, rng(seed))
        picture = opened(file.data)
        endings.add(file.ending)
        modes.add(picture.mode)
        shown = np.asarray(picture.convert("RGB"))[drawn.figure_mask].astype(int)
        assert np.abs(shown - drawn.image[drawn.figure_mask]).mean() < 16
    assert endings == {"jpg", "jpeg", "png", "webp", "gif"}
    assert "RGBA" in modes and "P" in modes


def test_png_keeps_every_pixel_and_jpeg_nearly() -> None:
    image = draw_portrait(4, 64, 48).image
    assert np.array_equal(np.asarray(opened(png(image))), image)
    assert np.abs(np.asarray(opened(jpeg(image))).astype(int) - image).mean() < 8


def test_the_placeholder_is_always_the_same() -> None:
    assert placeholder(60, 40) == placeholder(60, 40)
    assert opened(placeholder(60, 40)).size == (40, 60)


def test_a_picture_without_figure_can_be_read() -> None:
    assert opened(without_figure(60, 40, rng())).size == (40, 60)


def test_a_cut_png_starts_like_one_and_ends_early() -> None:
    image = draw_portrait(4, 64, 48).image
    cut = cut_png(image, rng())
    assert png(image).startswith(cut) and len(cut) < len(png(image))
    with pytest.raises((OSError, SyntaxError)):
        opened(cut)
