import gzip
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from hairpipe.extract.learned.regions.region_classifier import shipped_trees
from hairpipe.extract.learned.traits import TRUST_TRAITS
from hairpipe.extract.network.session import OnnxSession
from hairpipe.extract.result import Box, Face
from hairpipe.lab.train.masks.judged import answers_of, is_unsure, places_of, region_examples, views_of
from hairpipe.lab.train.samples.examples import read_table
from tests.lab.train.drawn_folder import write_cutouts, write_masks


@pytest.fixture(scope="module")
def network() -> OnnxSession:
    """The network that comes with the package."""
    shipped = files("hairpipe.extract.network").joinpath("model", "hair.onnx.gz")
    return OnnxSession(gzip.decompress(shipped.read_bytes()))


@pytest.mark.parametrize("cutout", [True, False])
def test_regions_know_their_share_of_hair_and_answers_fit_them(
    tmp_path: Path, network: OnnxSession, cutout: bool
) -> None:
    folder = (write_cutouts if cutout else write_masks)(tmp_path / "a", [4])
    (picture,) = read_table(folder)
    views = views_of(picture, network, 16, (), np.random.default_rng(0))
    regions = region_examples(views, picture.cutout)
    for view, example in zip(views, regions, strict=True):
        assert len(example.rows) == len(example.hair) == len(example.pixels)
        assert 0 <= example.hair.min() <= example.hair.max() <= 1
        assert example.hair @ example.pixels == pytest.approx(view.hair.sum(), rel=1e-3)
    assert regions[0].weight == (0.5 if cutout else 1.0)
    for answer in answers_of(views, views[0], shipped_trees()):
        assert answer.traits.shape == (len(TRUST_TRAITS),)
        assert 0 <= answer.overlap <= 1
        assert answer.color is None or answer.color.name


def test_parts_where_heads_are_likely_are_answers_about_the_whole_picture(
    tmp_path: Path, network: OnnxSession
) -> None:
    (picture,) = read_table(write_masks(tmp_path / "a", [4]))
    views = views_of(picture, network, 16, (), np.random.default_rng(0))
    places = places_of(views, network, 16)
    assert places
    assert all(place.hair.sum() <= views[0].hair.sum() for place in places)
    answers = answers_of(places, views[0], shipped_trees())
    whole = answers_of(views[:1], views[0], shipped_trees())
    # A part of the picture can't hold more of the hair than all of it does.
    for place, answer in zip(places, answers, strict=True):
        assert answer.overlap <= place.hair.sum() / views[0].hair.sum() + 1e-6 or not views[0].hair.any()
    low, high = (replace(whole[0], traits=np.full_like(whole[0].traits, value)) for value in (-1.0, 2.0))
    assert is_unsure(views[0], [low])
    assert not is_unsure(views[0], [low, high])
    given = replace(views[0], face=Face(Box(1, 1, 20, 20), "given"))
    assert not is_unsure(given, [low])


def test_the_same_seed_judges_alike(tmp_path: Path, network: OnnxSession) -> None:
    (picture,) = read_table(write_cutouts(tmp_path / "a", [4]))
    one, other = (views_of(picture, network, 16, (), np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one[0].image, other[0].image)
    assert len(one) == len(other)
