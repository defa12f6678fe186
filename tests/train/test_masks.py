import io

import numpy as np
import pytest
from numpy.typing import NDArray

from hairpipe.errors import ConfigError
from hairpipe.extract.learned.choice import REGION_MODEL
from hairpipe.extract.learned.network import NETWORKS
from hairpipe.train.examples import drawn_example
from hairpipe.train.masks import FittedNetwork, MakeSample, TrainingData, region_example, train_masks
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


def test_both_networks_and_the_trees_are_made() -> None:
    data = TrainingData([drawn_example(seed) for seed in range(4)], [drawn_example(99)], ())
    fit = Fitted()
    files = train_masks(data, fit, colors=8, portraits=2)
    assert set(files) == {*NETWORKS, REGION_MODEL}
    assert files[NETWORKS[0]] != files[NETWORKS[1]]
    assert len(fit.samples) == 6
    with np.load(io.BytesIO(files[REGION_MODEL]), allow_pickle=False) as arrays:
        assert len(arrays["roots"]) > 0


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
    found = region_example(sample, nothing_known, 16)
    assert found.rows.shape[0] == len(found.hair) == len(found.pixels)
    assert found.hair.min() >= 0
    assert found.hair.max() <= 1
    assert found.hair @ found.pixels == pytest.approx(sample.hair.sum(), rel=1e-3)
