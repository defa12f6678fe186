from __future__ import annotations

import numpy as np
import pytest

from hairpipe.lab.synthetic.drawing.clothes import draw_headwear
from hairpipe.lab.synthetic.drawing.hair import draw_back_hair, draw_front_hair
from hairpipe.lab.synthetic.drawing.style import Headwear
from tests.lab.synthetic.shapes import HAIR, HEAD, empty_sheet, rng, style_with


@pytest.mark.parametrize("kind", [kind for kind in Headwear if kind is not Headwear.NONE])
def test_headwear_takes_its_place_from_the_hair(kind: Headwear) -> None:
    sheet = empty_sheet()
    style = style_with(headwear=kind)
    draw_back_hair(sheet, HEAD, style, rng())
    draw_front_hair(sheet, HEAD, style, rng())
    before, codes = sheet.mask(HAIR), sheet.codes.copy()
    draw_headwear(sheet, HEAD, style, rng())
    after = sheet.mask(HAIR)
    assert after.sum() < before.sum() and not (after & ~before).any()
    assert (sheet.codes != codes).any()


def test_a_bare_head_stays_bare() -> None:
    sheet = empty_sheet()
    draw_headwear(sheet, HEAD, style_with(headwear=Headwear.NONE), rng())
    assert not np.any(sheet.codes)
