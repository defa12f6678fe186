from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hairpipe import extract_hair
from hairpipe.extract.result import Box
from hairpipe.extract.settings import Settings
from hairpipe.quality.features import (
    FEATURES,
    Observed,
    observed_in_extraction,
    observed_in_tables,
    quality_features,
)
from tests.report.drawn_output import drawn_picture

masks = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40))
boxes = st.one_of(st.none(), st.builds(Box, *[st.floats(-20, 60)] * 2, *[st.floats(0, 60)] * 2))
qualities = st.one_of(st.none(), st.floats(0, 1))
tones = st.lists(
    st.tuples(st.floats(0.1, 1), st.floats(0, 100), st.floats(-90, 90), st.floats(-90, 90)), max_size=4
)


@given(masks, boxes, qualities, qualities, tones)
def test_features_of_anything_are_finite(
    hair: np.ndarray,
    face: Box | None,
    score: float | None,
    quality: float | None,
    colors: list[tuple[float, float, float, float]],
) -> None:
    features = quality_features(Observed(hair, face, score, 1, quality, colors))

    assert features.shape == (len(FEATURES),)
    assert np.isfinite(features).all()


def named(observed: Observed) -> dict[str, float]:
    return dict(zip(FEATURES, quality_features(observed).tolist(), strict=True))


def test_features_do_not_depend_on_the_size_of_the_picture() -> None:
    _, hair = drawn_picture("blue", 0)
    face = Box(17, 25, 26, 34)
    large = np.kron(hair, np.ones((4, 4), bool)).astype(bool)
    small = named(Observed(hair, face, None, 1, None, []))
    scaled = named(Observed(large, Box(*(4 * side for side in face)), None, 1, None, []))

    assert scaled == pytest.approx(small, abs=0.08)


def test_features_tell_a_scattered_mask_from_a_whole_one() -> None:
    _, hair = drawn_picture("blue", 0)
    face = Box(17, 25, 26, 34)
    scattered = hair ^ (np.random.default_rng(0).random(hair.shape) < 0.2)
    whole, damaged = (named(Observed(mask, face, None, 1, None, [])) for mask in (hair, scattered))

    assert damaged["parts"] > whole["parts"]
    assert damaged["roughness"] > whole["roughness"]
    assert damaged["largest_part"] < whole["largest_part"]
    assert damaged["hair_in_face"] > whole["hair_in_face"]


def test_the_tables_and_the_extraction_give_the_same_features() -> None:
    image, _ = drawn_picture("red", 1)
    extraction = extract_hair(image, (17, 25, 26, 34), Settings(method="article"))
    assert extraction.face is not None
    row = {
        **{f"face_{side}": value for side, value in zip("xywh", extraction.face, strict=True)},
        "face_score": extraction.face_score,
        "face_count": extraction.face_count,
        "method_quality": extraction.quality,
    }
    stored = [(color.share, *color.lab) for color in extraction.colors]
    of_row = observed_in_tables(row, extraction.hair_mask, stored)

    assert np.array_equal(quality_features(of_row), quality_features(observed_in_extraction(extraction)))
