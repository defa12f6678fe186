from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hairpipe.report.charts import hue_dots


def table(colors: list[tuple[float, float, str | None]]) -> pa.Table:
    a, b, hexes = zip(*colors, strict=True)
    return pa.table({"hair_a": list(a), "hair_b": list(b), "hair_hex": pa.array(hexes, pa.string())})


def test_portraits_of_about_the_same_colour_are_one_larger_dot() -> None:
    near = [(40.0, 20.0, "#c80000"), (40.4, 20.2, "#ca0000")]
    dots = hue_dots(table([*near, (-30.0, -30.0, "#0000ff"), (0.0, 0.0, None)]))

    assert [dot.hex for dot in dots] == ["#c90000", "#0000ff"]
    assert (dots[0].a, dots[0].b) == (pytest.approx(40.2), pytest.approx(20.1))
    assert dots[0].radius > dots[1].radius


def test_the_number_of_dots_stays_small() -> None:
    plane = np.random.default_rng(0).uniform(-80, 80, (20_000, 2))
    dots = hue_dots(table([(a, b, "#808080") for a, b in plane.tolist()]))

    assert len(dots) < 4000


def test_no_hair_no_dots() -> None:
    assert hue_dots(table([(0.0, 0.0, None)])) == []
