from dataclasses import replace

import numpy as np
import pytest

from hairpipe.extract.network.prediction import INPUT_SIZES
from hairpipe.extract.result import Box
from hairpipe.lab.train.samples.examples import Example, drawn_example
from hairpipe.lab.train.samples.placing import Placement, moved_box, place_cutout, place_picture


def middle_after(placement: Placement, box: Box) -> tuple[float, float]:
    height, width = placement.size
    moved = moved_box(box, placement.move)
    return (moved.x + moved.w / 2) / width, (moved.y + moved.h / 2) / height


def test_the_face_of_a_cutout_lies_near_the_middle_at_many_scales() -> None:
    example = drawn_example(1)
    assert example.face is not None
    placements = [place_cutout(example, np.random.default_rng(seed)) for seed in range(80)]
    middles = np.array([middle_after(placement, example.face) for placement in placements])
    assert ((middles > -0.2) & (middles < 1.2)).mean() > 0.95
    shares = [moved_box(example.face, each.move).h / each.size[0] for each in placements]
    assert min(shares) < 0.2
    assert max(shares) > 0.6
    assert {placement.size for placement in placements} == set(INPUT_SIZES)


@pytest.mark.parametrize("place", [place_cutout, place_picture])
def test_a_picture_without_face_or_hair_has_a_place_too(place) -> None:  # type: ignore[no-untyped-def]
    blank = Example(np.full((30, 200, 4), 255, np.uint8), np.zeros((30, 200), np.uint8), None, "a")
    for seed in range(20):
        placement = place(blank, np.random.default_rng(seed))
        assert placement.size in INPUT_SIZES
        assert np.isfinite(placement.move).all()


def test_a_picture_is_shown_whole_at_times_at_the_size_nearest_to_its_shape() -> None:
    example = replace(drawn_example(1), face=None)
    rows, columns = example.hair.shape
    whole = Box(0, 0, columns, rows)
    placements = [place_picture(example, np.random.default_rng(seed)) for seed in range(40)]
    covers = [np.allclose(moved_box(whole, each.move), (0, 0, *each.size[::-1])) for each in placements]
    assert 2 < sum(covers) < 30
    sizes = {each.size for each, covered in zip(placements, covers, strict=True) if covered}
    assert sizes == {(224, 160)}
