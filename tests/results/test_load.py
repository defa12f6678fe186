from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hairpipe
from hairpipe.errors import ConfigError
from hairpipe.storage.folder import Folder
from tests.store.portraits import HEIGHT, WIDTH, batch_row, publish_rows

ROWS = [
    batch_row("1", colors=["blue", "pink"], attributes={"gender": "f", "age": 17}),
    batch_row("2", colors=["gray"], attributes={"gender": None, "age": None}),
    batch_row("3", status="no_face"),
]
QUALITIES = (0.8, 0.3, None)


@pytest.fixture
def output(tmp_path: Path) -> str:
    for row, quality in zip(ROWS, QUALITIES, strict=True):
        row["portrait"]["quality"] = quality
    publish_rows(Folder(tmp_path / "out"), ROWS)
    return str(tmp_path / "out")


def test_whole_numbers_stay_whole_and_there_is_no_bucket(output: str) -> None:
    data = hairpipe.load(output)
    portraits = data.portraits.set_index("portrait_id").sort_index()
    assert "bucket" not in portraits
    assert (portraits.age.dtype, portraits.tone_count.dtype) == (pd.Int64Dtype(), pd.Int16Dtype())
    assert portraits.age.tolist() == [17, pd.NA, 17]
    assert (len(data.colors), data.version) == (3, 1)
    joined = data.joined()
    assert len(joined) == 3
    assert set(joined.color_name) == {"blue", "pink", "gray"}
    assert set(joined[joined.portrait_id == "1"].name) == {"1"}


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, ["1", "2", "3"]),
        ({"quality": 0.4}, ["1"]),
        ({"quality": 0.0}, ["1", "2"]),
        ({"color": "grey"}, ["2"]),
        ({"color": ["blue", "gray"]}, ["1", "2"]),
        ({"run": "run-1", "color": "pink"}, []),
        ({"source": "test"}, ["1", "2", "3"]),
    ],
)
def test_filters_hold_for_every_table(output: str, wanted: dict[str, str], ids: list[str]) -> None:
    data = hairpipe.load(output, **wanted)
    assert sorted(data.portraits.portrait_id) == ids
    with_hair = set(ids) - {"3"}
    assert set(data.colors.portrait_id) == {key.portrait_id for key, _ in data.masks()} == with_hair


def test_masks_are_decoded_by_portrait(output: str) -> None:
    data = hairpipe.load(output)
    expected = np.zeros((HEIGHT, WIDTH), bool)
    expected[1:7, 2:8] = True
    np.testing.assert_array_equal(data.mask(1), expected)
    np.testing.assert_array_equal(data.mask("2", "face"), expected)
    assert data.mask("3") is None


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"color": "blu"}, "blue"),
        ({"run": "run-9"}, "it has: run-1"),
        ({"source": "site"}, "it has: test"),
        ({"version": 7}, "7"),
    ],
)
def test_what_there_is_not_is_told(output: str, wanted: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        hairpipe.load(output, **wanted)


def test_what_is_no_output_or_no_portrait_is_told(output: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no tables"):
        hairpipe.load(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="has no portrait '9'"):
        hairpipe.load(output).mask(9)
    with pytest.raises(ConfigError, match="neither hair nor face"):
        hairpipe.load(output).mask(1, "nose")


def test_an_output_in_an_object_store_loads() -> None:
    folder = Folder("memory://loaded")
    publish_rows(folder, ROWS)
    data = hairpipe.load("memory://loaded")
    assert len(data.portraits) == 3
    assert data.mask(1) is not None
    folder.delete_tree("")


def test_without_pandas_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ConfigError, match=r"pip install 'hairpipe\[pandas\]'"):
        hairpipe.load("out")
