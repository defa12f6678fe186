"""ImageTasks made from packed portraits."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.extract.result import Box, Face
from hairpipe.plan.packed import PackedPortraits
from hairpipe.plan.works import ImageTasks, grouped
from hairpipe.run.work import ImageTask
from tests.run.works import portrait


@given(st.lists(st.sampled_from(["a", "b", "c", None])))
def test_equal_keys_are_grouped_and_nulls_stand_alone(keys: list[str | None]) -> None:
    members, starts = grouped(pa.array(keys, pa.string()))
    groups = [part.tolist() for part in np.split(members, starts[1:])] if keys else []
    expected = [
        [at for at, other in enumerate(keys) if other == key]
        for key in dict.fromkeys(key for key in keys if key is not None)
    ]
    assert groups == expected + [[at] for at, key in enumerate(keys) if key is None]


def test_works_are_made_when_asked_for() -> None:
    first, second, third = (portrait(name, f"{name}.png") for name in "abc")
    face = Face(Box(1, 2, 3, 4), "animeface", 0.9)
    works = ImageTasks(
        portraits=PackedPortraits([first, second, third]),
        members=np.array([0, 2, 1]),
        starts=np.array([0, 2]),
        attempts=np.array([2, 0]),
        placeholders=np.array([False, True]),
        digests={"b.png": "digest of b"},
        faces={"c": (face, "digest of c")},
    )
    expected = (
        ImageTask((first, third), 2, face, "digest of c"),
        ImageTask((second,), 0, None, "digest of b", True),
    )
    assert tuple(works) == works[0:2] == expected
    assert works[-1] == expected[1]
    assert works.firsts.tolist() == [0, 1]
