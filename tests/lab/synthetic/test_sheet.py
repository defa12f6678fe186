from __future__ import annotations

import numpy as np

from hairpipe.lab.synthetic.drawing.curves import Frame
from hairpipe.lab.synthetic.sheet import (
    HAIR_START,
    LAST_STEP,
    Ink,
    Shade,
    Sheet,
    change_table,
    code_table,
    hair_change,
    hair_code,
)

PIXELS = Frame((0.0, 0.0), 2.0)  # its unit is a pixel of the picture
SQUARE = PIXELS.place([(2, 2), (6, 2), (6, 6), (2, 6)])


def test_hair_codes_fill_the_upper_half() -> None:
    codes = {hair_code(shade, step) for shade in Shade for step in range(LAST_STEP + 1)}
    assert codes == set(range(HAIR_START, 256))


def test_a_mask_is_the_pixels_mostly_covered() -> None:
    sheet = Sheet(10, 8)
    sheet.fill(SQUARE, Ink.FACE)
    mask = sheet.mask(code_table([Ink.FACE]))
    assert mask.shape == (10, 8)
    assert mask[2:6, 2:6].all()
    assert not mask[[0, 1, 7, 8, 9]].any() and not mask[:, [0, 1, 7]].any()


def test_a_change_touches_only_the_shape_and_the_codes_named() -> None:
    sheet = Sheet(10, 8)
    sheet.fill(SQUARE, Ink.FACE)
    everything = PIXELS.place([(-50, -50), (4, -50), (4, 50), (-50, 50)])
    sheet.change([everything], change_table({Ink.FACE: Ink.BLUSH}))
    assert set(np.unique(sheet.codes)) == {Ink.BACKGROUND, Ink.FACE, Ink.BLUSH}
    assert (sheet.codes[:, :8] != Ink.FACE).all()
    assert (sheet.codes[:, 9:] != Ink.BLUSH).all()


def test_overlapping_shapes_of_one_change_leave_no_hole() -> None:
    sheet = Sheet(10, 8)
    sheet.change([SQUARE, SQUARE], change_table({Ink.BACKGROUND: Ink.CLOTH}))
    assert sheet.mask(code_table([Ink.CLOTH]))[3:5, 3:5].all()


def test_changes_beyond_the_sheet_do_nothing() -> None:
    sheet = Sheet(10, 8)
    table = change_table({Ink.BACKGROUND: Ink.CLOTH})
    for corner in ((-40, -40), (40, 40), (-40, 3), (3, 40)):
        moved = SQUARE + PIXELS.place(corner)
        sheet.change([moved], table)
        sheet.change_along([moved], table, 2.0)
    assert not sheet.codes.any()


def test_a_line_changes_what_lies_under_it() -> None:
    sheet = Sheet(10, 8)
    sheet.change_along([PIXELS.place([(1, 5), (7, 5)])], change_table({Ink.BACKGROUND: Ink.LASH}), 2.0)
    columns = sheet.mask(code_table([Ink.LASH])).any(axis=0)
    assert columns[1:6].all()


def test_hair_keeps_its_shade_when_only_its_step_changes() -> None:
    table = hair_change(lambda _, shade: hair_code(shade, LAST_STEP))
    for shade in Shade:
        assert table[hair_code(shade, 3)] == hair_code(shade, LAST_STEP)
    assert table[Ink.CLOTH] == Ink.CLOTH


def test_areas_count_every_point_once() -> None:
    sheet = Sheet(10, 8)
    sheet.fill(SQUARE, Ink.FACE)
    areas = sheet.areas()
    assert areas.sum() == sheet.codes.size
    assert areas[Ink.FACE] == np.count_nonzero(sheet.codes)


def test_colors_come_from_the_palette() -> None:
    sheet = Sheet(10, 8)
    sheet.fill(SQUARE, Ink.FACE)
    palette = np.zeros((256, 3), np.uint8)
    palette[Ink.FACE] = (10, 200, 30)
    picture = sheet.colored(palette)
    assert picture.shape == (10, 8, 3)
    assert picture[4, 4].tolist() == [10, 200, 30] and not picture[0, 0].any()
