"""What people said counts in what is loaded and exported."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hairpipe
from hairpipe.quality.judgement import Judgement
from hairpipe.storage.folder import Folder
from hairpipe.store.labels import LabelStore
from tests.store.portraits import batch_row, make_older, publish_rows
from tests.store.publish.test_labelled import HAIR, PAINTED, bring_in, said


@pytest.fixture
def output(tmp_path: Path) -> str:
    """Four blue-haired portraits: one painted, one called red, one without hair."""
    folder = Folder(tmp_path / "out")
    publish_rows(folder, [batch_row(name) for name in "abcd"])
    LabelStore(folder, "ann").add(
        said("a", Judgement.SO_SO, hair=HAIR), said("b", None, "red"), said("c", Judgement.NO_HAIR)
    )
    bring_in(folder)
    return folder.url


def test_a_persons_hair_is_the_hair(output: str) -> None:
    data = hairpipe.load(output)
    np.testing.assert_array_equal(data.mask("a"), PAINTED)
    masks = {key.portrait_id: mask for key, mask in data.masks()}
    assert sorted(masks) == ["a", "b", "c", "d"]
    np.testing.assert_array_equal(masks["a"], PAINTED)
    assert masks["b"].sum() == 36


def test_a_persons_name_is_the_colour(output: str) -> None:
    def ids(color: str) -> list[str]:
        return sorted(hairpipe.load(output, color=color).portraits.portrait_id)

    assert (ids("blue"), ids("red")) == (["a", "d"], ["b"])


def test_annotations_say_whose_they_are(output: str, tmp_path: Path) -> None:
    hairpipe.load(output).to_coco(tmp_path / "hair.json")
    found = json.loads((tmp_path / "hair.json").read_text())
    names = {image["id"]: image["portrait_id"] for image in found["images"]}
    hair = {names[each["image_id"]]: each for each in found["annotations"] if each["category_id"] == 1}
    assert {name: each["made_by"] for name, each in hair.items()} == {
        "a": "person",
        "b": "method",
        "d": "method",
    }
    assert (hair["a"]["area"], hair["b"]["final_color"]) == (PAINTED.sum(), "red")


def test_tables_from_before_have_the_methods_names(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    publish_rows(folder, [batch_row(name) for name in "ab"])
    make_older(folder)
    assert len(hairpipe.load(folder.url, color="blue").portraits) == 2
