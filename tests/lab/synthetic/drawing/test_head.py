from __future__ import annotations

import numpy as np
import pytest

from hairpipe.lab.synthetic.drawing.head import choose_build, draw_brows, draw_face, draw_neck, face_outline
from hairpipe.lab.synthetic.drawing.style import Gender
from hairpipe.lab.synthetic.sheet import HAIR_START, Ink
from tests.lab.synthetic.shapes import HEAD, empty_sheet, rng, style_with


def test_a_face_has_two_eyes_a_nose_and_a_mouth() -> None:
    sheet = empty_sheet()
    style = style_with(eyes_closed=False, glasses=False, turn=0.0)
    draw_face(sheet, HEAD, choose_build(style, rng()), style, rng())
    iris = np.nonzero(sheet.codes == Ink.IRIS)[1]
    assert (iris < HEAD.origin[0]).any() and (iris > HEAD.origin[0]).any()
    assert {Ink.FACE, Ink.FACE_LINE, Ink.MOUTH_LINE, Ink.LASH, Ink.PUPIL} <= set(np.unique(sheet.codes))
    assert (sheet.codes < HAIR_START).all()


def test_closed_eyes_show_no_iris() -> None:
    sheet = empty_sheet()
    style = style_with(eyes_closed=True)
    draw_face(sheet, HEAD, choose_build(style, rng()), style, rng())
    assert not (sheet.codes == Ink.IRIS).any() and (sheet.codes == Ink.LASH).any()


def test_glasses_are_drawn_where_chosen() -> None:
    for glasses in (False, True):
        sheet = empty_sheet()
        style = style_with(glasses=glasses)
        draw_face(sheet, HEAD, choose_build(style, rng()), style, rng())
        assert (sheet.codes == Ink.GLASSES).any() == glasses


def test_a_turned_head_moves_its_features_and_narrows_the_far_eye() -> None:
    build = choose_build(style_with(turn=0.4), rng())
    assert build.across(0.0) > 0.2
    assert build.narrowing(0.5) < build.narrowing(-0.5)
    front = choose_build(style_with(turn=0.0), rng())
    assert front.across(0.0) == pytest.approx(0.0)
    assert front.narrowing(0.5) == pytest.approx(front.narrowing(-0.5))


@pytest.mark.parametrize("gender", Gender)
def test_the_outline_ends_at_the_chin(gender: Gender) -> None:
    build = choose_build(style_with(gender=gender), rng())
    outline = face_outline(build)
    assert outline[:, 1].max() == pytest.approx(build.chin, abs=0.03)
    assert np.ptp(outline[:, 0]) == pytest.approx(2.0, abs=0.1)


def test_neck_and_brows_have_their_own_inks() -> None:
    sheet = empty_sheet()
    style = style_with()
    build = choose_build(style, rng())
    draw_neck(sheet, HEAD, build, style)
    assert {Ink.SKIN, Ink.SKIN_SHADE} <= set(np.unique(sheet.codes))
    draw_brows(sheet, HEAD, build, rng())
    rows = np.nonzero(sheet.codes == Ink.BROW)[0]
    assert len(rows) and rows.max() < HEAD.origin[1] + build.eye_y * HEAD.unit
