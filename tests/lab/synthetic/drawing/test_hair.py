from __future__ import annotations

import numpy as np
import pytest

from hairpipe.lab.synthetic.drawing.hair import draw_back_hair, draw_front_hair
from hairpipe.lab.synthetic.drawing.head import choose_build, draw_face
from hairpipe.lab.synthetic.drawing.style import Fringe, HairLength, HairStyle
from hairpipe.lab.synthetic.sheet import HAIR_START, Ink
from tests.lab.synthetic.shapes import HAIR, HEAD, empty_sheet, rng, style_with


@pytest.mark.parametrize("worn", HairStyle)
@pytest.mark.parametrize("length", HairLength)
def test_back_hair_is_hair_alone_and_covers_the_head(worn: HairStyle, length: HairLength) -> None:
    sheet = empty_sheet()
    draw_back_hair(sheet, HEAD, style_with(hair_style=worn, hair_length=length), rng())
    assert set(np.unique(sheet.codes[sheet.codes > 0]) >= HAIR_START) == {True}
    assert sheet.mask(HAIR)[45:55, 35:45].all()


def test_longer_hair_falls_lower() -> None:
    lowest = []
    for length in HairLength:
        sheet = empty_sheet()
        draw_back_hair(sheet, HEAD, style_with(hair_style=HairStyle.LOOSE, hair_length=length), rng())
        lowest.append(int(np.nonzero(sheet.codes)[0].max()))
    assert lowest == sorted(lowest) and lowest[0] < lowest[2]


@pytest.mark.parametrize("fringe", Fringe)
def test_a_fringe_leaves_part_of_the_face_free(fringe: Fringe) -> None:
    sheet = empty_sheet()
    style = style_with(fringe=fringe, turn=0.0)
    draw_face(sheet, HEAD, choose_build(style, rng()), style, rng())
    before = np.count_nonzero(sheet.codes == Ink.FACE)
    draw_front_hair(sheet, HEAD, style, rng())
    after = np.count_nonzero(np.isin(sheet.codes, (Ink.FACE, Ink.FACE_SHADE)))
    assert 0.2 * before < after < before
    assert sheet.mask(HAIR)[28:34, 36:44].all()
