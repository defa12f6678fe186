from __future__ import annotations

import colorsys

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from hairpipe.report.figures.hsv import flat_pixels, hsv_of, hsv_panels


@given(hnp.arrays(np.uint8, (5, 3)))
def test_hsv_is_that_of_the_standard_library(colors: np.ndarray) -> None:
    for found, color in zip(hsv_of(colors), colors / 255, strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*color)
        assert found[1:] == pytest.approx((saturation, value), abs=1e-3)
        assert min(abs(found[0] - 360 * hue), 360 - abs(found[0] - 360 * hue)) < 0.1


def test_no_pixels_give_empty_panels() -> None:
    panels = hsv_panels("hair", flat_pixels(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), bool)))

    assert [panel.is_3d for panel in panels] == [True, False, False, False]
    assert hsv_of(np.empty((0, 3), np.uint8)).shape == (0, 3)
