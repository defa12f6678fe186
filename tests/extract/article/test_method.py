from __future__ import annotations

import numpy as np
import pytest

from hairpipe.extract.article.method import ArticleSteps, segment
from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.face.search import FaceSearch
from hairpipe.extract.result import Box, Face, Segmentation
from hairpipe.extract.settings import ArticleSettings, Settings
from hairpipe.lab.synthetic import draw_portrait
from hairpipe.status import Status
from tests.extract.drawing import FACE_BOX, HAIR, blotched, box_at, head
from tests.extract.reference import reference_steps


def segmented(image: np.ndarray, box: tuple[float, ...] | None, **numbers: object) -> Segmentation:
    face = None if box is None else Face(Box(*box), "given")
    return segment(image, FaceSearch(face, lambda: None), Settings(article=ArticleSettings(**numbers)))


def cases() -> list[tuple[np.ndarray, tuple[float, float, float, float]]]:
    """Return pictures of every kind with a box in each."""
    drawn = [draw_portrait(seed, 100, 70) for seed in range(6)]
    found = [(portrait.image, tuple(map(float, portrait.face_box))) for portrait in drawn]
    found += [(head(*size), box_at(*size)) for size in [(120, 90), (60, 45), (150, 80)]]
    found += [(blotched(50, 60, seed, 4), (12.0, 9.0, 30.0, 25.0)) for seed in range(6)]
    found += [(blotched(40, 40, 9, 3), (-8.0, 20.0, 24.0, 24.0)), (head()[:, 30:], (-3.0, 37.0, 36.0, 40.0))]
    return found


@pytest.mark.parametrize(("image", "box"), cases())
def test_every_step_as_the_literal_reference(image, box):
    found = segmented(image, box)
    steps = found.steps
    assert isinstance(steps, ArticleSteps)
    expected = reference_steps(steps.palette.labels, box, ArticleSettings())
    assert steps.skin_color == expected.skin
    np.testing.assert_array_equal(steps.clusters, expected.clusters)
    np.testing.assert_array_equal(steps.face_region, expected.face_region)
    if expected.face_mask is None:
        assert found.status is Status.NO_SKIN
        return
    np.testing.assert_array_equal(steps.face_mask, expected.face_mask)
    # A pixel whose middle lies on the enlarged outline to the last bit may fall to either side.
    assert (steps.scalp_line.ring != expected.ring).sum() <= 2
    if expected.hair_colors is None:
        assert found.status is Status.NO_RING
        return
    assert steps.hair_colors.tolist() == expected.hair_colors
    np.testing.assert_array_equal(found.hair_mask, expected.hair_mask)


def test_the_hair_of_a_plain_head_is_found_exactly():
    image = head()
    found = segmented(image, FACE_BOX)
    assert found.status is Status.OK
    assert found.error is None
    np.testing.assert_array_equal(found.hair_mask, (image == HAIR).all(axis=2))


def test_a_larger_picture_gives_the_same_hair():
    large = np.repeat(np.repeat(head(), 4, axis=0), 4, axis=1)
    found = segmented(large, tuple(4 * value for value in FACE_BOX))
    np.testing.assert_array_equal(found.hair_mask, (large == HAIR).all(axis=2))


def test_the_steps_can_be_drawn():
    image = head()
    steps = segmented(image, FACE_BOX).steps
    assert isinstance(steps, ArticleSteps)
    assert steps.skin_mask[58, 45]
    assert (steps.core_mask <= steps.skin_mask).all()
    assert (steps.face_region <= steps.face_mask).all()
    assert steps.ring_shares.sum() == pytest.approx(1)


FLAT = np.full((40, 30, 3), 120, np.uint8)
NOISE = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
IN_THE_MIDDLE = (8.0, 10.0, 14.0, 14.0)


@pytest.mark.parametrize(
    ("image", "box", "status"),
    [
        (FLAT, IN_THE_MIDDLE, Status.NO_RING),
        (FLAT, None, Status.NO_FACE),
        (FLAT[:1, :1], (0.0, 0.0, 1.0, 1.0), Status.NO_SKIN),
        (FLAT[:1], (0.0, 0.0, 10.0, 1.0), Status.NO_SKIN),
        (FLAT[:3], (0.0, 0.0, 3.0, 3.0), Status.NO_RING),
        (NOISE, IN_THE_MIDDLE, Status.NO_SKIN),
        (head(), (0.0, 0.0, 90.0, 120.0), Status.OK),
    ],
)
def test_degenerate_pictures_have_a_result(image, box, status):
    # So many colours that noise has no dense patch of any.
    found = segmented(image, box, colors=100)
    assert found.status is status
    assert (found.error is None) == (status is Status.OK)
    assert found.hair_mask.shape == found.face_mask.shape == image.shape[:2]
    assert found.hair_mask.any() == (status is Status.OK)


def test_a_grey_picture_is_segmented_like_any_other():
    grey = np.repeat(head().mean(axis=2).astype(np.uint8)[..., None], 3, axis=2)
    found = segmented(grey, FACE_BOX)
    assert found.status is Status.OK
    assert found.hair_mask[20, 45]


def test_a_ring_of_many_colors_may_hold_no_hair():
    found = segmented(head(), FACE_BOX, ring_share=1.0)
    assert found.status is Status.NO_HAIR
    assert found.face_mask.any()
    assert not found.hair_mask.any()


def test_steps_that_were_not_reached_are_none():
    steps = segmented(NOISE, IN_THE_MIDDLE, colors=100).steps
    assert isinstance(steps, ArticleSteps)
    assert steps.skin_mask is not None
    assert steps.face_mask is steps.scalp_line is steps.hair_mask is None


def test_the_palette_is_that_of_the_configured_size():
    image = draw_portrait(3).image
    for k in (2, 20):
        palette = segmented(image, None, colors=k).palette
        np.testing.assert_array_equal(palette.labels, reduce_colors(image, k).labels)
