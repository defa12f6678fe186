"""Learning names."""

from pathlib import Path

import numpy as np
import pytest

from hairpipe.errors import ConfigError
from hairpipe.extract.settings import Settings
from hairpipe.lab.evaluate.cases import color_cases
from hairpipe.lab.synthetic import draw_portrait
from hairpipe.lab.train.naming import cross_validated, drawn_examples, fit_naming, name_examples
from hairpipe.report.views import png


@pytest.fixture(scope="module")
def examples():
    """Return examples of drawn portraits, enough for every name."""
    return drawn_examples(150)


def test_the_same_examples_give_the_same_model(examples) -> None:
    one, other = fit_naming(examples, "drawn"), fit_naming(examples, "drawn")
    assert one == other
    assert one.fitted_to == "drawn"


def test_names_are_learnt_and_hold_for_characters_left_out(examples) -> None:
    scores = cross_validated(examples)
    assert len(scores) == len(examples)
    assert np.mean([score.right for score in scores]) > 0.7
    assert all(score.quality is not None and 0 < score.quality <= 1 for score in scores)


def test_a_name_without_examples_is_an_error(examples) -> None:
    with pytest.raises(ConfigError, match="no portrait with aqua hair"):
        fit_naming([example for example in examples if example.case.name != "aqua"], "drawn")


def test_examples_are_portraits_with_a_face_and_hair(tmp_path: Path) -> None:
    lines = ["image,hair"]
    for seed in range(3):
        (tmp_path / f"{seed}.png").write_bytes(png(draw_portrait(seed, 180, 150).image))
        lines.append(f"{seed}.png,red")
    (tmp_path / "blank.png").write_bytes(png(np.zeros((50, 50, 3), np.uint8)))
    (tmp_path / "labels.csv").write_text("\n".join([*lines, "blank.png,red"]))
    found = name_examples(color_cases(tmp_path), Settings(method="article"))
    assert {example.case.image.name for example in found} <= {"0.png", "1.png", "2.png"}
    assert found
