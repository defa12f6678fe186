from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hairpipe.extract.face.box import NETWORK
from hairpipe.extract.face.search import FaceSearch
from hairpipe.extract.learned.method import LearnedSteps, segment
from hairpipe.extract.learned.view import MOST_PIXELS
from hairpipe.extract.result import Box, Face
from hairpipe.extract.settings import LearnedSettings, NetworkSettings, Settings
from hairpipe.lab.synthetic import draw_portrait
from hairpipe.status import Status
from tests.extract.learned.test_own_network import SIZE, write_network

SETTINGS = Settings(method="learned")


# No face is known, and no detector sees one.
NO_FACE = FaceSearch(None, lambda: None)


def given(box: tuple[float, ...]) -> FaceSearch:
    return FaceSearch(Face(Box(*(float(value) for value in box)), "given"), lambda: None)


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))


def test_hair_of_drawn_portraits_is_found() -> None:
    overlaps = []
    for seed in range(12):
        drawn = draw_portrait(seed, 168, 112)
        found = segment(drawn.image, given(drawn.face_box), SETTINGS)
        assert found.status is Status.OK
        overlaps.append(overlap(found.hair_mask, drawn.hair_mask))
    assert np.median(overlaps) > 0.7


def test_large_pictures_are_judged_at_a_smaller_size_and_cut_out_at_their_own() -> None:
    for seed in range(3):
        drawn = draw_portrait(seed, 700, 450)
        found = segment(drawn.image, given(drawn.face_box), SETTINGS)
        assert isinstance(found.steps, LearnedSteps)
        assert found.steps.regions.labels.size <= MOST_PIXELS
        assert found.hair_mask.shape == found.palette.labels.shape == (700, 450)
        assert overlap(found.hair_mask, drawn.hair_mask) > 0.7
        unknown = segment(drawn.image, NO_FACE, SETTINGS).face
        assert unknown is None or unknown.box.x + unknown.box.w <= 450


def in_a_corner(portrait: np.ndarray, size: tuple[int, int], fill: object) -> np.ndarray:
    larger = np.full((*size, *portrait.shape[2:]), fill, portrait.dtype)
    larger[-portrait.shape[0] :, -portrait.shape[1] :] = portrait
    return larger


def test_a_small_face_is_looked_at_closely() -> None:
    closely = 0
    for seed in range(6):
        drawn = draw_portrait(seed, 168, 112)
        image = in_a_corner(drawn.image, (800, 700), 128)
        x, y, w, h = drawn.face_box
        found = segment(image, given((x + 588, y + 632, w, h)), SETTINGS)
        assert isinstance(found.steps, LearnedSteps)
        closely += found.steps.window is not None
        assert found.hair_mask.shape == found.palette.labels.shape == found.face_mask.shape == (800, 700)
        assert overlap(found.hair_mask, in_a_corner(drawn.hair_mask, (800, 700), False)) > 0.6
        assert found.face is not None
        assert found.face.box.x == x + 588
    assert closely >= 4


def test_a_close_up_of_no_face_does_not_count() -> None:
    drawn = draw_portrait(3, 350, 225)
    found = segment(drawn.image, given((205, 330, 18, 18)), SETTINGS)
    assert isinstance(found.steps, LearnedSteps)
    assert found.steps.window is None
    assert overlap(found.hair_mask, drawn.hair_mask) > 0.6


def test_the_network_sees_the_face_where_none_is_given() -> None:
    found = [segment(draw_portrait(seed, 168, 112).image, NO_FACE, SETTINGS) for seed in range(6)]
    seen = [each.face for each in found if each.face is not None]
    assert len(seen) >= 4
    assert all(face.source == NETWORK for face in seen)
    assert all(face.score is not None and 0.5 < face.score <= 1 for face in seen)


def test_the_network_looks_for_small_faces_where_they_are_likely() -> None:
    drawn = draw_portrait(3, 168, 112)
    image = np.full((800, 420, 3), 128, np.uint8)
    image[10:178, 150:262] = drawn.image

    def not_asked() -> Face | None:
        pytest.fail("the detector was asked")

    found = segment(image, FaceSearch(None, not_asked, detector_first=False), SETTINGS)
    assert found.face is not None
    box, (x, y, w, h) = found.face.box, drawn.face_box
    assert abs(box.x + box.w / 2 - (x + 150 + w / 2)) < w / 4
    assert abs(box.y + box.h / 2 - (y + 10 + h / 2)) < h / 4
    assert isinstance(found.steps, LearnedSteps)
    assert found.steps.window is not None


@pytest.mark.parametrize("detector_first", [False, True])
def test_a_detector_comes_first_where_it_is_named(detector_first: bool) -> None:
    drawn = draw_portrait(0, 168, 112)
    detected = Face(Box(*(float(value) for value in drawn.face_box)), "detector", 0.7)
    found = segment(drawn.image, FaceSearch(None, lambda: detected, detector_first=detector_first), SETTINGS)
    assert found.face is not None
    assert found.face.source == ("detector" if detector_first else NETWORK)


def test_a_face_that_the_network_saw_changes_nothing_when_it_is_known_already() -> None:
    image = draw_portrait(0, 168, 112).image
    fresh = segment(image, NO_FACE, SETTINGS)
    again = segment(image, FaceSearch(fresh.face, lambda: None), SETTINGS)
    np.testing.assert_array_equal(fresh.hair_mask, again.hair_mask)


def test_a_flat_picture_has_no_hair() -> None:
    found = segment(np.full((90, 60, 3), 128, np.uint8), NO_FACE, SETTINGS)
    assert found.status is not Status.OK
    assert not found.hair_mask.any()
    assert found.error


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (33, 2), (17, 300)])
def test_any_size_is_looked_at(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    found = segment(image, given((0, 0, shape[1], shape[0])), SETTINGS)
    assert found.hair_mask.shape == found.face_mask.shape == shape


def test_hair_and_face_do_not_overlap_and_the_steps_are_kept() -> None:
    drawn = draw_portrait(3, 168, 112)
    found = segment(drawn.image, given(drawn.face_box), SETTINGS)
    assert not (found.hair_mask & found.face_mask).any()
    assert isinstance(found.steps, LearnedSteps)
    assert found.steps.probabilities.shape == (168, 112)
    assert len(found.steps.region_probabilities) == found.steps.regions.count


def test_the_same_picture_gives_the_same_mask() -> None:
    drawn = draw_portrait(5, 120, 80)
    one, other = (segment(drawn.image, given(drawn.face_box), SETTINGS).hair_mask for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_a_network_of_ones_own_takes_the_place_of_the_shipped(tmp_path: Path) -> None:
    file = tmp_path / "red.onnx"
    write_network(file, np.array([[20.0, -20, -20]]))
    own = NetworkSettings(file=str(file), width=SIZE, height=SIZE, mean=(0, 0, 0), deviation=(1, 1, 1))
    settings = Settings(method="learned", learned=LearnedSettings(network=own))
    image = np.full((80, 60, 3), (40, 60, 220), np.uint8)
    image[:40] = (220, 30, 30)
    steps = segment(image, given((20, 30, 20, 25)), settings).steps
    assert isinstance(steps, LearnedSteps)
    assert steps.prediction.hair[5].min() > 0.9
    assert steps.prediction.hair[75].max() < 0.1
