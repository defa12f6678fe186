from __future__ import annotations

import base64

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.report.views import REDUCED_COLORS, View, data_uri, fitted, jpeg, png, shown
from tests.report.drawn_output import drawn_picture


@pytest.mark.parametrize("view", [View.MASK, View.HAIR])
def test_the_hair_is_shown_as_it_is_and_the_rest_is_not(view: View) -> None:
    image, hair = drawn_picture("red", 0)
    seen = shown(image, hair, view)

    assert np.array_equal(seen[hair], image[hair])
    assert (seen[~hair] != image[~hair]).any(axis=1).all()


@given(st.integers(0, 255))
def test_hair_of_any_grey_stands_out_when_it_is_alone(grey: int) -> None:
    image = np.full((90, 60, 3), grey, np.uint8)
    hair = np.zeros((90, 60), bool)
    hair[20:60, 10:50] = True

    around = shown(image, hair, View.HAIR)[~hair].astype(int)

    assert (np.abs(around - grey).max(axis=1) >= 6).mean() > 0.4


def test_the_original_is_left_alone_and_the_reduced_has_few_colours() -> None:
    image = np.random.default_rng(0).integers(0, 256, (30, 20, 3), np.uint8)
    hair = np.zeros((30, 20), bool)

    assert shown(image, hair, View.ORIGINAL) is image
    assert len(np.unique(shown(image, hair, View.REDUCED).reshape(-1, 3), axis=0)) <= REDUCED_COLORS


@given(st.integers(1, 300), st.integers(1, 300))
def test_a_fitted_picture_fits_and_keeps_its_proportions(width: int, height: int) -> None:
    small = fitted(np.zeros((height, width, 3), np.uint8), 60, 80)

    assert small.shape[1] <= 60
    assert small.shape[0] <= 80
    if width <= 60 and height <= 80:
        assert small.shape == (height, width, 3)
    else:
        assert abs(small.shape[1] - max(1, round(width * min(60 / width, 80 / height)))) <= 1


def test_files_hold_the_picture() -> None:
    image, hair = drawn_picture("red", 0)
    of_png = cv2.imdecode(np.frombuffer(png(image), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    of_jpeg = cv2.imdecode(np.frombuffer(jpeg(image), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    grey = cv2.imdecode(np.frombuffer(png(hair.astype(np.uint8) * 255), np.uint8), cv2.IMREAD_UNCHANGED)

    assert np.array_equal(of_png, image)
    assert np.abs(of_jpeg.astype(int) - image).mean() < 6
    assert np.array_equal(grey > 0, hair)
    assert base64.b64decode(data_uri(png(image), "png").removeprefix("data:image/png;base64,")) == png(image)
