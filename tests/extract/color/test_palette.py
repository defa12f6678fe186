from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from hairpipe.extract.color import palette as palette_module
from hairpipe.extract.color.palette import Palette, reduce_colors, with_colors
from hairpipe.lab.synthetic import draw_portrait
from tests.extract.drawing import blotched, head, pictures


@settings(max_examples=60, deadline=None)
@given(pictures(), st.integers(1, 16), st.integers(0, 5))
def test_given_colors_go_to_the_pixels_nearest_to_them(image, k, seed):
    colors = np.unique(np.random.default_rng(seed).integers(0, 256, (k, 3), dtype=np.uint8), axis=0)
    palette = with_colors(image, colors)
    pixels = image.reshape(-1, 1, 3).astype(int)
    least = ((pixels - colors.astype(int)) ** 2).sum(axis=2).min(axis=1)
    own = ((image.astype(int) - palette.reduced.astype(int)) ** 2).sum(axis=2).ravel()
    np.testing.assert_array_equal(own, least)
    np.testing.assert_array_equal(palette.counts, np.bincount(palette.labels.ravel()))
    assert (np.diff(palette.counts) <= 0).all()


def inertia(image: np.ndarray, palette: Palette) -> float:
    """Return the squared distance of all pixels to the mean of their colour's pixels."""
    pixels = image.reshape(-1, 3).astype(float)
    labels = palette.labels.ravel()
    means = np.stack([pixels[labels == index].mean(axis=0) for index in range(len(palette.colors))])
    return float(((pixels - means[labels]) ** 2).sum())


def test_inertia_is_close_to_scikit_learns_best_of_ten():
    rng = np.random.default_rng(3)
    images = [draw_portrait(seed).image for seed in range(8)]
    images.append(rng.integers(0, 256, (60, 50, 3), dtype=np.uint8))
    ratios = []
    with threadpool_limits(1):
        for image in images:
            best = KMeans(12, n_init=10, random_state=0).fit(image.reshape(-1, 3).astype(np.float32))
            ratios.append(inertia(image, reduce_colors(image, 12)) / best.inertia_)
    assert np.mean(ratios) <= 1.03


@settings(max_examples=60, deadline=None)
@given(pictures(), st.integers(1, 16))
def test_labels_colors_and_counts_belong_together(image, k):
    palette = reduce_colors(image, k)
    assert palette.labels.shape == image.shape[:2]
    assert 1 <= len(palette.colors) <= k
    np.testing.assert_array_equal(
        palette.counts, np.bincount(palette.labels.ravel(), minlength=len(palette.colors))
    )
    assert (palette.counts > 0).all()
    assert (np.diff(palette.counts) <= 0).all()
    assert palette.shares.sum() == pytest.approx(1)
    np.testing.assert_array_equal(palette.reduced, palette.colors[palette.labels])


@settings(max_examples=60, deadline=None)
@given(pictures(), st.integers(1, 16))
def test_every_pixel_has_its_nearest_color(image, k):
    palette = reduce_colors(image, k)
    pixels = image.reshape(-1, 1, 3).astype(float)
    distances = np.sqrt(((pixels - palette.colors.astype(float)) ** 2).sum(axis=2))
    own = np.take_along_axis(distances, palette.labels.reshape(-1, 1).astype(int), axis=1)[:, 0]
    # The colours are rounded to whole levels after the choice.
    assert (own <= distances.min(axis=1) + np.sqrt(3)).all()


def test_a_picture_of_few_colors_keeps_them():
    image = blotched(40, 30, seed=5, colors=4)
    palette = reduce_colors(image, 12)
    assert len(palette.colors) == 4
    np.testing.assert_array_equal(palette.reduced, image)


def test_colors_that_are_close_to_each_other_stay_apart_where_there_are_few():
    image = np.repeat(np.array([[[64, 120, 224], [70, 126, 228], [65, 120, 224]]], np.uint8), 5, axis=0)
    np.testing.assert_array_equal(reduce_colors(image, 12).reduced, image)


@pytest.mark.parametrize("span", [16, 40])
def test_many_colors_in_few_cells(span):
    image = np.random.default_rng(0).integers(100, 100 + span, (80, 80, 3), dtype=np.uint8)
    best = KMeans(8, n_init=3, random_state=0).fit(image.reshape(-1, 3).astype(np.float32))
    assert inertia(image, reduce_colors(image, 8)) <= 1.06 * best.inertia_


def test_the_result_depends_neither_on_threads_nor_on_the_block_size(monkeypatch):
    image = draw_portrait(11, 200, 140).image
    with threadpool_limits(1):
        one = reduce_colors(image, 12)
    with threadpool_limits(4):
        many = reduce_colors(image, 12)
    monkeypatch.setattr(palette_module, "_BLOCK_PIXELS", 1000)
    blocks = reduce_colors(image, 12)
    for other in (many, blocks):
        np.testing.assert_array_equal(one.labels, other.labels)
        np.testing.assert_array_equal(one.colors, other.colors)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 50, 3), (50, 1, 3)])
def test_thin_pictures(shape):
    palette = reduce_colors(np.full(shape, 77, np.uint8), 12)
    np.testing.assert_array_equal(palette.colors, [[77, 77, 77]])
    assert palette.counts.tolist() == [shape[0] * shape[1]]


def test_a_picture_that_is_a_view_of_another():
    image = blotched(40, 30, seed=1, colors=5)
    np.testing.assert_array_equal(
        reduce_colors(image[::2, ::-1], 3).labels, reduce_colors(image[::2, ::-1].copy(), 3).labels
    )


@pytest.mark.parametrize("k", [0, 257])
def test_impossible_numbers_of_colors_are_refused(k):
    with pytest.raises(ValueError, match="1 to 256"):
        reduce_colors(head(), k)


def test_a_picture_without_pixels_is_refused():
    with pytest.raises(ValueError, match="no pixel"):
        reduce_colors(np.zeros((0, 4, 3), np.uint8), 12)


def test_an_enlarged_palette_shows_the_same_picture():
    palette = reduce_colors(draw_portrait(1, 60, 40).image, 8)
    np.testing.assert_array_equal(palette.at((120, 80)).reduced[::2, ::2], palette.reduced)
    odd = palette.at((91, 67))
    np.testing.assert_array_equal(odd.counts, np.bincount(odd.labels.ravel()))
    assert (np.diff(odd.counts) <= 0).all()
    assert palette.at((60, 40)) is palette
