import io

import numpy as np
import pytest
from numpy.typing import NDArray

from hairpipe.errors import ConfigError
from hairpipe.extract.learned.mask_quality import MASK_QUALITY_MODEL, MaskQualityModel
from hairpipe.extract.learned.network import NETWORK_FILE
from hairpipe.extract.learned.region_classifier import REGION_MODEL
from hairpipe.train.examples import drawn_example
from hairpipe.train.masks import (
    FittedNetwork,
    MakeSample,
    TrainingData,
    fit_mask_quality,
    judged_sample,
    train_masks,
)
from hairpipe.train.samples import Sample


def nothing_known(blob: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.full((2, blob.shape[2] // 2, blob.shape[3] // 2), 0.5, np.float32)


class Fitted:
    """Stands in for the network's training: keeps the samples that a network would see."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []

    def __call__(self, make: MakeSample, seed: int) -> FittedNetwork:
        self.samples += [make(np.random.default_rng(seed)) for _ in range(3)]
        return FittedNetwork(nothing_known, f"network {seed}".encode())


def test_the_network_and_the_trees_are_made() -> None:
    data = TrainingData([drawn_example(seed) for seed in range(4)], [drawn_example(99)], ())
    fit = Fitted()
    trained = train_masks(data, fit, colors=8, portraits=2)
    files = trained.files
    assert set(files) == {NETWORK_FILE, REGION_MODEL, MASK_QUALITY_MODEL}
    # One of each half of the drawings, and the one that is kept.
    assert len(fit.samples) == 9
    with np.load(io.BytesIO(files[REGION_MODEL]), allow_pickle=False) as arrays:
        assert len(arrays["value"]) > 0
    assert len(trained.overlaps) == 8
    assert (trained.overlaps >= 0).all()
    assert (trained.overlaps <= 1).all()
    MaskQualityModel.model_validate_json(files[MASK_QUALITY_MODEL])


def test_one_drawing_is_too_few() -> None:
    data = TrainingData([drawn_example(1), drawn_example(1)], (), ())
    with pytest.raises(ConfigError, match="at least two"):
        train_masks(data, Fitted(), colors=8, portraits=1)


def test_regions_know_their_share_of_hair() -> None:
    example = drawn_example(4)
    sample = Sample(
        np.ascontiguousarray(example.image[..., :3]),
        example.hair.astype(np.float32) / 255,
        example.face,
        None,
    )
    found = judged_sample(sample, nothing_known, 16).regions
    assert found.rows.shape[0] == len(found.hair) == len(found.pixels)
    assert found.hair.min() >= 0
    assert found.hair.max() <= 1
    assert found.hair @ found.pixels == pytest.approx(sample.hair.sum(), rel=1e-3)


def test_certainty_rises_with_the_overlap_that_is_expected() -> None:
    rng = np.random.default_rng(3)
    features = rng.normal(2, 1, (400, 2))
    model = fit_mask_quality(features, np.where(features.sum(axis=1) + rng.normal(0, 1, 400) > 3, 0.9, 0.5))
    low, high = (model.probability(np.full(2, value)) for value in (0.0, 4.0))
    assert low < 0.2
    assert high > 0.8


@pytest.mark.parametrize("overlap", [0.2, 0.9])
def test_certainty_without_counterexamples_is_their_share(overlap: float) -> None:
    model = fit_mask_quality(np.zeros((8, 2)), np.full(8, overlap))
    assert model.probability(np.array([5.0, -5.0])) == pytest.approx(0.9 if overlap > 0.7 else 0.1)
