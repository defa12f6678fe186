import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.learned.regions.regions import cut_regions


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


def test_a_fleck_goes_where_there_are_but_two_rows() -> None:
    image = np.full((2, 40, 3), 255, np.uint8)
    image[:, 20:] = (200, 0, 0)
    image[0, 10] = 0
    regions = cut_regions(image, reduce_colors(image, 3))
    assert regions.count == 2
    assert len(np.unique(regions.labels[:, :20])) == 1


def test_the_frame_belongs_to_the_regions_that_reach_it() -> None:
    image = np.full((40, 60, 3), 255, np.uint8)
    image[:, 30:] = (200, 0, 0)
    image[20, 10] = 0
    labels = cut_regions(image, reduce_colors(image, 3)).labels
    assert (labels[:, :30] == labels[20, 5]).all()
    assert (labels[:, 30:] == labels[20, 50]).all()
    assert labels[20, 5] != labels[20, 50]
