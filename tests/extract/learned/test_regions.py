import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hairpipe.extract.learned.regions import cut_regions
from hairpipe.extract.palette import reduce_colors


def test_apart_patches_of_one_color_are_regions_of_their_own() -> None:
    image = np.full((30, 40, 3), 255, np.uint8)
    image[5:15, 5:15] = image[18:28, 25:35] = (200, 0, 0)
    regions = cut_regions(image, reduce_colors(image, 4))
    assert regions.count == 3
    assert regions.labels[10, 10] != regions.labels[22, 30]
    assert regions.color[regions.labels[10, 10]] == regions.color[regions.labels[22, 30]]


def test_a_fleck_joins_what_surrounds_it() -> None:
    image = np.full((40, 40, 3), 255, np.uint8)
    image[20, 20:23] = 0
    assert cut_regions(image, reduce_colors(image, 2)).count == 1


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 24), st.integers(1, 24), st.integers(0, 1000), st.integers(1, 6))
def test_every_pixel_has_one_of_the_regions(height: int, width: int, seed: int, colors: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    regions = cut_regions(image, reduce_colors(image, colors))
    assert regions.labels.shape == (height, width)
    assert np.array_equal(np.bincount(regions.labels.ravel()), regions.pixels)
    assert (regions.pixels > 0).all()
    assert len(regions.color) == regions.count
