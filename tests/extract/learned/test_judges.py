from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from hairpipe.extract.color.naming import name_hair
from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.learned.judges import (
    NAME_TRAITS,
    Judges,
    hair_length,
    name_traits,
    overall_quality,
    shipped_judges,
)
from hairpipe.extract.learned.traits import TRUST_TRAITS
from hairpipe.extract.result import Segmentation
from hairpipe.status import Status


def trusted() -> np.ndarray:
    return np.array(shipped_judges().mask.mean)


def test_what_is_said_is_a_probability() -> None:
    judges, traits = shipped_judges(), trusted()
    names = np.array([0.9, 0.8, 1.0, 50.0, 30.0])
    for chance in (
        judges.visible_hair(traits),
        judges.right_mask(traits),
        judges.right_mask_and_name(traits, names),
    ):
        assert 0 <= chance <= 1


def test_a_doubtful_name_lowers_the_quality() -> None:
    image = np.full((10, 10, 3), (200, 30, 40), np.uint8)
    mask, palette = np.ones((10, 10), bool), reduce_colors(image, 2)
    [color] = name_hair(image, mask, palette).colors
    traits = name_traits(color)
    assert traits.shape == (len(NAME_TRAITS),)
    doubtful = traits.copy()
    doubtful[:2] = 0.2, 0.0
    judges = shipped_judges()
    assert judges.right_mask_and_name(trusted(), doubtful) < judges.right_mask_and_name(trusted(), traits)
    found = Segmentation(Status.OK, mask, mask, palette, mask_quality=0.8, traits=trusted())
    assert overall_quality(found, None) == 0.8
    assert overall_quality(found, color) == judges.right_mask_and_name(trusted(), traits)


def test_without_a_face_there_is_no_length() -> None:
    assert hair_length(np.ones((9, 9), bool), None) is None


@pytest.mark.parametrize("model", ["visible", "mask", "both", "length"])
def test_models_of_other_traits_are_refused(model: str) -> None:
    judges = shipped_judges().model_dump()
    judges[model]["features"] = tuple(reversed(judges[model]["features"]))
    with pytest.raises(ValidationError, match="other traits"):
        Judges.model_validate(judges)
    assert len(TRUST_TRAITS) == len(shipped_judges().visible.mean)
