from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from hairpipe.extract.softmax_model import SoftmaxModel

MODEL = SoftmaxModel(
    classes=("no", "yes"),
    features=("x", "y"),
    mean=(1.0, 0.0),
    scale=(2.0, 1.0),
    weights=((0.0, 0.0), (1.0, -1.0)),
    intercepts=(0.0, 0.5),
)


def test_probabilities_are_the_softmax_of_the_scores() -> None:
    [row] = MODEL.probabilities([(3.0, 2.0)])
    assert row.sum() == pytest.approx(1)
    assert row[1] == pytest.approx(1 / (1 + np.exp(-(1 - 2 + 0.5))))


def test_a_missing_value_counts_nothing() -> None:
    [missing, mean] = MODEL.probabilities([(np.nan, 2.0), (1.0, 2.0)])
    np.testing.assert_allclose(missing, mean)


@pytest.mark.parametrize(
    "change",
    [
        {"classes": ("no",)},
        {"mean": (0.0,)},
        {"scale": (1.0,)},
        {"scale": (1.0, 0.0)},
        {"intercepts": (0.0,)},
        {"weights": ((0.0, 0.0),)},
        {"weights": ((0.0,), (1.0,))},
        {"features": ("x",)},
    ],
)
def test_numbers_that_do_not_fit_together_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SoftmaxModel.model_validate({**MODEL.model_dump(), **change})
