from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import hairpipe
from hairpipe import Settings, extract_hair
from hairpipe.errors import ConfigError
from hairpipe.extract.extract import algorithm_version
from hairpipe.extract.face.box import Detection
from hairpipe.extract.face.drawn_face import drawn_face
from hairpipe.extract.result import Box, Extraction, Face
from hairpipe.extract.settings import DecodeSettings, FaceSettings
from hairpipe.lab.synthetic import draw_portrait
from hairpipe.status import Status
from tests.extract.drawing import FACE_BOX, HAIR, head


class Sees:
    """A detector that sees one face in every picture."""

    name = "sees"

    def detect(self, image: np.ndarray) -> list[Detection]:
        return [Detection(Box(*FACE_BOX), 0.75)]


def same(one: Extraction, other: Extraction) -> bool:
    return (
        np.array_equal(one.hair_mask, other.hair_mask)
        and np.array_equal(one.face_mask, other.face_mask)
        and (one.status, one.colors, one.pattern) == (other.status, other.colors, other.pattern)
    )


def test_a_plain_head_with_its_box():
    image = head()
    result = extract_hair(image, FACE_BOX, Settings(method="article"))
    assert result.status == "ok"
    assert (result.method, result.face, result.face_source) == ("article", Box(*FACE_BOX), "given")
    assert (result.face_score, result.face_count, result.error) == (None, 1, None)
    assert (result.color, result.modifier, result.pattern) == ("blue", None, "single")
    assert result.colors[0].rgb == HAIR
    assert result.hair_fraction == pytest.approx((image == HAIR).all(axis=2).mean())
    assert result.face_mask[58, 45]


@pytest.mark.parametrize(
    ("method", "detector", "source"),
    [
        ("learned", "network", "network"),
        ("learned", "animeface", "animeface"),
        ("article", "network", "network"),
        ("article", "animeface", "animeface"),
    ],
)
def test_without_a_box_the_face_is_looked_for(method, detector, source):
    result = extract_hair(drawn_face(), None, Settings(method=method, face=FaceSettings(detector=detector)))
    assert result.status is Status.OK
    assert (result.face_source, result.face_count) == (source, 1)
    assert result.face_score > 0.5
    assert result.color == "brown"


def test_a_picture_without_a_face():
    result = extract_hair(np.full((60, 50, 3), 130, np.uint8))
    assert (result.status, result.face, result.face_count) == (Status.NO_FACE, None, 0)
    assert (result.color, result.colors, result.pattern, result.hair_fraction) == (None, (), None, 0)
    assert result.error


def test_a_detector_handed_over_is_used():
    result = extract_hair(head(), detector=Sees())
    assert (result.face, result.face_source, result.face_score) == (Box(*FACE_BOX), "sees", 0.75)
    assert same(result, extract_hair(head(), FACE_BOX))


def test_a_face_handed_over_keeps_what_is_known_of_it():
    result = extract_hair(head(), Face(Box(*FACE_BOX), "animeface", 0.9, 3))
    assert (result.face_source, result.face_score, result.face_count) == ("animeface", 0.9, 3)


@pytest.mark.parametrize(
    "box", [Box(*FACE_BOX), list(FACE_BOX), np.array(FACE_BOX), tuple(map(int, FACE_BOX))]
)
def test_a_box_may_be_any_four_numbers(box):
    assert same(extract_hair(head(), box), extract_hair(head(), FACE_BOX))


@pytest.mark.parametrize(
    "box",
    [(math.nan, 1, 10, 10), (0, 0, 0, 0), (5, 5, -10, -10), (500, 500, 10, 10), (math.inf, 0, 1, 1)],
)
def test_an_impossible_box_is_a_status(box):
    result = extract_hair(head(), box)
    assert result.status is Status.BAD_FACE_BOX
    assert result.face is None
    assert result.face_source == "given"
    assert "face box" in result.error
    assert not result.hair_mask.any()


def test_transparent_pictures_lie_on_the_configured_background():
    rgba = np.dstack([head(), np.full((120, 90), 255, np.uint8)])
    rgba[:12, :, 3] = 0
    settings = Settings(method="article", decode=DecodeSettings(background=HAIR))
    result = extract_hair(rgba, FACE_BOX, settings)
    assert result.hair_mask[:12].all()
    assert not extract_hair(rgba, FACE_BOX, Settings(method="article")).hair_mask[:10].any()


@pytest.mark.parametrize(
    ("image", "error"),
    [
        ([[0, 0, 0]], TypeError),
        (head().astype(np.float32), TypeError),
        (head()[..., 0], ValueError),
        (head()[..., :2], ValueError),
        (head()[:0], ValueError),
    ],
)
def test_what_is_no_picture_is_the_callers_mistake(image, error):
    with pytest.raises(error, match="image"):
        extract_hair(image, FACE_BOX)


@pytest.mark.parametrize(
    ("face", "error"),
    [((1, 2, 3), ValueError), ("abcd", TypeError), (5, TypeError), ((1, 2, 3, None), TypeError)],
)
def test_what_is_no_box_is_the_callers_mistake(face, error):
    with pytest.raises(error, match="face must be"):
        extract_hair(head(), face)


def test_a_detector_that_does_not_exist_is_told():
    with pytest.raises(ConfigError):
        extract_hair(head(), settings=Settings(face=FaceSettings(detector="nothing")))


@pytest.mark.parametrize("seed", range(4))
def test_the_result_does_not_depend_on_threads(seed):
    drawn = draw_portrait(seed)
    before = cv2.getNumThreads()
    results = []
    try:
        for threads in (1, 4):
            cv2.setNumThreads(threads)
            with threadpool_limits(threads):
                results.append(extract_hair(drawn.image, drawn.face_box))
    finally:
        cv2.setNumThreads(before)
    assert same(*results)


def test_neither_the_picture_nor_its_memory_layout_is_changed_or_matters():
    image = head()
    copy = image.copy()
    bgr = np.ascontiguousarray(image[..., ::-1])
    assert same(extract_hair(image, FACE_BOX), extract_hair(bgr[..., ::-1], FACE_BOX))
    np.testing.assert_array_equal(image, copy)


def test_the_version_names_the_method():
    assert "article" in algorithm_version(Settings(method="article"))
    assert "learned" in algorithm_version(Settings(method="learned"))


def test_the_package_offers_what_is_needed():
    assert {"Settings", "extract_hair", "run_job", "load"} <= set(hairpipe.__all__)
    assert all(getattr(hairpipe, name) for name in hairpipe.__all__)
