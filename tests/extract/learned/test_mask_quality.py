import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hairpipe.extract.learned.mask_quality import MaskQualityModel, mask_quality, mask_quality_features


def test_sure_pixels_make_a_sure_mask() -> None:
    mask = np.zeros((20, 20), bool)
    mask[5:15, 5:15] = True
    sure = np.where(mask, 0.98, 0.02).astype(np.float32)
    unsure = np.where(mask, 0.6, 0.4).astype(np.float32)
    certainties = [mask_quality(one, other, mask) for one in (sure, unsure) for other in (sure, unsure)]
    assert certainties[0] == max(certainties)
    assert certainties[-1] == min(certainties)


@given(
    hnp.arrays(np.float32, (6, 5), elements=st.floats(0, 1, width=32)),
    hnp.arrays(np.float32, (6, 5), elements=st.floats(0, 1, width=32)),
    hnp.arrays(bool, (6, 5)),
)
def test_a_certainty_is_a_probability(pixels: np.ndarray, network: np.ndarray, mask: np.ndarray) -> None:
    features = mask_quality_features(pixels, network, mask)
    assert np.isfinite(features).all()
    assert 0 <= mask_quality(pixels, network, mask) <= 1


def test_a_model_without_weights_says_always_the_same() -> None:
    assert MaskQualityModel(pixels=0, network=0, intercept=0).probability(np.array([3.0, -2.0])) == 0.5
