import numpy as np
import pytest

from hairpipe.lab.train.samples.recolor import degraded, relit, scene_light


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("change", [relit, degraded, scene_light])
def test_the_picture_stays_a_picture_of_its_size(change, seed: int) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (20, 15, 3)).astype(np.uint8)
    changed = change(image, rng)
    assert changed.shape == image.shape
    assert changed.dtype == np.uint8
