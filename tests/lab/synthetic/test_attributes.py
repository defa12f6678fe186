from __future__ import annotations

import numpy as np
import pytest

from hairpipe.lab.synthetic.drawing.style import Gender
from hairpipe.lab.synthetic.entry import Attributes, made_up_attributes, made_up_name
from tests.lab.synthetic.shapes import rng, style_with


@pytest.fixture(scope="module")
def attributes() -> dict[tuple[Gender, str], list[Attributes]]:
    return {
        (gender, name): [
            made_up_attributes(style_with(gender=gender, hair_names=(name,)), rng(seed))
            for seed in range(300)
        ]
        for gender in Gender
        for name in ("black", "blue")
    }


def mean(rows: list[Attributes], column: str) -> float:
    return float(np.mean([row[column] for row in rows if row[column] is not None]))


def test_values_are_in_range_and_some_are_unknown(
    attributes: dict[tuple[Gender, str], list[Attributes]],
) -> None:
    rows = [row for part in attributes.values() for row in part]
    assert {row["gender"] for row in rows} == {"female", "male", None}
    years = {row["birth_year"] for row in rows}
    assert None in years and years - {None} <= set(range(1980, 2011))
    months = {str(row["birthday"]).split()[0] for row in rows if row["birthday"]}
    assert len(months) == 12 and any(row["birthday"] is None for row in rows)
    assert all(isinstance(row["favorites"], int) and row["favorites"] >= 0 for row in rows)
    assert all(row["series"] for row in rows)


def test_attributes_follow_the_figure(attributes: dict[tuple[Gender, str], list[Attributes]]) -> None:
    assert mean(attributes[Gender.MALE, "black"], "height_cm") > mean(
        attributes[Gender.FEMALE, "black"], "height_cm"
    )
    assert mean(attributes[Gender.MALE, "blue"], "birth_year") > mean(
        attributes[Gender.MALE, "black"], "birth_year"
    )


def test_names_are_two_capitalized_words() -> None:
    for seed in range(20):
        given, family = made_up_name(rng(seed)).split()
        assert given.istitle() and family.istitle()
