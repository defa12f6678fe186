import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from hairpipe.errors import ConfigError
from hairpipe.lab.train.commands import train
from hairpipe.lab.train.masks_command import read_backgrounds, require_torch


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
