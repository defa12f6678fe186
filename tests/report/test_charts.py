from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hairpipe.report.counts.charts import hue_dots
from hairpipe.report.counts.database import ReportDatabase
from hairpipe.store.schema import portraits_schema


def table(colors: list[tuple[float, float, str | None]]) -> ReportDatabase:
    rows = [
        {"portrait_id": str(number), "source": "drawn", "hair_a": a, "hair_b": b, "hair_hex": tone}
        for number, (a, b, tone) in enumerate(colors)
    ]
    return ReportDatabase([pa.Table.from_pylist(rows, portraits_schema({}))], {})


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
