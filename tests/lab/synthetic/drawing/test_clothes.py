from __future__ import annotations

import numpy as np
import pytest

from hairpipe.lab.synthetic.drawing.clothes import draw_clothes
from hairpipe.lab.synthetic.drawing.style import Clothes
from hairpipe.lab.synthetic.sheet import HAIR_START, Ink
from tests.lab.synthetic.shapes import HEAD, empty_sheet, rng, style_with


@pytest.mark.parametrize("cut", Clothes)
def test_clothes_lie_below_the_chin_and_reach_the_edge(cut: Clothes) -> None:
    sheet = empty_sheet()
    draw_clothes(sheet, HEAD, style_with(clothes=cut), rng())
    drawn = np.nonzero(sheet.codes)[0]
    assert drawn.min() > HEAD.origin[1] + HEAD.unit
    assert drawn.max() == sheet.codes.shape[0] - 1
    assert (sheet.codes == Ink.CLOTH).any() and (sheet.codes < HAIR_START).all()
