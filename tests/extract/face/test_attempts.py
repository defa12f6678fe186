"""The ways a picture is shown to a detector."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.extract.face.attempts import TRIES, FaceTry, shown_pictures


def test_first_try_has_the_side_and_the_border_it_names() -> None:
    image = np.zeros((400, 100, 3), np.uint8)
    (shown,) = shown_pictures(image, (FaceTry(side=100, border=0.2),))
    assert shown.image.shape == (200 + 40, 50 + 40, 3)
    assert (shown.across, shown.down) == (2.0, 2.0)


def test_border_repeats_the_edge() -> None:
    image = np.full((60, 60, 3), 7, np.uint8)
    (shown,) = shown_pictures(image, (FaceTry(side=60, border=0.1),))
    assert (shown.image == 7).all()


def test_contrast_is_stretched_where_asked_for() -> None:
    ramp = np.linspace(110, 140, 64).astype(np.uint8)
    image = np.repeat(np.tile(ramp, (64, 1))[..., None], 3, axis=2)
    plain, stretched = shown_pictures(image, (FaceTry(side=64), FaceTry(side=64, contrast=True)))
    assert np.ptp(stretched.image) > np.ptp(plain.image)


def test_small_pictures_are_not_blown_up() -> None:
    assert list(shown_pictures(np.zeros((9, 9, 3), np.uint8))) == []
    sides = [
        max(shown.image.shape) - 2 * shown.border for shown in shown_pictures(np.zeros((96, 96, 3), np.uint8))
    ]
    assert sides == [t.side for t in TRIES if t.side <= 240]


@given(
    st.integers(60, 300),
    st.integers(60, 300),
    st.tuples(*[st.floats(0, 1)] * 4),
    st.sampled_from(TRIES),
)
def test_a_box_comes_back_to_where_it_is_in_the_picture(
    height: int, width: int, place: tuple[float, float, float, float], face_try: FaceTry
) -> None:
    left, right = sorted((place[0] * width, place[1] * width))
    top, bottom = sorted((place[2] * height, place[3] * height))
    for shown in shown_pictures(np.zeros((height, width, 3), np.uint8), (face_try,)):
        box = shown.box_in_original(
            left / shown.across + shown.border,
            top / shown.down + shown.border,
            (right - left) / shown.across,
            (bottom - top) / shown.down,
        )
        assert tuple(box) == pytest.approx((left, top, right - left, bottom - top), abs=1e-6)


def test_a_box_over_the_border_is_cut() -> None:
    (shown,) = shown_pictures(np.zeros((100, 100, 3), np.uint8), (FaceTry(side=100, border=0.2),))
    assert tuple(shown.box_in_original(10, 10, 120, 120)) == (0, 0, 100, 100)
