import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from hairpipe.errors import ConfigError
from hairpipe.lab.train.commands import train
from hairpipe.lab.train.masks.command import read_backgrounds, require_torch
from hairpipe.lab.train.samples.examples import load_example
from hairpipe.lab.train.samples.sources import read_source
from tests.lab.train.drawn_folder import write_cutouts


def test_both_trainings_are_offered() -> None:
    result = CliRunner().invoke(train, ["--help"])
    assert result.exit_code == 0
    assert "names" in result.output
    assert "masks" in result.output


def test_missing_torch_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ConfigError, match=r"hairpipe\[train\]"):
        require_torch()


def test_backgrounds_are_what_pictures_there_are(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    cv2.imwrite(str(tmp_path / "deep" / "a.png"), np.full((500, 1000, 3), (1, 2, 3), np.uint8))
    (tmp_path / "b.txt").write_text("no picture", encoding="utf-8")
    (picture,) = read_backgrounds(tmp_path)
    assert picture.shape == (192, 384, 3)
    assert picture[0, 0].tolist() == [3, 2, 1]


def test_a_damaged_background_is_told(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((50, 50, 3), np.uint8))
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:60])
    with pytest.raises(ConfigError, match=r"a\.png can't be read \(.*\); leave it out$"):
        read_backgrounds(tmp_path)


def test_a_damaged_or_huge_picture_ends_training_in_one_sentence(tmp_path: Path) -> None:
    folder = write_cutouts(tmp_path, [1])
    [picture] = read_source(str(folder), "drawings").pictures
    huge = np.zeros((7000, 7000), np.uint8)
    for content in (picture.image.read_bytes()[:200], cv2.imencode(".png", huge)[1].tobytes(), b""):
        picture.hair.write_bytes(content)
        with pytest.raises(ConfigError, match=r"hair\.png can't be read \(.*\); leave it out$"):
            load_example(picture, 10_000)
